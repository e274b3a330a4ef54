//! Cancels, time limits and what is left behind.

use std::time::{Duration, Instant};

use super::{Bench, Ended};

/// Runs steps until one of them prints `ready`, then cancels.
async fn cancelled(bench: Bench, workflow: &str) -> (Ended, Duration) {
    let (job, directory) = bench.start(workflow);
    let started = Instant::now();
    while !job.log().contains("\nready\n") {
        assert!(started.elapsed() < Duration::from_secs(20), "{}", job.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let started = Instant::now();
    job.cancel();
    (Ended { job: job.ended().await, _directory: directory }, started.elapsed())
}

fn steps(steps: &str) -> String {
    let indented: String = steps.lines().map(|line| format!("      {line}\n")).collect();
    format!("jobs:\n  job:\n    runs-on: x\n    steps:\n{indented}")
}

#[tokio::test]
async fn always_steps_run_after_a_cancel() {
    let (ended, took) = cancelled(
        Bench::new(),
        &steps(
            "- run: trap 'echo caught; kill $!; exit 1' INT; echo ready; sleep 30 & wait
- run: echo never
- if: cancelled()
  run: echo cancelled ${{ job.status }}
- if: always()
  run: echo always
- if: failure()
  run: echo never",
        ),
    )
    .await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(ended.word(), "cancelled");
    let printed = ended.printed();
    assert_eq!(printed[..2], ["ready", "caught"], "{printed:?}");
    assert_eq!(printed[2], "##[error]The operation was canceled.");
    assert_eq!(printed[3..], ["cancelled cancelled", "always"]);
    assert_eq!(ended.conclusions()[1], "Run echo never: skipped (the job was cancelled)");
}

#[tokio::test]
async fn a_step_that_always_runs_is_not_stopped() {
    let (ended, _) = cancelled(
        Bench::new(),
        &steps("- if: always()\n  run: echo ready; sleep 1; echo done\n- run: echo never"),
    )
    .await;
    assert_eq!(ended.word(), "cancelled");
    assert_eq!(ended.printed(), ["ready", "done"]);
}

#[tokio::test]
async fn a_second_cancel_kills_at_once() {
    let (kill, killed) = tokio::sync::watch::channel(false);
    let mut bench = Bench::new();
    bench.options.kill = Some(killed);
    let (job, _directory) = bench.start(&steps(
        "- run: trap '' INT TERM; echo ready; while true; do sleep 1; done
- if: always()
  run: echo never",
    ));
    while !job.log().contains("\nready\n") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let started = Instant::now();
    job.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    kill.send_replace(true);
    let ended = job.ended().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(ended.result.word, "cancelled");
    assert!(ended.conclusions().iter().any(|line| line.starts_with("Run echo never: cancelled")));
}

#[tokio::test]
async fn a_job_has_a_time_limit() {
    let ended = Bench::new()
        .run(
            "jobs:
  job:
    runs-on: x
    timeout-minutes: ${{ fromJSON('0.01') }}
    steps:
      - run: sleep 30
      - if: always()
        run: echo after",
        )
        .await;
    assert_eq!(ended.job.result.status, windlass_kernel::Status::TimedOut);
    assert_eq!(ended.word(), "cancelled");
    let printed = ended.printed();
    assert_eq!(printed[..2], ["##[error]The operation was canceled.", "after"]);
    assert!(printed[2].contains("exceeded its maximum execution time"), "{printed:?}");
}

#[tokio::test]
async fn background_processes_do_not_outlive_the_job() {
    let ended = Bench::new()
        .steps("- run: (setsid sleep 300 >/dev/null 2>&1 & echo $! > pid); cat pid\n- run: kill -0 $(cat pid)")
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let pid = ended.printed()[0].clone();
    assert!(
        ended.log().contains(&format!("Terminate orphan process: pid ({pid})")),
        "{pid} {}",
        ended.log()
    );
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn post_parts_run_after_a_cancel() {
    let bench = Bench::new()
        .file("j/action.yml", "name: j\nruns: {using: node20, main: m.js, post: p.js}\n")
        .file("j/m.js", "console.log('ready'); setTimeout(() => {}, 60000)")
        .file("j/p.js", "setTimeout(() => console.log('cleaned up'), 300)");
    let (ended, took) = cancelled(bench, &steps("- uses: ./j")).await;
    assert_eq!(ended.word(), "cancelled");
    assert_eq!(ended.printed().last().map(String::as_str), Some("cleaned up"), "{}", ended.log());
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[tokio::test]
async fn a_step_inside_an_action_is_stopped_with_it() {
    let inner = "name: c\nruns:\n  using: composite\n  steps:\n    \
                 - {shell: bash, run: 'echo ready; sleep 60'}\n    \
                 - {shell: bash, run: echo never}\n    \
                 - {if: always(), shell: bash, run: echo inner}\n";
    let bench = Bench::new().file("c/action.yml", inner);
    let (ended, took) =
        cancelled(bench, &steps("- uses: ./c\n- {if: always(), run: echo outer}")).await;
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert_eq!(ended.word(), "cancelled");
    assert!(!ended.log().contains("\nnever\n"), "{}", ended.log());
    assert_eq!(ended.printed().last().map(String::as_str), Some("outer"));
}
