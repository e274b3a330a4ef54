//! Concurrency groups: turns of jobs, of runs, and of processes.

use rustix::process::Signal;

use crate::stage::{Stage, soon, start};

/// Fails where two jobs are in it at once.
const ALONE: &str = "mkdir \"$ALONE\" || exit 1; sleep 0.3; rmdir \"$ALONE\"";

#[test]
fn jobs_of_a_group_take_turns() {
    let job = |id: &str| {
        format!("  {id}:\n    runs-on: x\n    concurrency: one\n    steps:\n      - run: {ALONE}\n")
    };
    let stage = Stage::new(&format!("on: push\njobs:\n{}{}", job("a"), job("b")));
    let alone = format!("ALONE={}", stage.beside("alone").display());
    stage.windlass(&["run", "--max-jobs", "4", "--env", &alone]).expect(0).tells(&["2 succeeded"]);
}

#[test]
fn of_three_that_want_the_group_the_waiting_one_is_displaced() {
    let job = |id: &str| {
        format!(
            "  {id}:\n    runs-on: x\n    concurrency: one\n    steps:\n      - run: sleep 0.3\n"
        )
    };
    let jobs = ["a", "b", "c"].map(job).concat();
    let stage = Stage::new(&format!("on: push\njobs:\n{jobs}"));
    let run = stage.windlass(&["run", "--max-jobs", "4"]).expect(130);
    run.tells(&["2 succeeded", "1 cancelled"]);
}

#[test]
fn cancel_in_progress_cancels_the_job_that_has_the_turn() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    concurrency: {group: one, cancel-in-progress: true}\n    steps:\n      - run: touch \
         \"$READY\"; sleep 600\n  b:\n    runs-on: x\n    steps:\n      - run: until [ -e \"$READY\" ]; do sleep 0.05; done\n  \
         c:\n    needs: b\n    runs-on: x\n    concurrency: {group: one, cancel-in-progress: true}\n    steps:\n      - run: echo took over\n",
    );
    let ready = format!("READY={}", stage.beside("ready").display());
    let run = stage.windlass(&["run", "--max-jobs", "4", "--env", &ready]).expect(130);
    run.tells(&["c | took over", "1 cancelled"]);
    stage.assert_nothing_left();
}

#[test]
fn a_newer_run_of_another_process_cancels_the_older_one() {
    let stage = Stage::new(
        "on: push\nconcurrency: {group: deploy, cancel-in-progress: true}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: \
         if [ -e \"$READY\" ]; then echo newer; else touch \"$READY\"; sleep 600; fi\n",
    );
    let ready = stage.beside("ready");
    let words = ["run", "--env", &format!("READY={}", ready.display())];
    let older = start(stage.command(&words));
    assert!(soon(|| ready.exists()));
    stage.windlass(&words).expect(0).tells(&["a | newer"]);
    older.finish().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn the_turn_of_a_killed_process_is_free() {
    let stage = Stage::new(
        "on: push\nconcurrency: deploy\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: if [ -e \"$READY\" ]; then echo newer; else \
         touch \"$READY\"; sleep 600; fi\n",
    );
    let ready = stage.beside("ready");
    let words = ["run", "--env", &format!("READY={}", ready.display())];
    let older = start(stage.command(&words));
    assert!(soon(|| ready.exists()));
    older.signal(Signal::KILL);
    older.finish().expect(137);
    stage.windlass(&words).expect(0).tells(&["a | newer"]);
    stage.assert_nothing_left();
}
