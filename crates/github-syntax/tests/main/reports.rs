//! What is reported about a file, and where.

use windlass_diagnostics::SourceId;
use windlass_github_syntax::{parse_action, parse_workflow};

/// One line a finding: `line:column code message (help)`.
fn report(text: &str) -> String {
    let parsed = parse_workflow(SourceId(0), ".github/workflows/ci.yml", text);
    lines(&parsed.diagnostics())
}

fn lines(diagnostics: &[windlass_diagnostics::Diagnostic]) -> String {
    let line = |found: &windlass_diagnostics::Diagnostic| {
        let start = found.primary.as_ref().map(|label| label.span.start).unwrap_or_default();
        let help = found.help.clone().unwrap_or_default();
        format!("{}:{} {} {} ({help})", start.line, start.column, found.code, found.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let text = "\
on:
  push:
    branchs: [main]
  schedule:
    - cron: '0 0 * *'
jobs:
  build:
    runs_on: ubuntu-latest
    needs: [tests]
    timeout-minutes: soon
    steps:
      - run: echo ${{ secret.TOKEN }} and ${{ github.sha
      - uses: actions/checkout
      - id: a
        run: echo ${{ github.event. }}
      - id: A
        run: |
          one
          two ${{ foo.bar }}
  test:
    runs-on: ubuntu-latest
    runs-on: windows-latest
    if: ${{ secrets.X }} == 'a'
    permissions: {contents: admin}
    steps: []
  test2:
    uses: ./ci.txt
";
    insta::assert_snapshot!(report(text), @r"
    3:5 gh/unknown-key there is no key `branchs` here (did you mean `branches`?)
    5:13 gh/cron `0 0 * *` is not a time table: it has 4 fields; five are needed: minute, hour, day of the month, month, day of the week (write five fields, e.g. `30 5 * * 1-5` for 5:30 on working days)
    8:5 gh/unknown-key there is no key `runs_on` here (did you mean `runs-on`?)
    9:13 gh/unknown-need the job `build` needs `tests`, which is no job of this workflow (did you mean `test`?)
    10:22 gh/unexpected-value expected a number, found `soon` ()
    12:23 gh/expression there is no context `secret` here (did you mean `secrets`?)
    13:15 gh/uses `actions/checkout` does not name an action (write `owner/repository@ref`, `owner/repository/path@ref`, `./path` or `docker://image`)
    15:35 gh/expression the expression ends after `.`, but something must follow (in the expression `github.event.`)
    16:13 gh/duplicate-id the id `A` is taken (choose another; upper and lower case make no difference)
    19:19 gh/expression there is no context `foo` here (available here: `github`, `inputs`, `vars`, `needs`, `strategy`, `matrix`, `secrets`, `steps`, `job`, `runner`, `env`)
    22:5 gh/duplicate-key the key `runs-on` is there twice (remove one of them, or merge them; upper and lower case make no difference)
    23:13 gh/not-available `secrets` is not available here (available here: `github`, `inputs`, `vars`, `needs`)
    24:29 gh/unexpected-value expected one of `read`, `write`, `none`, found `admin` ()
    27:11 gh/workflow-uses `./ci.txt` does not name a workflow: the file's name ends in `.yml` or `.yaml` (write `./.github/workflows/file.yml` or `owner/repository/.github/workflows/file.yml@ref`)
    ");
}

#[test]
fn problems_inside_a_text_point_at_the_characters() {
    let text = "\
on: push
jobs:
  a:
    runs-on: x
    if: github.ref == refs/heads/main
    steps:
      - run: >-
          äöü ${{ github.sha }}
          ${{ contains('a') }}
      - run: \"\\t${{ bad }}\"
";
    insta::assert_snapshot!(report(text), @r"
    5:23 gh/expression `refs/heads/main` is not a number, a name or an operator (in the expression `github.ref == refs/heads/main`)
    9:15 gh/expression `contains` needs at least 2 argument(s) (in the expression `contains('a')`)
    10:21 gh/expression there is no context `bad` here (available here: `github`, `inputs`, `vars`, `needs`, `strategy`, `matrix`, `secrets`, `steps`, `job`, `runner`, `env`)
    ");
}

#[test]
fn yaml_errors_end_the_file_with_a_place() {
    insta::assert_snapshot!(report("on: push\njobs:\n  a: [b\n"), @"4:1 yaml/syntax this is not valid YAML: while parsing a flow sequence, expected ',' or ']' (correct the YAML here; nothing after this point was read)");
    insta::assert_snapshot!(report(""), @"1:1 gh/empty the file is empty (write at least `on` and `jobs`)");
    insta::assert_snapshot!(report("on: push\n---\njobs: {}\n"), @r"
    1:1 gh/missing-key the key `jobs` is missing (add `jobs:`)
    3:1 gh/second-document a workflow file holds one YAML document, and a second one starts here (remove the `---` line, or move what follows into a file of its own)
    ");
    insta::assert_snapshot!(report("- a\n"), @"1:1 gh/unexpected-list expected a mapping, found a list ()");
}

#[test]
fn a_missing_on_is_told_apart() {
    let text = "jobs:\n  a:\n    runs-on: x\n    steps: [{run: y}]\n";
    insta::assert_snapshot!(report(text), @"1:1 gh/on-missing the workflow does not say when it runs: `on` is missing (add for example `on: push`, or choose an event with `--event`)");
}

#[test]
fn matrices_inputs_and_background_steps_are_checked() {
    let text = "\
on:
  push:
    branches: ['[a-', main]
    branches-ignore: [x]
  workflow_dispatch:
    colour: red
    inputs:
      level: {type: choice, default: a}
      count: {type: number, default: many}
jobs:
  a:
    strategy:
      matrix:
        os: []
        include: [{}]
        exclude: [{oss: x}]
    runs-on: x
    concurrency: {group: g, cancel-in-progres: true}
    services: {db: 'docker://'}
    steps:
      - {id: server, run: serve, background: true}
      - wait: [server, servr]
      - parallel:
          - run: x
          - wait-all: true
";
    insta::assert_snapshot!(report(text), @r#"
    3:16 gh/filter-pattern the pattern `[a-` cannot be read: the closing `]` is missing (see "Filter pattern cheat sheet" in GitHub's documentation)
    4:22 gh/filter-conflict `branches` and `branches-ignore` cannot both be used for one event (use `branches` alone, with `!` in front of what is not meant)
    6:5 gh/ignored-key there is no key `colour` here; GitHub passes over it (known here: `inputs`)
    8:7 gh/choice-without-options the input `level` is a choice without `options` (add `options:` with a list of texts)
    9:38 gh/input-default the default `many` of the input `count` does not fit its type number (correct the default or the type)
    14:13 gh/matrix-vector-empty the list `os` of the matrix is empty, so that no job would run (add a value or remove the key)
    15:19 gh/matrix-entry-empty this entry of `include` is empty (add a key and a value, or remove the entry)
    16:20 gh/matrix-exclude-key `exclude` names `oss`, which the matrix does not have (did you mean `os`?)
    18:29 gh/unknown-key there is no key `cancel-in-progres` here (did you mean `cancel-in-progress`?)
    19:16 gh/image-empty the container has no image (name an image, e.g. `node:24`, or remove the container)
    22:24 gh/unknown-background-step there is no background step `servr` before this step (did you mean `server`?)
    25:13 gh/parallel-step a step with `wait-all` has no effect of its own among parallel steps (put it before or behind the group)
    "#);
}

#[test]
fn actions_are_reported_on_too() {
    let text = "\
name: x
inputs:
  who: {required: 'yes', default: '${{ secrets.A }}'}
runs:
  using: composite
  steps:
    - run: echo
    - uses: ./a
      shell: bash
";
    let parsed = parse_action(SourceId(0), "action.yml", text);
    insta::assert_snapshot!(lines(&parsed.diagnostics()), @r"
    3:40 gh/not-available `secrets` is not available here (available here: `github`, `strategy`, `matrix`, `job`, `runner`)
    7:7 gh/missing-key the key `shell` is missing (add `shell:`)
    9:7 gh/unknown-key the key `shell` does not go together with `uses` (remove one of them)
    ");
}

#[test]
fn line_breaks_of_other_systems_and_byte_order_marks_do_no_harm() {
    let text = "\u{feff}on: push\r\njobs:\r\n  a:\r\n    runs-on: x\r\n    steps:\r\n      - run: |\r\n          one\r\n          two ${{ bad }}\r\n      - nam: x\r\n";
    insta::assert_snapshot!(report(text), @r"
    8:19 gh/expression there is no context `bad` here (available here: `github`, `inputs`, `vars`, `needs`, `strategy`, `matrix`, `secrets`, `steps`, `job`, `runner`, `env`)
    9:9 gh/unknown-key there is no key `nam` here (did you mean `name`?)
    9:9 gh/incomplete it is not clear what this is meant to be (add one of these keys: `cancel`, `parallel`, `run`, `shell`, `uses`, `wait`, `wait-all`, `with`, `working-directory`)
    ");
    let good = parse_workflow(
        SourceId(0),
        "ci.yml",
        &text.replace("bad", "github.sha").replace("nam: x", "run: y"),
    );
    let travelled = serde_json::to_string(&good.tree.unwrap()).unwrap();
    assert!(travelled.contains(r"one\ntwo"), "{travelled}");
}

#[test]
fn merge_keys_are_told_by_name() {
    let text = "\
on: push
jobs:
  a: &a
    runs-on: x
    env: &env {A: b}
    steps: [{run: x}]
  b:
    <<: *a
    runs-on: x
    env:
      <<: *env
      C: d
    steps: [{run: x, env: *env}]
";
    insta::assert_snapshot!(report(text), @r"
    8:9 gh/merge-key GitHub has no merge key `<<` (write the keys out; an alias can only stand for a whole value)
    11:11 gh/merge-key GitHub has no merge key `<<` (write the keys out; an alias can only stand for a whole value)
    ");
}

#[test]
fn a_mistake_is_told_once_and_where_it_was_made() {
    let text = "\
on: push
jobs:
  a:
    needs: [c]
    runs-on: x
    steps: [{run: y}]
  b:
    with: {who: Ada}
    runs-on: x
    steps: [{run: y}]
  c:
    needs: [a, d]
    uses: ./.github/workflows/called.yml
    steps: [{run: y}]
  d:
    needs: [e]
    runs-on: x
    snapshot: &image {image-name: z, version: 'one'}
    steps: []
";
    insta::assert_snapshot!(report(text), @r"
    3:3 gh/needs-cycle the jobs need one another in a circle: `a` needs `c` needs `a` (remove one of the `needs`)
    8:5 gh/missing-key the key `with` needs the key `uses` beside it (add `uses:`, or remove `with`)
    14:5 gh/unknown-key the key `steps` does not go together with `uses` (remove one of them)
    16:13 gh/unknown-need the job `d` needs `e`, which is no job of this workflow (did you mean `a`?)
    18:15 gh/unused-anchor no alias names this anchor (remove it, or write `*` and its name where the value is meant)
    18:47 gh/snapshot-version `one` is no version of an image (write a major version, e.g. `1.*`)
    ");
}
