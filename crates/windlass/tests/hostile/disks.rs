//! Directories that are full, read-only, or no directories.

use std::fs;

use crate::stage::{Mounted, Stage};

const TWO_JOBS: &str = "on: push\njobs:\n  a: {runs-on: x, steps: [{run: echo hello}]}\n  b: {needs: a, runs-on: x, \
    steps: [{run: 'setsid sleep 600 & head -c 8000000 /dev/urandom | base64 > \"$GITHUB_WORKSPACE/../x\"; head -c 8000000 /dev/urandom | base64'}]}\n";

#[test]
fn a_full_disk_stops_the_run_which_goes_on_when_there_is_space() {
    let stage = Stage::new(TWO_JOBS);
    let Some(mounted) = Mounted::new(&stage, "size=4m") else {
        return eprintln!("skipped: mounting is not allowed here");
    };
    let run = stage.windlass(&["run"]);
    let told = format!("{}{}", run.out, run.err);
    assert!(told.contains("o space"), "{told}");
    assert!(matches!(run.code(), 1 | 3), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    let gone = crate::stage::soon(|| stage.processes().is_empty());
    assert!(gone, "{:?}", stage.processes());
    stage.windlass(&["runs", "list"]).expect(0).tells(&["#1"]);
    stage.windlass(&["runs", "view"]).expect(0).tells(&["a"]);
    if run.code() == 3 {
        run.complains(&["windlass runs resume 1", "no space"]);
        mounted.grow();
        let resumed = stage.windlass(&["runs", "resume"]).expect(0);
        resumed.tells(&["2 succeeded"]);
        stage.windlass(&["runs", "logs", "1", "--job", "a"]).expect(0).tells(&["hello"]);
        stage.assert_nothing_left();
    }
    drop(mounted);
}

#[test]
fn a_read_only_history_is_refused_before_anything_runs() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n");
    let Some(mounted) = Mounted::new(&stage, "ro") else {
        return eprintln!("skipped: mounting is not allowed here");
    };
    let advice = ["history cannot be written", "WINDLASS_STATE_DIR"];
    stage.windlass(&["run"]).expect(3).complains(&advice).conceals(&["hello"]);
    stage.windlass(&["runs", "list"]).expect(3).complains(&advice);
    stage.windlass(&["run", "--dry-run"]).expect(0);
    drop(mounted);
}

#[test]
fn what_is_no_directory_or_no_database_is_named() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n");
    fs::write(stage.state(), "a file").unwrap();
    let path = stage.state().display().to_string();
    let run = stage.windlass(&["run"]).expect(3);
    run.complains(&[&path, "WINDLASS_STATE_DIR"]);
    fs::remove_file(stage.state()).unwrap();
    fs::create_dir(stage.state()).unwrap();
    fs::write(stage.state().join("windlass.db"), [7; 5000]).unwrap();
    stage.windlass(&["run"]).expect(3).complains(&["windlass.db", "damaged", "move the file"]);
}
