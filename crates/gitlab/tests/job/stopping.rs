//! Time limits and cancelling.

use std::time::{Duration, Instant};

use windlass_kernel::NodeId;

use super::*;

/// "CI/CD YAML syntax reference", `timeout`; "Set script and after_script timeouts".
#[tokio::test]
async fn a_job_that_takes_too_long_is_stopped() {
    let began = Instant::now();
    let ended = Bench::new().await
        .run(
            "a: {timeout: 1 second, script: [sleep 60], after_script: [echo no]}\n\
             b: {variables: {RUNNER_SCRIPT_TIMEOUT: 1s}, script: [sleep 60], after_script: [echo \"$CI_JOB_STATUS\"]}\n",
        )
        .await;
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(ended.end("test/a"), "failed it ran longer than it may");
    assert_eq!(ended.printed("test/a"), Vec::<String>::new());
    assert_eq!(ended.printed("test/b"), ["failed"]);
}

#[tokio::test]
async fn a_cancelled_job_still_runs_its_after_script() {
    let bench = Bench::new().await;
    let started = bench
        .start("a: {script: [echo begun, sleep 60], after_script: [echo \"$CI_JOB_STATUS\"]}\n");
    let began = Instant::now();
    while !started.logs.text("test/a").contains("\nbegun\n") {
        assert!(began.elapsed() < Duration::from_secs(20), "the job does not begin");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.handle.cancel(NodeId::run(), Actor::Person("ann".into()));
    let ended = started.ended().await;
    assert_eq!(ended.printed("test/a"), ["begun", "canceled"]);
    assert_eq!(
        (ended.end("test/a").as_str(), ended.word.as_str()),
        ("canceled canceled by ann", "canceled")
    );
}

/// "CI/CD YAML syntax reference", `retry`.
#[tokio::test]
async fn a_job_is_tried_again() {
    let bench = Bench::new().await;
    let count = bench.directory.path().join("count");
    let configuration = format!(
        "a: {{retry: 2, script: ['echo x >> {0}', 'test $(wc -l < {0}) -ge 3']}}\n",
        count.display()
    );
    assert_eq!(bench.run(&configuration).await.word, "passed");
}

/// A path through `needs` is not held back by slow jobs beside it.
#[tokio::test]
async fn slow_jobs_do_not_hold_back_others() {
    let bench = Bench::new().await;
    let mark = bench.directory.path().join("mark");
    let wait = format!(
        "for i in $(seq 200); do test -e {0} && exit 0; sleep 0.05; done; exit 1",
        mark.display()
    );
    let configuration = format!(
        "stages: [a, b, c]\n\
         slow: {{stage: a, script: ['{wait}']}}\n\
         quick: {{stage: a, script: ['true']}}\n\
         then: {{stage: b, needs: [quick], script: ['true']}}\n\
         last: {{stage: c, needs: [then], script: ['touch {}']}}\n",
        mark.display()
    );
    assert_eq!(bench.run(&configuration).await.word, "passed");
}
