//! Configurations of GitLab.

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
