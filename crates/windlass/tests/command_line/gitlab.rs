//! Configurations of GitLab: `expand`, `list` and `check`.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use crate::stage::Stage;

const JOB: &str = "job: {script: [echo hello]}\n";

#[test]
fn expand_prints_what_the_parts_make_together() {
    let stage = Stage::gitlab(
        "include: ci/*.yml\ndefault: {before_script: [date]}\nbuild:\n  extends: .base\n  script: \
         [!reference [.base, script], make]\n",
    );
    stage.write("ci/base.yml", ".base:\n  script: [echo $CI_PROJECT_NAME]\n  retry: 1\n");
    let expanded = stage.windlass(&["expand"]).expect(0);
    let build = "build:\n  before_script:\n    - date\n  script:\n    - echo $CI_PROJECT_NAME\n    - make\n";
    let lines: Vec<&str> = build.lines().collect();
    expanded.tells(&lines).tells(&["  retry: 1"]).conceals(&["extends", "include"]);
}

#[test]
fn the_source_of_the_pipeline_decides_on_its_jobs() {
    let stage = Stage::gitlab(
        "a: {script: x, rules: [{if: $CI_COMMIT_BRANCH == \"main\"}]}\nb: {script: x, stage: deploy, \
         rules: [{if: $CI_COMMIT_TAG}]}\n",
    );
    stage.windlass(&["list"]).expect(0).tells(&["a     test", "on_success"]).conceals(&["b "]);
    let json = stage.windlass(&["list", "--json"]).expect(0);
    json.tells(&["\"name\": \"a\"", "\"needs\": null"]);
}

#[test]
fn other_projects_come_from_where_the_user_says() {
    let stage = Stage::gitlab(
        "include:\n  - {project: group/templates, file: /jobs.yml}\n  - {component: \
         gitlab.example/group/templates/greet@1, inputs: {whom: world}}\n",
    );
    let other = stage.beside("templates");
    fs::create_dir_all(other.join("templates")).unwrap();
    fs::write(other.join("jobs.yml"), JOB).unwrap();
    fs::write(
        other.join("templates/greet.yml"),
        "spec: {inputs: {whom: }}\n---\ngreet: {script: 'echo $[[ inputs.whom ]] $[[ component.version ]]'}\n",
    )
    .unwrap();
    stage.git_in(&other, &["init", "-q", "-b", "trunk"]);
    stage.git_in(&other, &["add", "-A"]);
    stage.git_in(&other, &["commit", "-q", "-m", "one"]);
    for tag in ["1.0.0", "1.10.0", "1.9.0", "2.0.0", "1.11.0-rc1"] {
        stage.git_in(&other, &["tag", tag]);
    }
    let place = format!("group/templates={}", other.display());
    let expanded = stage.windlass(&["expand", "--project", &place]).expect(0);
    expanded.tells(&["- echo hello", "echo world"]).conceals(&["trunk"]);
    stage.write("windlass.toml", "[gitlab.projects]\n\"group/templates\" = \"../templates\"\n");
    stage.windlass(&["expand"]).expect(0).tells(&["- echo hello"]);
}

#[test]
fn remote_files_are_held_against_their_hash() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            let is_there = request[..length].starts_with(b"GET /there.yml ");
            let (status, body) = if is_there { ("200 OK", JOB) } else { ("404 Not Found", "") };
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all((head + body).as_bytes()).unwrap();
        }
    });
    let include = |path: &str, more: &str| {
        format!("include: [{{remote: 'http://{address}/{path}'{more}}}]\n")
    };
    let stage = Stage::gitlab(&include("there.yml", ""));
    stage.windlass(&["expand"]).expect(0).tells(&["- echo hello"]);
    let hash = "sha256-2bmtSd1nRA/rJdN4zNz/wR5Vwtw5UjHnYvSKwDlpmA0=";
    stage.write(".gitlab-ci.yml", include("there.yml", &format!(", integrity: '{hash}'")));
    stage.windlass(&["expand"]).expect(2).complains(&["gl/include", "`integrity`", "sha256-"]);
    stage.write(".gitlab-ci.yml", include("gone.yml", ""));
    stage.windlass(&["expand"]).expect(2).complains(&["gone.yml", "404"]);
    let mut offline = stage.command(&["expand"]);
    offline.env("WINDLASS_OFFLINE", "1");
    crate::stage::start(offline).finish().expect(2).complains(&["WINDLASS_OFFLINE"]);
}

#[test]
fn files_outside_of_the_project_are_not_included() {
    let stage = Stage::gitlab("include: [{local: /ci/outside.yml}]\n");
    fs::write(stage.beside("outside.yml"), JOB).unwrap();
    fs::create_dir_all(stage.project().join("ci")).unwrap();
    let link = stage.project().join("ci/outside.yml");
    std::os::unix::fs::symlink(stage.beside("outside.yml"), link).unwrap();
    stage.windlass(&["expand"]).expect(2).complains(&["outside of the repository"]);
    stage.write(".gitlab-ci.yml", "include: [{local: /../outside.yml}]\n");
    stage.windlass(&["check"]).expect(1).tells(&["gl/include"]);
}

#[test]
fn check_leads_from_an_included_mistake_to_the_file_that_includes_it() {
    let stage = Stage::gitlab("include: [{local: /ci/jobs.yml}]\n");
    stage.write("ci/jobs.yml", "build:\n  scrpt: [make]\n");
    let words =
        ["gl/unknown-keyword", "ci/jobs.yml:2:3", "did you mean `script`", "included from here"];
    stage.windlass(&["check"]).expect(1).tells(&words);
    stage.windlass(&["check", "--explain", "gl/no-script"]).expect(0).tells(&["gl/no-script"]);
    let allowed =
        "build:\n  script: make\n  image: tools # windlass: allow gl/floating-image: ours\n";
    stage.write("ci/jobs.yml", allowed);
    stage.windlass(&["check"]).expect(0).tells(&["1 suppressed"]);
}
