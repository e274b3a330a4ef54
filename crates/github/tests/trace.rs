//! The process of GitHub workflows against the law of replay, and what it decides.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::json;
use windlass_github::{
    GithubProcess,
    inputs::{GithubRunInputs, Selection},
    order::JobTicket,
};
use windlass_github_syntax::expression::Value;
use windlass_kernel::{
    Actor, Body, Command, Event, Fact, GateDecision, JobResult, NodeId, Operation, OperationId,
    OperationResult, Process, RunInputs, Status,
};
use windlass_testkit::{Trace, survives_every_kill};

/// A run of these workflows; the first one is the one that is run.
fn inputs(sources: &[(&str, &str)], selection: Selection) -> RunInputs {
    let github = json!({ "ref": "refs/heads/main", "event_name": "push", "event": {} });
    let inputs = GithubRunInputs {
        workflow: sources[0].0.to_owned(),
        sources: sources.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect(),
        pins: BTreeMap::new(),
        github: Value::from(github),
        inputs: Value::Null,
        vars: Value::Null,
        selection,
    };
    inputs.into_run_inputs("test".into()).unwrap()
}

/// Jobs end as their id says: `fail…` fails, all others succeed; outputs of `plan` are the
/// matrix that `build` runs.
fn world(_: &NodeId, operation: &Operation) -> OperationResult {
    match operation {
        Operation::RunJob(order) => {
            let order =
                JobTicket::from_payload(order.schema_version, order.payload.clone()).unwrap();
            let failed = order.name.contains("fail");
            let mut outputs = IndexMap::new();
            if order.id == "plan" {
                outputs.insert("targets".to_owned(), r#"["linux", "mac"]"#.to_owned());
            }
            OperationResult::Job(JobResult {
                status: if failed { Status::Failed } else { Status::Succeeded },
                word: if failed { "failure" } else { "success" }.into(),
                outputs,
            })
        }
        Operation::Gate(gate) => OperationResult::Decided(GateDecision {
            approved: gate.name != "forbidden",
            by: Actor::Person("alice".into()),
            values: IndexMap::new(),
        }),
        Operation::Lock(_) => OperationResult::Locked,
        other => OperationResult::Failed { message: format!("unexpected {:?}", other.kind()) },
    }
}

async fn run(sources: &[(&str, &str)], selection: Selection) -> Vec<Event> {
    survives_every_kill(Trace {
        process: || -> Box<dyn Process> { Box::<GithubProcess>::default() },
        inputs: inputs(sources, selection),
        world,
    })
    .await
}

/// Every conclusion, a line each: `node: word (reason)`.
async fn ends(workflow: &str) -> String {
    let events = run(&[("ci.yml", workflow)], Selection::default()).await;
    conclusions(&events)
}

fn conclusions(events: &[Event]) -> String {
    let lines = events.iter().filter_map(|event| match &event.body {
        Body::Command(Command::Conclude { node, word, reason, .. }) => {
            let name = if node.is_run() { "run" } else { node.as_str() };
            let reason = reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            Some(format!("{name}: {word}{reason}"))
        }
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_matrix_from_an_output_a_failure_and_its_clean_up() {
    let ends = ends(
        "on: push
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs: { targets: x }
    steps: [{ run: 'true' }]
  build:
    needs: plan
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        target: ${{ fromJSON(needs.plan.outputs.targets) }}
    steps: [{ run: 'true' }]
  failing:
    needs: build
    runs-on: ubuntu-latest
    steps: [{ run: 'false' }]
  publish:
    needs: failing
    runs-on: ubuntu-latest
    steps: [{ run: 'true' }]
  clean:
    needs: [publish]
    if: failure()
    runs-on: ubuntu-latest
    steps: [{ run: 'true' }]
",
    )
    .await;
    insta::assert_snapshot!(ends, @r"
    plan: success
    build/0: success
    build/1: success
    build: success
    failing: failure
    publish: skipped (needs 'failing', which ended as failure)
    clean: success
    run: failure
    ");
}

#[tokio::test]
async fn a_skip_goes_down_the_whole_chain() {
    let ends = ends(
        "on: push
jobs:
  a: { if: github.ref == 'refs/heads/dev', runs-on: x, steps: [{ run: 'true' }] }
  b: { needs: a, if: always(), runs-on: x, steps: [{ run: 'true' }] }
  c: { needs: b, runs-on: x, steps: [{ run: 'true' }] }
  d: { needs: b, if: needs.b.result == 'success' && !cancelled(), runs-on: x, steps: [{ run: 'true' }] }
",
    )
    .await;
    insta::assert_snapshot!(ends, @r"
    a: skipped (if: github.ref == 'refs/heads/dev' is false (github.ref = 'refs/heads/main'))
    b: success
    c: skipped (a job further up its chain of needs failed or was skipped)
    d: success
    run: success
    ");
}

#[tokio::test]
async fn a_tolerated_failure_counts_as_success() {
    let ends = ends(
        "on: push
jobs:
  fails: { continue-on-error: true, runs-on: x, steps: [{ run: 'false' }] }
  after: { needs: fails, runs-on: x, steps: [{ run: 'true' }] }
",
    )
    .await;
    insta::assert_snapshot!(ends, @r"
    fails: failure
    after: success
    run: success
    ");
}

#[tokio::test]
async fn environments_are_gates_and_a_refusal_fails_the_job() {
    let ends = ends(
        "on: push
jobs:
  staging: { environment: staging, runs-on: x, steps: [{ run: 'true' }] }
  production: { needs: staging, environment: { name: forbidden }, runs-on: x, steps: [{ run: 'true' }] }
",
    )
    .await;
    insta::assert_snapshot!(ends, @r"
    staging: success
    production: failure (environment 'forbidden' was refused by alice)
    run: failure
    ");
}

#[tokio::test]
async fn a_called_workflow_is_a_group_with_outputs() {
    let caller = "on: push
jobs:
  call:
    strategy: { matrix: { place: [a, b] } }
    uses: ./.github/workflows/called.yml
    with: { place: '${{ matrix.place }}' }
  after:
    needs: call
    if: needs.call.outputs.result == 'done'
    runs-on: x
    steps: [{ run: 'true' }]
";
    let called = "on:
  workflow_call:
    inputs: { place: { type: string, required: true } }
    outputs: { result: { value: '${{ jobs.work.result == ''success'' && ''done'' }}' } }
jobs:
  work: { name: 'work in ${{ inputs.place }}', runs-on: x, steps: [{ run: 'true' }] }
";
    let sources = [(".github/workflows/ci.yml", caller), (".github/workflows/called.yml", called)];
    let events = run(&sources, Selection::default()).await;
    insta::assert_snapshot!(conclusions(&events), @r"
    call/0/work: success
    call/0: success
    call/1/work: success
    call/1: success
    call: success
    after: success
    run: success
    ");
    let labels: Vec<String> = events
        .iter()
        .filter_map(|event| match &event.body {
            Body::Command(Command::Declare(node)) => Some(node.label.clone()),
            _ => None,
        })
        .collect();
    assert!(labels.contains(&"call (a) / work in a".to_owned()), "{labels:?}");
}

#[tokio::test]
async fn a_selection_runs_a_job_with_what_it_needs() {
    let workflow = "on: push
jobs:
  a: { runs-on: x, steps: [{ run: 'true' }] }
  b: { needs: a, runs-on: x, steps: [{ run: 'true' }] }
  c: { runs-on: x, steps: [{ run: 'true' }] }
";
    let only_b = Selection { jobs: vec!["b".into()], ..Selection::default() };
    let ends = conclusions(&run(&[("ci.yml", workflow)], only_b.clone()).await);
    assert_eq!(ends, "a: success\nb: success\nrun: success");
    let alone = Selection { without_needs: true, ..only_b };
    let ends = conclusions(&run(&[("ci.yml", workflow)], alone).await);
    assert_eq!(ends, "b: success\nrun: success");
}

#[tokio::test]
async fn concurrency_and_max_parallel_hold_jobs_back() {
    let events = run(
        &[(
            "ci.yml",
            "on: push
concurrency: { group: 'deploy-${{ github.ref }}', cancel-in-progress: true }
jobs:
  a:
    concurrency: Place
    strategy: { max-parallel: 1, matrix: { n: [1, 2, 3] } }
    runs-on: x
    steps: [{ run: 'true' }]
",
        )],
        Selection::default(),
    )
    .await;
    let mut groups = Vec::new();
    for event in &events {
        if let Body::Command(Command::Begin { operation: Operation::Lock(lock), .. }) = &event.body
        {
            groups.push((lock.group.clone(), lock.cancel_in_progress));
        }
    }
    let place = ("place".to_owned(), false);
    let run_lock = ("deploy-refs/heads/main".to_owned(), true);
    assert_eq!(groups, [run_lock, place.clone(), place.clone(), place]);
}

#[tokio::test]
async fn a_matrix_over_256_fails_its_job_with_the_reason() {
    let ends = ends(
        "on: push
jobs:
  a:
    strategy:
      matrix:
        x: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]
        y: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]
    runs-on: x
    steps: [{ run: 'true' }]
",
    )
    .await;
    assert!(ends.starts_with("a: failure ("), "{ends}");
    assert!(ends.contains("256"), "{ends}");
}

/// Fail-fast of a caller reaches into the other call, and no leg of its jobs starts after that.
#[test]
fn a_stopped_call_starts_no_further_legs() {
    let caller = "on: push
jobs:
  call:
    strategy: { matrix: { place: [a, b] } }
    uses: ./.github/workflows/called.yml
";
    let called = "on: workflow_call
jobs:
  work:
    strategy: { max-parallel: 2, matrix: { n: [1, 2, 3, 4] } }
    runs-on: x
    steps: [{ run: 'true' }]
";
    let sources = [(".github/workflows/ci.yml", caller), (".github/workflows/called.yml", called)];
    let mut process = GithubProcess::default();
    let created = Fact::Created(Box::new(inputs(&sources, Selection::default())));
    let begun = process.advance(&created).unwrap();
    let begun: Vec<OperationId> = begun.iter().filter_map(begins).collect();
    assert_eq!(begun.len(), 4, "two legs of each call");
    let failed = OperationResult::Job(JobResult {
        status: Status::Failed,
        word: "failure".into(),
        outputs: IndexMap::new(),
    });
    let results = [failed, OperationResult::Cancelled];
    let mut results = results.into_iter().chain(std::iter::repeat(OperationResult::Cancelled));
    let mut last = Vec::new();
    for id in begun {
        let result = results.next().unwrap();
        last = process.advance(&Fact::Settled { id, result }).unwrap();
        assert!(!last.iter().any(|command| begins(command).is_some()), "after {id}: {last:?}");
    }
    let ends_run =
        |command: &Command| matches!(command, Command::Conclude { node, .. } if node.is_run());
    assert!(last.iter().any(ends_run), "{last:?}");
}

fn begins(command: &Command) -> Option<OperationId> {
    match command {
        Command::Begin { id, .. } => Some(*id),
        _ => None,
    }
}
