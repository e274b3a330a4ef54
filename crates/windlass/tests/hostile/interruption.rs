//! The program is killed in the middle of a run: nothing is lost, and the run goes on later.

use std::{fs, time::Duration};

use rustix::process::Signal;

use crate::stage::{Stage, start};

const CHAIN: &str = "on: push\njobs:\n  first:\n    runs-on: x\n    outputs: {said: '${{ steps.s.outputs.said }}'}\n    \
    steps:\n      - id: s\n        run: echo first >> \"$DIARY\"; echo said=word >> \"$GITHUB_OUTPUT\"\n  \
    second:\n    needs: first\n    runs-on: x\n    steps:\n      - run: echo 'second ${{ needs.first.outputs.said }}' >> \
    \"$DIARY\"\n      - run: |\n          echo said before\n          setsid sleep 600 &\n          [ -e \"$GO\" ] || { \
    touch \"$READY\"; sleep 600; }\n  third:\n    needs: second\n    runs-on: x\n    steps: [{run: \
    'echo third >> \"$DIARY\"'}]\n";

fn command(stage: &Stage, arguments: &[&str]) -> std::process::Command {
    let mut command = stage.command(arguments);
    for (name, file) in [("DIARY", "diary"), ("GO", "go"), ("READY", "ready")] {
        command.env(name, stage.beside(file));
    }
    command
}

/// A run that was killed while its second job was under way.
fn killed() -> Stage {
    let stage = Stage::new(CHAIN);
    let run = start(command(&stage, &["run"]));
    assert!(crate::stage::soon(|| stage.beside("ready").exists()));
    // The events of what runs are written apart from what runs.
    std::thread::sleep(Duration::from_millis(300));
    run.signal(Signal::KILL);
    run.finish().expect(128 + 9);
    stage
}

#[test]
fn a_killed_run_is_interrupted_and_goes_on_where_it_was() {
    let stage = killed();
    stage.windlass(&["runs", "list"]).expect(0).tells(&["interrupted"]);
    stage.windlass(&["runs", "view"]).expect(0).tells(&["unfinished"]);
    stage.windlass(&["runs", "logs"]).expect(0).tells(&["said before"]);
    stage.windlass(&["runs", "cancel"]).expect(2).complains(&["its process has ended"]);
    let watch = stage.windlass(&["runs", "watch"]).expect(2);
    watch.complains(&["windlass runs resume 1"]);
    assert!(!stage.processes().is_empty(), "the killed program should have left something");

    fs::write(stage.beside("go"), "").unwrap();
    let resumed = start(command(&stage, &["runs", "resume"])).finish().expect(0);
    resumed.tells(&["Terminate orphan process", "3 succeeded"]);
    // The first job is not run again, the second one starts anew.
    let diary = fs::read_to_string(stage.beside("diary")).unwrap();
    assert_eq!(diary, "first\nsecond word\nsecond word\nthird\n");
    stage.assert_nothing_left();
    stage.windlass(&["runs", "list"]).expect(0).tells(&["succeeded"]).conceals(&["interrupted"]);
    stage.windlass(&["runs", "resume"]).expect(2).complains(&["has ended", "runs rerun"]);
}

#[test]
fn the_next_run_clears_away_what_a_killed_one_left() {
    let stage = killed();
    fs::write(stage.beside("go"), "").unwrap();
    start(command(&stage, &["run"])).finish().expect(0);
    stage.assert_nothing_left();
    stage.windlass(&["runs", "list"]).expect(0).tells(&["interrupted", "succeeded"]);
}

#[test]
fn of_two_that_resume_one_does() {
    let stage = killed();
    fs::write(stage.beside("go"), "").unwrap();
    let both = [1, 2].map(|_| start(command(&stage, &["runs", "resume", "1"])));
    let mut codes = both.map(|run| run.finish().code());
    codes.sort_unstable();
    assert_eq!(codes, [0, 2]);
    let diary = fs::read_to_string(stage.beside("diary")).unwrap();
    assert_eq!(diary, "first\nsecond word\nsecond word\nthird\n");
}
