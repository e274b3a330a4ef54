//! Stored runs as tables, trees and JUnit XML.

use jiff::SignedDuration;
use windlass_kernel::Status;
use windlass_reporting::{RunRow, RunRowState, RunView, junit, run_list, run_page};

use crate::script::{failing_run, run_id, settings};

fn rows() -> Vec<RunRow> {
    let now = failing_run().now();
    let row = |number: u64, state, minutes: i64, title: &str| RunRow {
        number,
        id: run_id(),
        state,
        title: title.into(),
        event: "push".into(),
        git_ref: "refs/heads/main".into(),
        attempt: number % 3,
        created_at: now - SignedDuration::from_mins(minutes),
        ended_at: matches!(state, RunRowState::Ended(_))
            .then(|| now - SignedDuration::from_mins(minutes) + SignedDuration::from_secs(7)),
    };
    vec![
        row(104, RunRowState::UnderWay, 0, "CI"),
        row(
            12,
            RunRowState::Interrupted,
            5,
            "A very long title of a run\nthat goes on and on and on",
        ),
        row(11, RunRowState::Ended(Status::Failed), 150, "日本語"),
        row(2, RunRowState::Ended(Status::Succeeded), 100_000, "CI"),
    ]
}

#[test]
fn a_list_of_runs() {
    let now = failing_run().now();
    let appearance = settings(false, true).appearance;
    insta::assert_snapshot!(run_list(&rows(), appearance, 100, now), @r"
              STATUS         TITLE                                                EVENT  REF   WHEN     TOOK
        #104  ▶ under way    CI (attempt 2)                                       push   main  now      0.0s
        #12   ↯ interrupted  A very long title of a run that goes on and on and…  push   main  5m ago
        #11   ✘ failed       日本語 (attempt 2)                                   push   main  2h ago   7.0s
        #2    ✔ succeeded    CI (attempt 2)                                       push   main  69d ago  7.0s
        ");
    insta::assert_snapshot!(run_list(&rows(), settings(false, false).appearance, 50, now), @r"
              STATUS         TITLE     EVENT  REF   WHEN     TOOK
        #104  > under way    CI (att~  push   main  now      0.0s
        #12   ! interrupted  A very ~  push   main  5m ago
        #11   x failed       日本語 ~  push   main  2h ago   7.0s
        #2    + succeeded    CI (att~  push   main  69d ago  7.0s
        ");
    let coloured = run_list(&rows(), settings(true, true).appearance, 100, now);
    let shape = |text: &str| text.lines().count();
    assert_eq!(shape(&coloured), 5);
    assert!(run_list(&[], appearance, 100, now).starts_with("  STATUS"));
}

#[test]
fn a_run_as_a_page() {
    let script = failing_run();
    let mut view = RunView::new(run_id());
    view.apply(&script.events());
    insta::assert_snapshot!(run_page(&view, &settings(false, true), script.now()), @r"
        ✘ CI 1m 06s failed
          ✔ build 1.5s
            ✔ Check out 0.3s
            ✔ Compile 1.2s
          ✘ test 1m 05s failed
            ✘ Run tests 1m 05s failed: exit code 101
          ○ deploy skipped: needs test, which failed

        Annotations
          error: src/main.rs:3:5: assertion failed
            left: 1, right: 2 (test)
          warning: src/main.rs:3:5: unused variable: `x` (build)

        Summary of build
          ## Sizes

          - windlass: 5 MB

        ✘ CI failed in 1m 06s: 3 jobs (1 succeeded, 1 failed, 1 skipped)
        ");
}

#[test]
fn a_run_as_junit() {
    let script = failing_run();
    let mut view = RunView::new(run_id());
    view.apply(&script.events());
    insta::assert_snapshot!(junit(&view, script.now()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="CI" time="66.600">
          <testsuite name="build" tests="2" failures="0" skipped="0" time="1.500">
            <testcase classname="build" name="Check out" time="0.300"/>
            <testcase classname="build" name="Compile" time="1.200"/>
          </testsuite>
          <testsuite name="test" tests="1" failures="1" skipped="0" time="65.000">
            <testcase classname="test" name="Run tests" time="65.000"><failure message="failed: exit code 101"/></testcase>
          </testsuite>
          <testsuite name="deploy" tests="1" failures="0" skipped="1" time="0.000">
            <testcase classname="deploy" name="deploy" time="0.000"><skipped message="skipped: needs test, which failed"/></testcase>
          </testsuite>
        </testsuites>
        "#);
}
