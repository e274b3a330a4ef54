//! Configurations of GitLab.

use serde_json::{Value, json};

use crate::client::Client;

const MAIN: &str = ".gitlab-ci.yml";

#[test]
fn findings_follow_the_text_of_a_configuration() {
    let mut client = Client::with_files(&[]);
    client.open(MAIN, "build:\n  script: make\n");
    assert_eq!(client.findings(MAIN, 1), [""; 0]);
    client.change(MAIN, 2, "build:\n  scirpt: make\n");
    let found = client.findings(MAIN, 2);
    assert!(found.contains(&"2:3 gl/unknown-keyword".to_owned()), "{found:?}");
    client.change(
        MAIN,
        3,
        "build:\n  script: make\n  needs: [gone] # windlass: allow gl/job-needs: it is still to come\n",
    );
    assert_eq!(client.findings(MAIN, 3), [""; 0]);
}

#[test]
fn findings_of_an_included_file_are_told_there_with_the_texts_of_the_editor() {
    let main = "include: ci/*.yml\n";
    let mut client = Client::with_files(&[(MAIN, main), ("ci/a.yml", "a: {script: x}\n")]);
    client.open("ci/a.yml", "a:\n  extends: .base\n  script: x\n");
    assert_eq!(client.findings("ci/a.yml", 1), ["2:12 gl/extends"]);
    client.open(MAIN, "include: ci/*.yml\n.base: {tags: [x]}\n");
    assert_eq!(client.findings(MAIN, 1), [""; 0]);
    client.read();
    assert_eq!(client.findings("ci/a.yml", 1), [""; 0]);
}

#[test]
fn findings_in_included_files_that_are_not_open_are_published_and_taken_back() {
    let main = "include: ci/a.yml\nb: {script: x}\n";
    let mut client = Client::with_files(&[(MAIN, main), ("ci/a.yml", "a: {scirpt: x}\n")]);
    client.open(MAIN, main);
    assert_eq!(client.findings_beside("ci/a.yml"), ["1:1 gl/no-script", "1:5 gl/unknown-keyword"]);
    // Open, it has findings of its own, and closed again those of the whole.
    client.open("ci/a.yml", "a: {extends: .gone, script: x}\n");
    assert_eq!(client.findings("ci/a.yml", 1), ["1:14 gl/extends"]);
    client.findings(MAIN, 1);
    client.close("ci/a.yml");
    assert_eq!(client.findings_beside("ci/a.yml"), [""; 0]);
    assert_eq!(client.findings_beside("ci/a.yml"), ["1:1 gl/no-script", "1:5 gl/unknown-keyword"]);
    // Included no more, there is nothing to say of it.
    client.change(MAIN, 2, "b: {script: x}\n");
    assert_eq!(client.findings_beside("ci/a.yml"), [""; 0]);
    client.change(MAIN, 3, main);
    assert_eq!(client.findings_beside("ci/a.yml").len(), 2);
    client.close(MAIN);
    assert_eq!(client.findings_beside("ci/a.yml"), [""; 0]);
    assert!(client.leave().is_ok());
}

#[test]
fn of_a_file_that_may_be_part_of_another_only_what_is_certain_is_told() {
    let path = "templates/java.gitlab-ci.yml";
    let mut client = Client::with_files(&[(MAIN, "a: {script: x}\n")]);
    client.open(path, ".java:\n  extends: .base\n  needs: [b]\n");
    assert_eq!(client.findings(path, 1), [""; 0]);
    client.change(path, 2, "java:\n  stage: [x]\n  script: x\n");
    assert_eq!(client.findings(path, 2), ["2:10 gl/wrong-type"]);
    client.open("other.yml", "x: 1\n");
    assert!(client.leave().is_ok());
}

#[test]
fn what_would_have_to_be_fetched_is_no_finding() {
    let mut client = Client::with_files(&[]);
    client.open(MAIN, "include: {project: group/ci, file: a.yml}\nb: {extends: .a}\n");
    assert_eq!(client.findings(MAIN, 1), [""; 0]);
}

const SHARED: &str =
    "stages: [prepare, ship]\n.base: {tags: [x]}\nlint:\n  stage: prepare\n  script: x\n";

/// A project with a file to include, and the answer about `|` in its configuration.
fn ask(method: &str, text: &str) -> (Client, Value) {
    let mut client = Client::with_files(&[("ci/shared.yml", SHARED)]);
    let answer = client.ask_at(&format!("textDocument/{method}"), MAIN, text);
    (client, answer)
}

/// What is offered at `|`, as it would be written.
fn offered(text: &str) -> Vec<String> {
    let (_, found) = ask("completion", text);
    let items = found.as_array().unwrap().iter();
    items.map(|item| item["textEdit"]["newText"].as_str().unwrap().to_owned()).collect()
}

