//! Manual and delayed jobs, and turns in a resource group.

use super::*;

const BLOCKING: &str = "stages: [a, b]\n\
     ask: {stage: a, script: x, when: manual, allow_failure: false, manual_confirmation: 'Sure?'}\n\
     after: {stage: b, script: x}\n";
const OPTIONAL: &str = "stages: [a, b]\n\
     ask: {stage: a, script: x, when: manual}\n\
     after: {stage: b, script: x}\n\
     needing: {stage: b, script: x, needs: [ask]}\n";

/// "Job control", types of manual jobs: the pipeline waits for one that is not allowed to fail.
#[test]
fn a_blocking_manual_job_holds_the_pipeline_back() {
    let mut bench = Bench::of(BLOCKING);
    assert_eq!(bench.under_way(), ["Gate ask"]);
    let (_, Operation::Gate(gate)) = &bench.open[&bench.find("ask")] else { panic!("a gate") };
    assert_eq!(gate.prompt, "Manual job 'ask' of stage a: Sure?");
    bench.decide("ask", true);
    assert!(bench.order("ask").is_manual);
    bench.pass("ask");
    assert_eq!(bench.under_way(), ["after"]);
}

#[test]
fn a_blocking_manual_job_that_nobody_starts_ends_the_pipeline() {
    let mut bench = Bench::of(BLOCKING);
    bench.decide("ask", false);
    assert_eq!(bench.word("ask"), "manual");
    assert_eq!(bench.reason("after"), "'ask' was not started, and it waits for that");
    assert_eq!(bench.word(""), "manual");
}

#[test]
fn an_optional_manual_job_does_not_hold_the_pipeline_back() {
    let mut bench = Bench::of(OPTIONAL);
    assert_eq!(bench.under_way(), ["Gate ask", "after"]);
    bench.pass("after");
    assert_eq!(bench.word(""), "");
    bench.decide("ask", true);
    bench.pass("ask");
    bench.pass("needing");
    assert_eq!(bench.word(""), "passed");
}

#[test]
fn what_needs_a_manual_job_that_nobody_starts_is_skipped() {
    let mut bench = Bench::of(OPTIONAL);
    bench.decide("ask", false);
    assert_eq!(bench.word("needing"), "skipped");
    bench.pass("after");
    assert_eq!(bench.word(""), "passed");
}

/// "CI/CD YAML syntax reference", `when: delayed` and `start_in`.
#[test]
fn a_delayed_job_waits() {
    let mut bench = Bench::of("a: {script: x, when: delayed, start_in: 30 minutes}\n");
    let (_, Operation::Sleep { milliseconds }) = &bench.open[&bench.find("a")] else {
        panic!("a sleep")
    };
    assert_eq!(*milliseconds, 30 * 60 * 1000);
    bench.settle("a", OperationResult::Elapsed);
    assert_eq!(bench.under_way(), ["a"]);
}

/// "Resource group": jobs of one group never run at the same time.
#[test]
fn a_resource_group_is_a_turn_that_is_given_back() {
    let text = "variables: {WHERE: prod}\n\
        a: {script: x, resource_group: deploy/$WHERE, retry: 1}\n";
    let mut bench = Bench::of(text);
    let (_, Operation::Lock(lock)) = &bench.open[&bench.find("a")] else { panic!("a lock") };
    assert_eq!((lock.group.as_str(), lock.queue_all), ("resource_group/deploy/prod", true));
    bench.settle("a", OperationResult::Locked);
    bench.fail("a", 1);
    assert_eq!((bench.under_way(), bench.released), (vec!["a".to_owned()], 0));
    bench.pass("a");
    assert_eq!(bench.released, 1);
}

/// "Types of manual jobs": a blocking manual job holds the pipeline, and with `strategy: depend`
/// the one above; each says which job it is.
#[test]
fn a_blocked_pipeline_names_the_job_that_holds_it() {
    let mut bench = Bench::of("child: {trigger: {include: c.yml, strategy: depend}}\n");
    let child = "ask: {when: manual, allow_failure: false, script: x}\n";
    let downstream = windlass_gitlab::downstream::DownstreamPipeline {
        pipeline: pipeline(child),
        ..Default::default()
    };
    let report = JobReport { downstream: Some(downstream), ..JobReport::default() };
    bench.end("child", Status::Succeeded, report);
    bench.decide("ask", false);
    let held = "'ask' was not started by ann";
    assert_eq!((bench.word("child"), bench.reason("child")), ("manual", held));
    assert_eq!((bench.word(""), bench.reason("")), ("manual", held));
}
