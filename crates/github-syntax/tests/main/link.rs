//! Callers against called workflows.

use std::collections::HashMap;

use windlass_diagnostics::SourceMap;
use windlass_github_syntax::link::{Called, DefaultPermissions, check_calls};
use windlass_github_syntax::workflow::Workflow;
use windlass_github_syntax::{Limits, Parsed, parse_workflow};

/// Checks a caller; what it calls is found by the text after `uses`.
fn report(caller: &str, called: &[(&str, &str)], limits: Limits) -> String {
    let mut sources = SourceMap::new();
    let mut read = |name: &str, text: &str| -> Parsed<Workflow> {
        let source = sources.add(name, text);
        let parsed = parse_workflow(source, name, text);
        assert!(!parsed.has_errors(), "{name}: {:?}", parsed.problems);
        parsed
    };
    let root = read("caller.yml", caller);
    let files: HashMap<&str, Parsed<Workflow>> =
        called.iter().map(|(name, text)| (*name, read(name, text))).collect();
    let root = Called { workflow: root.tree.as_ref().unwrap(), size: root.size };
    let problems = check_calls(
        root,
        &|_, call| {
            let file = files.get(call.uses.value.as_str()).ok_or("no such file")?;
            Ok(Called { workflow: file.tree.as_ref().unwrap(), size: file.size })
        },
        DefaultPermissions::LimitedRead,
        &limits,
    );
    let lines = problems.iter().map(|problem| {
        let start = problem.span.start;
        let name = sources.name(problem.span.source);
        let diagnostic = problem.to_diagnostic();
        format!("{name}:{}:{} {} {}", start.line, start.column, diagnostic.code, diagnostic.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

const CALLED: &str = "\
on:
  workflow_call:
    inputs:
      level: {type: number, required: true}
      name: {type: string, required: true}
      flag: {type: boolean}
    secrets:
      token: {required: true}
      other:
jobs:
  inner:
    permissions: {contents: write}
    runs-on: x
    steps: [{run: x}]
";

#[test]
fn inputs_secrets_and_permissions_must_fit() {
    let caller = "\
on: push
jobs:
  good:
    permissions: {contents: write}
    uses: ./.github/workflows/called.yml
    with: {LEVEL: 1, name: true, flag: '${{ inputs.x }}'}
    secrets: inherit
  bad:
    uses: ./.github/workflows/called.yml
    with: {level: high, nmae: x}
    secrets: {tokn: a}
  gone:
    uses: ./.github/workflows/gone.yml
";
    let called = [("./.github/workflows/called.yml", CALLED)];
    insta::assert_snapshot!(report(caller, &called, Limits::default()), @r"
    caller.yml:10:19 gh/input-type the input `level` is a number, and `high` is none
    caller.yml:10:31 gh/undefined-input the called workflow has no input `nmae`
    caller.yml:9:11 gh/missing-input the called workflow needs the input `name`
    caller.yml:11:21 gh/undefined-secret the called workflow has no secret `tokn`
    caller.yml:9:11 gh/missing-secret the called workflow needs the secret `token`
    caller.yml:8:3 gh/permissions-exceeded the job `inner` of `./.github/workflows/called.yml` asks for `contents: write`, but the caller allows only `contents: read`
    caller.yml:13:11 gh/called-workflow-missing the workflow `./.github/workflows/gone.yml` cannot be read: no such file
    ");
}

#[test]
fn a_workflow_that_is_not_callable_is_told() {
    let caller = "on: push\njobs: {a: {uses: ./.github/workflows/b.yml}}\n";
    let called = "on: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n";
    let called = [("./.github/workflows/b.yml", called)];
    insta::assert_snapshot!(report(caller, &called, Limits::default()), @"caller.yml:2:18 gh/not-callable the workflow `./.github/workflows/b.yml` cannot be called: it has no `on: workflow_call`");
}

#[test]
fn workflows_that_call_one_another_end_at_the_limit() {
    let caller = "on: push\njobs: {a: {uses: ./.github/workflows/b.yml}}\n";
    let called = "on: workflow_call\njobs:\n  a: {uses: ./.github/workflows/b.yml}\n  b: {uses: ./.github/workflows/b.yml}\n";
    let called = [("./.github/workflows/b.yml", called)];
    insta::assert_snapshot!(report(caller, &called, Limits::default()), @"./.github/workflows/b.yml:3:13 gh/nested-too-deep workflows call one another more than 9 levels deep");
    let few = Limits { jobs: 5, ..Limits::default() };
    insta::assert_snapshot!(report(caller, &called, few), @"./.github/workflows/b.yml:3:3 gh/too-many-jobs the workflow has more than 5 jobs, called workflows included");
    let small = Limits { result_size: 2_000, ..Limits::default() };
    insta::assert_snapshot!(report(caller, &called, small), @"./.github/workflows/b.yml:3:13 gh/result-too-large with the called workflow `./.github/workflows/b.yml` all workflows take more than 2000 bytes");
}
