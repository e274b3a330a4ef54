//! Completion, in text as it is while somebody writes it.

use serde_json::Value;

use crate::client::{CI, Client};

const ACTION: &str = "name: Greet
description: Greets somebody
inputs:
  who: {description: Whom, required: true}
  how: {default: kindly}
outputs:
  greeting: {value: x}
runs: {using: composite, steps: []}
";

const CALLED: &str = "on:
  workflow_call:
    inputs:
      target: {type: string, required: true}
    secrets:
      KEY: {required: true}
    outputs:
      address: {value: x}
jobs: {a: {runs-on: x, steps: [{run: x}]}}
";

/// The labels that are offered at `|`.
fn labels(text: &str) -> Vec<String> {
    choices(CI, text).iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

fn choices(path: &str, text: &str) -> Vec<Value> {
    let mut client = Client::with_files(&[
        ("actions/greet/action.yml", ACTION),
        (".github/workflows/called.yml", CALLED),
    ]);
    let found = client.ask_at("textDocument/completion", path, text);
    found.as_array().unwrap().clone()
}

/// What is written for a label.
fn written(text: &str, label: &str) -> String {
    let found = choices(CI, text);
    let item = found.iter().find(|item| item["label"] == label).unwrap();
    item["textEdit"]["newText"].as_str().unwrap().to_owned()
}

/// A job with one more line, which may be anything.
fn job(line: &str) -> String {
    format!(
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    outputs: {{Version: x}}\n    \
         steps: [{{run: x}}]\n  test:\n{line}\n"
    )
}

/// A step with one more line, after a step with an id.
fn step(line: &str) -> String {
    format!(
        "on: push\nenv: {{GREETING: x}}\njobs:\n  build:\n    needs: []\n    strategy:\n      matrix:\n        \
         Os: [linux, windows]\n    runs-on: x\n    steps:\n      - id: First\n        uses: \
         ./actions/greet\n{line}\n      - id: later\n        run: x\n"
    )
}

#[test]
fn keys_that_are_not_there_yet() {
    let found = labels("on: push\nname: x\n|\n");
    assert_eq!(found[0], "jobs");
    assert!(found.contains(&"permissions".to_owned()) && !found.contains(&"name".to_owned()));
    let found = labels(&job("    runs-on: x\n    ste|"));
    assert!(found.contains(&"steps".to_owned()));
    assert!(!found.contains(&"uses".to_owned()), "a job with runs-on calls no workflow");
    let found = labels(&step("      - |"));
    assert!(found.contains(&"run".to_owned()) && found.contains(&"uses".to_owned()));
    let found = labels(&step("      - run: x\n        |"));
    assert!(found.contains(&"shell".to_owned()) && !found.contains(&"with".to_owned()));
    let found = labels("on:\n  pull_request:\n    |\n");
    assert!(found.contains(&"paths-ignore".to_owned()) && !found.contains(&"tags".to_owned()));
}

#[test]
fn keys_are_written_with_what_must_follow() {
    assert_eq!(written("on: push\nj|\n", "jobs"), "jobs:\n  ");
    assert_eq!(written(&job("    runs-on: x\n    |"), "steps"), "steps:\n      - ");
    assert_eq!(written(&job("    |"), "runs-on"), "runs-on: ");
    assert_eq!(written(&job("    ru|: x"), "runs-on"), "runs-on");
    assert_eq!(written(&job("    runs-on: x\n    steps:\n      |"), "uses"), "- uses: ");
}

#[test]
fn words_of_the_schema() {
    assert!(labels("on: pu|").contains(&"push".to_owned()));
    assert!(labels("on: [push, |").contains(&"release".to_owned()));
    assert!(labels("on:\n  |").contains(&"workflow_dispatch".to_owned()));
    assert!(labels("on:\n  issues:\n    types: [op|]\n").contains(&"opened".to_owned()));
    assert_eq!(labels("on: push\npermissions:\n  contents: |\n"), ["read", "write", "none"]);
    assert!(labels("on: push\npermissions: |\n").contains(&"read-all".to_owned()));
    assert_eq!(labels(&job("    strategy:\n      fail-fast: |")), ["true", "false"]);
    assert!(labels(&job("    runs-on: |")).contains(&"ubuntu-24.04-arm".to_owned()));
    assert!(labels(&step("      - run: x\n        shell: |")).contains(&"pwsh".to_owned()));
}

#[test]
fn names_of_the_file_and_files_of_the_project() {
    assert_eq!(labels(&job("    needs: |")), ["build"]);
    assert_eq!(labels(&job("    needs: [build, |]")), [""; 0]);
    assert_eq!(labels(&job("    needs:\n      - |")), ["build"]);
    assert_eq!(labels(&step("      - uses: ./|")), ["./actions/greet"]);
    assert_eq!(labels(&job("    uses: |")), ["./.github/workflows/called.yml"]);
}

#[test]
fn inputs_of_actions_and_called_workflows() {
    assert_eq!(
        labels(&step("      - uses: ./actions/greet\n        with:\n          |")),
        ["who", "how"]
    );
    assert_eq!(labels(&step("      - uses: ./actions/greet\n        with: {who: x, |}")), ["how"]);
    let call = "    uses: ./.github/workflows/called.yml\n";
    assert_eq!(labels(&job(&format!("{call}    with:\n      |"))), ["target"]);
    assert_eq!(labels(&job(&format!("{call}    secrets:\n      |"))), ["KEY"]);
}

#[test]
fn contexts_and_functions_that_may_be_used_here() {
    let found = labels(&step("      - run: echo ${{ | }}"));
    assert!(found.contains(&"steps".to_owned()) && found.contains(&"hashFiles".to_owned()));
    assert!(!found.contains(&"success".to_owned()), "it is for conditions");
    let found = labels(&job("    if: |"));
    assert!(found.contains(&"needs".to_owned()) && found.contains(&"always".to_owned()));
    assert!(!found.contains(&"secrets".to_owned()));
    assert_eq!(labels("on: push\nname: ${{ git|\n"), [""; 0]);
    assert_eq!(labels("on: push\nrun-name: ${{ g| }}\n")[..2], ["github", "inputs"]);
}

#[test]
fn what_contexts_hold() {
    assert_eq!(labels(&step("      - run: ${{ steps.|")), ["First"]);
    assert_eq!(
        labels(&step("      - run: ${{ steps.First.|")),
        ["conclusion", "outcome", "outputs"]
    );
    assert_eq!(labels(&step("      - run: ${{ steps.First.outputs.| }}")), ["greeting"]);
    assert_eq!(labels(&step("      - run: ${{ matrix.|")), ["Os"]);
    assert_eq!(labels(&step("      - run: ${{ env.|")), ["GREETING"]);
    assert_eq!(labels(&step("      - if: runner.|")).len(), 8);
    assert_eq!(labels(&step("      - run: ${{ secrets.A }}${{ secrets.|")), ["A", "GITHUB_TOKEN"]);
    let needs =
        job("    needs: build\n    runs-on: x\n    steps: [{run: '${{ needs.build.outputs.| }}'}]");
    assert_eq!(labels(&needs), ["Version"]);
    let inputs = "on: {workflow_dispatch: {inputs: {Target: {}}}}\nrun-name: ${{ inputs.|\n";
    assert_eq!(labels(inputs), ["Target"]);
}

#[test]
fn actions_have_keys_and_contexts_of_their_own() {
    let text = "name: x\ninputs: {who: {}}\nruns:\n  using: composite\n  steps:\n    - run: ${{ inputs.| }}\n";
    let found = choices("action.yml", text);
    assert_eq!(found.iter().map(|item| &item["label"]).collect::<Vec<_>>(), ["who"]);
    let found = choices("action.yml", "name: x\nruns:\n  using: |\n");
    assert!(found.iter().any(|item| item["label"] == "node24"));
}

#[test]
fn nothing_is_offered_in_scripts_and_strings() {
    let script = step("      - run: >\n          echo |\n          ls");
    assert_eq!(labels(&script), [""; 0]);
    assert_eq!(labels(&step("      - run: ${{ 'gi| }}")), [""; 0]);
}
