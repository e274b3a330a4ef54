//! Cancelling: by a person, and by `workflow:auto_cancel:on_job_failure`.

use super::*;

fn cancel(bench: &mut Bench, node: NodeId) {
    bench.tell(Fact::CancelRequested { node, by: Actor::Person("ann".into()) });
}

#[test]
fn a_cancelled_pipeline_starts_nothing_more() {
    let mut bench = Bench::of(
        "stages: [a, b]\na: {stage: a, script: x}\nb: {stage: b, script: x, when: always}\n",
    );
    cancel(&mut bench, NodeId::run());
    assert_eq!(bench.cancels.len(), 1);
    assert_eq!(bench.word("b"), "canceled");
    bench.settle("a", OperationResult::Cancelled);
    assert_eq!(bench.word(""), "canceled");
    assert_eq!(bench.reason("a"), "canceled by ann");
}

#[test]
fn one_job_is_cancelled_alone() {
    let mut bench = Bench::of("a: {script: x}\nb: {script: x}\n");
    cancel(&mut bench, NodeId::new("test/a"));
    bench.settle("a", OperationResult::Cancelled);
    bench.pass("b");
    assert_eq!(
        (bench.word("a"), bench.word("b"), bench.word("")),
        ("canceled", "passed", "canceled")
    );
}

#[test]
fn a_question_under_way_is_withdrawn() {
    let mut bench = Bench::of("ask: {script: x, when: manual}\n");
    cancel(&mut bench, NodeId::run());
    bench.settle("ask", OperationResult::Cancelled);
    assert_eq!(bench.word(""), "canceled");
}

/// "CI/CD YAML syntax reference", `workflow:auto_cancel:on_job_failure`.
#[test]
fn a_failure_cancels_the_rest_where_the_pipeline_says_so() {
    let mut bench = Bench::of(
        "workflow: {auto_cancel: {on_job_failure: all}}\n\
         stages: [a, b]\n\
         bad: {stage: a, script: x}\nlong: {stage: a, script: x}\nb: {stage: b, script: x}\n",
    );
    bench.fail("bad", 1);
    assert_eq!(bench.cancels.len(), 1);
    bench.settle("long", OperationResult::Cancelled);
    assert_eq!((bench.word("b"), bench.word("")), ("canceled", "failed"));
}
