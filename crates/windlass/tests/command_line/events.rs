//! What starts a workflow, and with what: events, inputs, variables, references, actors.

use std::fs;

use crate::stage::Stage;

const DISPATCHED: &str = "on:\n  push: {branches: [main]}\n  workflow_dispatch:\n    inputs:\n      n: {type: number, required: true}\n      \
    c: {type: choice, options: [one, two], default: two}\n      b: {type: boolean, default: true}\n      s: {type: string}\n\
    jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo 'n=${{ inputs.n }} c=${{ inputs.c }} b=${{ inputs.b }} s=[${{ inputs.s }}] \
    ${{ github.event_name }}'\n";

const SAYS: &str = "on: [push, pull_request]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo \"ref=${{ github.ref }} name=${{ \
    github.ref_name }} actor=${{ github.actor }} sha=${{ github.sha }} v=[${{ vars.V }}] e=[$E] f=[$F] x=${{ github.event.x }}\"\n";

#[test]
fn inputs_are_checked_before_anything_starts() {
    let stage = Stage::new(DISPATCHED);
    let run = |inputs: &[&str]| {
        let mut words = vec!["run", "--event", "workflow_dispatch"];
        for input in inputs {
            words.extend(["--input", input]);
        }
        stage.windlass(&words)
    };
    run(&[]).expect(2).complains(&["input 'n' is required", "--input n=VALUE"]);
    run(&["n=x"]).expect(2).complains(&["'x', which is no number"]);
    run(&["n=1", "c=three", "b=maybe", "q=1"]).expect(2).complains(&[
        "may only be one of: one, two",
        "no boolean",
        "unknown input 'q'",
    ]);
    run(&["n"]).expect(2).complains(&["not of the form NAME=VALUE"]);
    let told = "n=1.5 c=two b=true s=[x=y z] workflow_dispatch";
    run(&["n=1.5", "s=x=y z"]).expect(0).tells(&[told]);
    fs::write(stage.beside("event.json"), r#"{"inputs": {"n": 3, "c": "one", "b": false}}"#)
        .unwrap();
    let run = stage.windlass(&["run", "-e", "workflow_dispatch", "--event-file", "../event.json"]);
    run.expect(0).tells(&["n=3 c=one b=false"]);
    // Nothing of what was refused is in the history.
    stage.windlass(&["runs", "list"]).expect(0).tells(&["#2"]).conceals(&["#3"]);
}

#[test]
fn contexts_say_what_the_command_line_says() {
    let stage = Stage::new(SAYS);
    fs::write(stage.beside("vars.env"), "E=from file\nF='quoted # text'\n").unwrap();
    fs::write(stage.beside("event.json"), r#"{"x": "yes"}"#).unwrap();
    let run = stage.windlass(&[
        "run",
        "--ref",
        "topic/x",
        "--actor",
        "octo",
        "--var",
        "V=a=b",
        "--env-file",
        "../vars.env",
        "--env",
        "E=over",
        "--event-file",
        "../event.json",
    ]);
    let sha = stage.git(&["rev-parse", "HEAD"]);
    run.expect(0).tells(&[
        "ref=refs/heads/topic/x name=topic/x actor=octo",
        &format!("sha={sha}"),
        "v=[a=b] e=[over] f=[quoted # text] x=yes",
    ]);
    let run = stage.windlass(&["run", "--ref", "refs/tags/v1"]).expect(0);
    run.tells(&["ref=refs/tags/v1 name=v1"]);
    stage.windlass(&["run", "--env", "novalue"]).expect(2).complains(&["NAME=VALUE"]);
    fs::write(stage.beside("vars.env"), "A=1\nB C=2\n").unwrap();
    let run = stage.windlass(&["run", "--env-file", "../vars.env"]).expect(2);
    run.complains(&["../vars.env: line 2"]);
    stage.windlass(&["run", "--env-file", "none"]).expect(2).complains(&["cannot read none"]);
}

#[test]
fn what_the_event_does_not_start_is_said_with_the_reason() {
    let stage = Stage::new(DISPATCHED);
    stage.git(&["checkout", "-q", "-b", "topic"]);
    let run = stage.windlass(&["run"]).expect(0);
    run.complains(&["push starts no workflow here", "'topic'"]);
    stage.windlass(&["run", "ci.yml"]).expect(2).complains(&["'topic'"]);
    stage.windlass(&["run", "-e", "issues"]).expect(0).complains(&["not on issues"]);
    stage
        .windlass(&["run", "-e", "pull-request"])
        .expect(2)
        .complains(&["did you mean pull_request?"]);
    stage.windlass(&["run", "-e", "nonsense"]).expect(2).complains(&["no event 'nonsense'"]);
    let plan = stage.windlass(&["run", "--dry-run"]).expect(0);
    plan.tells(&["push on refs/heads/topic", "ci.yml would not run", "'topic'"]);
}

#[test]
fn a_dry_run_tells_what_and_why_not_and_leaves_no_trace() {
    let stage = Stage::new(
        "on: push\nenv: {WHERE: here}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: touch made\n      - if: github.ref == 'refs/heads/other'\n        \
         run: x\n  b: {needs: a, if: github.event_name == 'schedule', runs-on: x, steps: [{run: x}]}\n",
    );
    let before = stage.tree();
    let run = stage.windlass(&["run", "-n"]).expect(0);
    run.tells(&[
        "a: would run",
        "touch made: would run",
        "would not run",
        "refs/heads/main",
        "'schedule'",
    ]);
    assert_eq!(before, stage.tree());
    assert!(!stage.state().exists());
}

#[test]
fn without_git_and_without_commits_stand_ins_are_printed() {
    let stage = Stage::without_git(SAYS);
    let zeros = "0".repeat(40);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["in no Git repository", &zeros, "ref=refs/heads/main", "stand"]);
    let run = stage.windlass(&["run", "--dry-run"]).expect(0);
    run.tells(&["in no Git repository", &zeros]);
    stage.git(&["init", "-q", "-b", "trunk"]);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["no commit yet", "ref=refs/heads/trunk", &format!("sha={zeros}")]);
}

#[test]
fn a_dirty_tree_and_a_detached_head_are_said() {
    let stage = Stage::new(SAYS);
    stage.windlass(&["run"]).expect(0).conceals(&["uncommitted", "stands in"]);
    stage.write("new", "");
    let sha = stage.git(&["rev-parse", "--short=7", "HEAD"]);
    let told = ["uncommitted changes", "github.sha is HEAD", &sha];
    stage.windlass(&["run"]).expect(0).tells(&told);
    stage.windlass(&["run", "--json"]).expect(0).tells(&["uncommitted changes"]);
    stage.git(&["checkout", "-q", "--detach"]);
    stage.windlass(&["run"]).expect(0).tells(&["HEAD is detached", "--ref"]);
    stage.windlass(&["run", "--ref", "main"]).expect(0).conceals(&["detached"]);
}

#[test]
fn a_file_without_on_needs_an_event() {
    let stage = Stage::new("jobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n");
    stage.windlass(&["run"]).expect(2).complains(&["has no `on`", "--event"]);
    stage.windlass(&["run", "--event", "push"]).expect(0).tells(&["a | hello"]);
}
