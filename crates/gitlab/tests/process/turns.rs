//! Resource groups whose turns go by the age of pipelines.

use windlass_gitlab::inputs::ProcessMode;
use windlass_kernel::{LockOrder, LockSpec};

use super::*;

fn with_mode(text: &str, mode: ProcessMode) -> Bench {
    Bench::from_inputs(GitlabRunInputs {
        pipeline: pipeline(text),
        resource_groups: [("prod".to_owned(), mode)].into(),
        ..GitlabRunInputs::default()
    })
}

fn lock(bench: &Bench, name: &str) -> LockSpec {
    match &bench.open[&bench.find(name)].1 {
        Operation::Lock(lock) => lock.clone(),
        other => panic!("{name} is at {other:?}"),
    }
}

const PIPELINE: &str = "stages: [build, deploy]\n\
    build: {stage: build, script: x}\n\
    deploy: {stage: deploy, script: x, resource_group: prod}\n";

/// "Resource group", process modes: `oldest_first` and `newest_first` take the jobs that are
/// `created`, `scheduled` or `waiting_for_resource`, the others only those that wait.
#[test]
fn upcoming_jobs_have_a_place_where_the_mode_heeds_them() {
    let modes = [
        (ProcessMode::Unordered, LockOrder::FirstCome, false),
        (ProcessMode::OldestFirst, LockOrder::Oldest, true),
        (ProcessMode::NewestFirst, LockOrder::Newest, true),
        (ProcessMode::NewestReadyFirst, LockOrder::NewestWaiting, false),
    ];
    for (mode, order, heeds) in modes {
        let mut bench = with_mode(PIPELINE, mode);
        let place = if heeds { vec!["build", "place deploy"] } else { vec!["build"] };
        assert_eq!(bench.under_way(), place, "{mode:?}");
        bench.pass("build");
        assert_eq!(bench.under_way(), ["Lock deploy"], "{mode:?}");
        assert_eq!((lock(&bench, "deploy").order, lock(&bench, "deploy").part), (order, 0));
        bench.settle("deploy", OperationResult::Locked);
        bench.pass("deploy");
        assert_eq!((bench.word(""), bench.open.len()), ("passed", 0));
    }
}

/// A job that does not run, or waits for a person, is no upcoming one.
#[test]
fn a_place_is_given_up_by_what_is_skipped_or_manual() {
    let mut bench = with_mode(PIPELINE, ProcessMode::OldestFirst);
    bench.fail("build", 1);
    assert_eq!((bench.word("deploy"), bench.open.len()), ("skipped", 0));
    let manual = PIPELINE.replace("resource_group: prod", "resource_group: prod, when: manual");
    let mut bench = with_mode(&manual, ProcessMode::OldestFirst);
    bench.pass("build");
    assert_eq!(bench.under_way(), ["Gate deploy"]);
    bench.decide("deploy", true);
    assert_eq!(bench.under_way(), ["Lock deploy"]);
}

fn downstream(text: &str) -> JobReport {
    let context = windlass_gitlab::order::PipelineContext { depth: 1, ..Default::default() };
    let pipeline = pipeline(text);
    let downstream = windlass_gitlab::downstream::DownstreamPipeline { pipeline, context };
    JobReport { downstream: Some(downstream), ..JobReport::default() }
}

/// The same page: a child pipeline is newer than its parent.
#[test]
fn a_child_pipeline_is_newer_than_its_parent() {
    let mut bench =
        with_mode("child: {trigger: {include: c.yml}}\n", ProcessMode::NewestReadyFirst);
    bench.end("child", Status::Succeeded, downstream("inner: {script: x, resource_group: prod}\n"));
    assert_eq!(lock(&bench, "inner").part, 1);
}

/// "Pipeline-level concurrency control with cross-project/parent-child pipelines": the deadlock
/// that the page warns of is found, where GitLab waits for ever.
#[test]
fn a_deadlock_of_parent_and_child_is_told() {
    let trigger = "stages: [test, deploy]\n\
        test: {stage: test, trigger: {include: c.yml, strategy: depend}}\n\
        deploy: {stage: deploy, script: x, resource_group: prod}\n";
    let child = "inner: {script: x, resource_group: prod}\n";
    let mut bench = with_mode(trigger, ProcessMode::OldestFirst);
    bench.end("test", Status::Succeeded, downstream(child));
    assert!(bench.reason("inner").contains("'deploy' of the pipeline above comes first"));
    assert_eq!((bench.word("test"), bench.word("deploy")), ("failed", "skipped"));
    // Whoever is ready first goes first: nothing is locked.
    let mut bench = with_mode(trigger, ProcessMode::Unordered);
    bench.end("test", Status::Succeeded, downstream(child));
    assert_eq!(bench.under_way(), ["Lock inner"]);
    // A trigger job that has the turn itself keeps it from its own pipeline in every mode.
    let held = "test: {resource_group: prod, trigger: {include: c.yml, strategy: depend}}\n";
    let mut bench = with_mode(held, ProcessMode::Unordered);
    bench.settle("test", OperationResult::Locked);
    bench.end("test", Status::Succeeded, downstream(child));
    assert!(bench.reason("inner").contains("would never come"), "{}", bench.reason("inner"));
}
