//! Steps that print too much, in too long lines, or what no terminal should see; readers that go.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use crate::stage::{Stage, start};

fn job(script: &str) -> String {
    let script = script.replace('\n', "\n          ");
    format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {script}\n      - run: echo over\n"
    )
}

#[test]
fn a_flood_is_stored_whole_in_little_memory() {
    let stage =
        Stage::new(&job("yes 0123456789012345678901234567890123456789 | head -c 100000000"));
    let mut command = Command::new("bash");
    let program = env!("CARGO_BIN_EXE_windlass");
    // The limit is on data, so that a program that keeps the log in memory fails.
    command.args(["-c", &format!("ulimit -d 300000; exec {program} run > /dev/null")]);
    stage.surround(&mut command);
    start(command).finish().expect(0);
    let log = stage.state().join("blobs/logs");
    let sizes =
        crate::stage::files_below(&log).iter().map(|it| it.metadata().unwrap().len()).sum::<u64>();
    assert!(sizes >= 100_000_000, "{sizes}");
}

#[test]
fn lines_without_end_and_binary_pass_harmlessly() {
    let stage = Stage::new(&job(
        "head -c 3000000 /dev/zero\nhead -c 3000000 /dev/zero | tr '\\0' x\nhead -c 1000000 /dev/urandom\n\
         printf '\\n\\033]0;owned\\007\\033[2Jcleared\\033[31m \\xff\\xfe end\\n'",
    ));
    let run = stage.windlass(&["run"]).expect(0).tells(&["a | over"]);
    assert!(run.out.chars().all(|letter| !letter.is_control() || "\n\t".contains(letter)));
    let logs = stage.windlass(&["runs", "logs"]).expect(0);
    assert!(logs.out.len() > 3_000_000);
    let run = stage.windlass(&["run", "--json"]).expect(0);
    assert!(run.out.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn a_reader_that_goes_away_cancels_the_run_in_order() {
    let stage = Stage::new(&job("echo begun; exec sleep 600"));
    let mut command = stage.command(&["run"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let began = std::time::Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(141));
    assert!(began.elapsed() < Duration::from_secs(10));
    stage.assert_nothing_left();
    stage.windlass(&["runs", "list"]).expect(0).tells(&["cancelled"]);
}

#[test]
fn output_that_cannot_be_written_is_no_reader_that_went() {
    let stage = Stage::new(&job("echo hello"));
    let mut command = Command::new("bash");
    command.args(["-c", &format!("exec {} run > /dev/full", env!("CARGO_BIN_EXE_windlass"))]);
    stage.surround(&mut command);
    start(command).finish().expect(3).complains(&["standard output", "No space left"]);
}

#[test]
fn command_files_may_be_anything_and_the_job_goes_on() {
    let step = |script: &str| format!("      - if: always()\n        run: '{script}'\n");
    let scripts = [
        "head -c 20000000 /dev/zero | tr \"\\0\" x > \"$GITHUB_OUTPUT\"",
        "head -c 90000000 /dev/zero > \"$GITHUB_ENV\"",
        "head -c 3000000 /dev/zero > \"$GITHUB_STEP_SUMMARY\"",
        "echo \"name<<EOF\" >> \"$GITHUB_OUTPUT\"",
        "rm \"$GITHUB_OUTPUT\"; mkdir \"$GITHUB_OUTPUT\"",
        "rm -f \"$GITHUB_STATE\"; mkfifo \"$GITHUB_STATE\"",
        "ln -sf /dev/zero \"$GITHUB_PATH\"",
        "kill -KILL $$",
        "chmod 000 .; touch x || true",
        "rm -rf \"$GITHUB_WORKSPACE\"",
        "rm -rf \"$RUNNER_TEMP\" \"$(dirname \"$GITHUB_ENV\")\"",
        "echo gets here",
    ];
    let steps: String = scripts.map(step).concat();
    let stage = Stage::new(&format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"));
    let run = stage.windlass(&["run"]).expect(1);
    let told = run.out.len();
    assert!(told < 100_000, "{told} bytes are printed");
    let log = stage.windlass(&["runs", "view", "--json"]).expect(0);
    assert!(log.out.len() < 200_000);
    stage.assert_nothing_left();
}
