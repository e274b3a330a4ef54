//! Ctrl-C, time limits and siblings' failures: whole process trees stop, whatever they ignore.

use std::time::Duration;

use rustix::process::Signal;

use crate::stage::{Stage, UnderWay, soon};

/// Ignores every request to stop, as do its children, some of which have left the session.
const STUBBORN: &str = "trap '' INT TERM HUP\n\
    setsid sleep 600 &\n\
    setsid bash -c 'trap \"\" INT TERM HUP; sleep 600; sleep 600' > /dev/null 2>&1 &\n\
    (bash -c 'trap \"\" INT; sleep 600' &)\n\
    touch \"$READY\"\n\
    while true; do sleep 1; done";

fn workflow(job: &str, script: &str) -> String {
    let script = script.replace('\n', "\n          ");
    format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n{job}    steps:\n      - run: |\n          {script}\n      - if: always()\n        run: echo cleaned up\n"
    )
}

/// A run whose step says by a file that it is there.
fn started(stage: &Stage) -> UnderWay {
    let ready = stage.beside("ready");
    let mut command = stage.command(&["run"]);
    command.env("READY", &ready);
    let run = crate::stage::start(command);
    assert!(soon(|| ready.exists()));
    run
}

#[test]
fn ctrl_c_stops_what_listens_and_runs_what_cleans_up() {
    let script =
        "trap 'echo interrupted; exit 7' INT\ntouch \"$READY\"\nwhile true; do sleep 0.1; done";
    let stage = Stage::new(&workflow("", script));
    let run = started(&stage);
    run.signal(Signal::INT);
    let run = run.finish().expect(130);
    assert!(run.took < Duration::from_secs(5), "{:?}", run.took);
    run.tells(&["a | interrupted", "a | cleaned up", "asked to stop by Ctrl-C", "cancelled"]);
    stage.assert_nothing_left();
    stage.windlass(&["runs", "list"]).expect(0).tells(&["cancelled"]);
}

#[test]
fn a_tree_that_ignores_signals_is_killed_after_the_grace() {
    let stage = Stage::new(&workflow("", STUBBORN));
    let run = started(&stage);
    run.signal(Signal::TERM);
    let run = run.finish().expect(130).tells(&["a | cleaned up", "asked to stop by SIGTERM"]);
    let took = run.took;
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(30), "{took:?}");
    stage.assert_nothing_left();
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let stage = Stage::new(&workflow("", STUBBORN));
    let run = started(&stage);
    run.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(200));
    run.signal(Signal::INT);
    let run = run.finish().expect(130).conceals(&["| cleaned up"]);
    assert!(run.took < Duration::from_secs(6), "{:?}", run.took);
    stage.assert_nothing_left();
}

#[test]
fn a_job_that_runs_over_its_time_leaves_nothing_running() {
    let stage = Stage::new(&workflow("    timeout-minutes: 0.02\n", STUBBORN));
    let run = started(&stage).finish().expect(1);
    run.tells(&["maximum execution time"]);
    stage.assert_nothing_left();
}

#[test]
fn a_step_that_runs_over_its_time_does_not_end_its_job() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - {run: sleep 600, timeout-minutes: \
         0.01}\n      - {if: failure(), run: echo after it}\n",
    );
    stage.windlass(&["run"]).expect(1).tells(&["a | after it", "timed out"]);
    stage.assert_nothing_left();
}

#[test]
fn a_failing_sibling_stops_the_others_of_its_matrix() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {matrix: {n: [1, 2]}}\n    steps:\n      - if: \
         matrix.n == 1\n        run: until [ -e \"$READY\" ]; do sleep 0.05; done; exit 1\n      - if: \
         matrix.n == 2\n        run: setsid sleep 600 & touch \"$READY\"; sleep 600\n",
    );
    let mut command = stage.command(&["run", "--max-jobs", "2"]);
    command.env("READY", stage.beside("ready"));
    let run = crate::stage::start(command).finish().expect(1);
    run.tells(&["1 cancelled"]);
    stage.assert_nothing_left();
}

#[test]
fn a_run_is_cancelled_from_another_terminal() {
    let script = "touch \"$READY\"; sleep 600";
    let stage = Stage::new(&workflow("", script));
    let run = started(&stage);
    stage.windlass(&["runs", "list"]).expect(0).tells(&["under way"]);
    // The events of what runs are written apart from what runs.
    assert!(soon(|| stage.windlass(&["runs", "logs"]).expect(0).out.contains("touch")));
    stage.windlass(&["runs", "cancel"]).expect(0).tells(&["run 1 is asked to stop"]);
    let run = run.finish().expect(130);
    run.tells(&["| cleaned up"]);
    stage.windlass(&["runs", "cancel"]).expect(2).complains(&["run 1 has ended"]);
    stage.assert_nothing_left();
}

#[test]
fn a_terminal_that_closes_cancels_the_run_in_order() {
    let script = "trap 'exit 7' INT\ntouch \"$READY\"\nwhile true; do sleep 0.1; done";
    let stage = Stage::new(&workflow("", script));
    let run = started(&stage);
    run.signal(Signal::HUP);
    run.finish().expect(130).tells(&["a | cleaned up", "the closing of the terminal"]);
    stage.assert_nothing_left();
}