fn offers(text: &str, choice: &str) -> bool {
    offered(text).iter().any(|offered| offered == choice)
}

#[test]
fn keywords_of_the_place_are_offered() {
    assert!(offers("st|", "stages:\n  - "));
    assert!(offers("build:\n  sc|", "script:\n    - "));
    assert!(!offers("build:\n  sc|", "stages:\n    - "));
    assert!(!offers("build:\n  script: x\n  s|: y\n", "script"));
    assert!(offers("build:\n  artifacts:\n    rep|", "reports:\n      "));
    assert!(offers("build:\n  rules:\n    - i|", "if: "));
    assert!(offers("build:\n  rules:\n    i|", "- if: "));
    assert_eq!(offered("build:\n  cache:\n    when: |"), ["on_success", "on_failure", "always"]);
    assert_eq!(offered("build:\n  interruptible: |"), ["true", "false"]);
    assert_eq!(offered("build:\n  script: |"), [""; 0]);
    assert_eq!(offered("build:\n  variables:\n    A|: 1"), [""; 0]);
}

#[test]
fn stages_jobs_and_files_are_offered_from_all_files_of_the_configuration() {
    let with =
        |line: &str| format!("include: ci/shared.yml\nbuild: {{script: x}}\ntest:\n  {line}\n");
    assert_eq!(offered(&with("stage: |")), ["prepare", "ship", ".pre", ".post"]);
    assert_eq!(offered("test:\n  stage: |"), [".pre", "build", "test", "deploy", ".post"]);
    assert_eq!(offered(&with("needs: [build, |]")), ["lint"]);
    assert_eq!(offered(&with("needs: |")), ["[build]", "[lint]"]);
    assert_eq!(offered(&with("dependencies:\n    - |")), ["build", "lint"]);
    assert_eq!(offered(&with("needs:\n    - job: |")), ["build", "lint"]);
    assert_eq!(offered(&with("extends: |")), ["build", ".base", "lint"]);
    assert_eq!(offered("include:\n  - local: |"), ["ci/shared.yml"]);
}

#[test]
fn hover_says_what_a_keyword_takes() {
    let hover = |text: &str| {
        let (_, found) = ask("hover", text);
        found["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(hover("a:\n  ret|ry: 1\n"), @"
    `retry`: a whole number from 0 to 2 or a mapping

    keywords: `exit_codes`, `max`, `when`
    ");
    assert_eq!(hover("a:\n  image: {na|me: x}\n"), "`name`: text; required");
    assert_eq!(hover("stage|s: [a]\n"), "`stages`: a list");
    assert_eq!(hover("jo|b: {}\n"), "");
    assert_eq!(hover("a:\n  variables: {stage|s: x}\n"), "");
}

#[test]
fn jobs_are_the_outline_of_a_configuration() {
    let mut client = Client::with_files(&[]);
    client.open(MAIN, "stages: [a]\n.base: {}\nbuild:\n  script: x\n");
    let document = json!({ "textDocument": { "uri": client.uri(MAIN) } });
    let found = client.ask("textDocument/documentSymbol", document).unwrap();
    let names: Vec<&Value> = found.as_array().unwrap().iter().map(|job| &job["name"]).collect();
    assert_eq!(names, [".base", "build"]);
}

#[test]
fn names_lead_to_where_they_are_written() {
    let definition = |line: &str| {
        let text = format!(
            "include: ci/shared.yml\n.one: &one {{}}\nbuild: {{script: x}}\ntest:\n  {line}\n"
        );
        let (client, found) = ask("definition", &text);
        let start = &found["range"]["start"];
        let own = found["uri"] == client.uri(MAIN);
        let file =
            if own { "own" } else { found["uri"].as_str().unwrap().rsplit('/').next().unwrap() };
        let [line, column] = ["line", "character"].map(|key| start[key].as_u64().unwrap() + 1);
        format!("{file}:{line}:{column}")
    };
    assert_eq!(definition("needs: [bui|ld]"), "own:3:1");
    assert_eq!(definition("needs: [{job: lin|t}]"), "shared.yml:3:1");
    assert_eq!(definition("dependencies: [bui|ld]"), "own:3:1");
    assert_eq!(definition("extends: .ba|se"), "shared.yml:2:1");
    assert_eq!(definition("stage: shi|p"), "shared.yml:1:19");
    assert_eq!(definition("variables: *on|e"), "own:2:8");
    let (client, found) = ask("definition", "include:\n  - local: /ci/sha|red.yml\n");
    assert_eq!(found["uri"], client.uri("ci/shared.yml"));
    for nowhere in ["include: ../outsi|de.yml\n", "a: {needs: [go|ne]}\n", "a: {script: bui|ld}\n"]
    {
        assert_eq!(ask("definition", nowhere).1, Value::Null, "{nowhere}");
    }
}
