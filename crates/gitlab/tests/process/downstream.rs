//! Pipelines that jobs trigger.

use windlass_gitlab::downstream::DownstreamPipeline;
use windlass_gitlab::order::PipelineContext;

use super::*;

fn triggers(strategy: &str) -> Bench {
    Bench::of(&format!(
        "stages: [a, b]\n\
         child: {{stage: a, trigger: {{include: child.yml{strategy}}}}}\n\
         after: {{stage: b, script: x}}\n"
    ))
}

fn open(bench: &mut Bench, name: &str, text: &str) {
    let downstream = DownstreamPipeline {
        pipeline: pipeline(text),
        context: PipelineContext { depth: 1, ..PipelineContext::default() },
    };
    let report = JobReport { downstream: Some(downstream), ..JobReport::default() };
    bench.end(name, Status::Succeeded, report);
}

/// "Downstream pipelines", mirror the status of a downstream pipeline in the trigger job.
#[test]
fn a_trigger_job_that_depends_ends_as_its_pipeline_does() {
    for (fails, word) in [(false, "passed"), (true, "failed")] {
        let mut bench = triggers(", strategy: depend");
        open(&mut bench, "child", "inner: {script: x}\n");
        assert_eq!(bench.under_way(), ["inner"]);
        assert_eq!(bench.order("inner").pipeline.depth, 1);
        if fails {
            bench.fail("inner", 1);
            assert_eq!(bench.reason("child"), "the pipeline that it triggered failed");
        } else {
            bench.pass("inner");
            bench.pass("after");
        }
        assert_eq!((bench.word("child"), bench.word("")), (word, word));
    }
}

/// The same page: without a strategy the trigger job succeeds once the pipeline is there.
#[test]
fn a_trigger_job_without_strategy_does_not_wait() {
    let mut bench = triggers("");
    open(&mut bench, "child", "inner: {script: x}\n");
    assert_eq!(bench.under_way(), ["after", "inner"]);
    bench.pass("after");
    bench.fail("inner", 1);
    assert_eq!(bench.word(""), "passed");
}

#[test]
fn child_pipelines_nest_and_are_cancelled_together() {
    let mut bench = triggers(", strategy: depend");
    let nested = "deeper: {trigger: {include: x.yml, strategy: depend}}\n";
    open(&mut bench, "child", nested);
    open(&mut bench, "deeper", "innermost: {script: x}\n");
    bench.tell(Fact::CancelRequested { node: NodeId::run(), by: Actor::Person("ann".into()) });
    bench.settle("innermost", OperationResult::Cancelled);
    for node in ["innermost", "deeper", "child", "after", ""] {
        assert_eq!(bench.word(node), "canceled", "{node}");
    }
}

/// "CI/CD YAML syntax reference", `needs:pipeline:job`.
#[test]
fn a_child_gets_artifacts_of_its_parent() {
    let mut bench = Bench::of(
        "make: {script: x}\n\
         child: {trigger: {include: child.yml}, needs: [make]}\n",
    );
    bench.end("make", Status::Succeeded, JobReport { has_artifacts: true, ..JobReport::default() });
    let inner = "inner: {script: x, needs: [{pipeline: $PARENT_PIPELINE_ID, job: make}]}\n";
    open(&mut bench, "child", inner);
    let order = bench.order("inner");
    assert_eq!(order.artifacts_from[0].name, "make");
    assert_eq!(order.artifacts_from[0].node, "test/make");
}
