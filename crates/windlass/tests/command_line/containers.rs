//! `--platform`, `--service`, the same in `windlass.toml`, and `--shell-on-failure` in containers.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use windlass_testkit::ContainerEngine;

use crate::stage::Stage;

const WORKFLOW: &str = "on: push
jobs:
  one:
    runs-on: gpu
    services:
      db: {image: 'postgres:15', ports: ['5432'], env: {WORD: hello}, options: --health-cmd \"test -f up\"}
    steps:
      - run: cat up
";

#[test]
fn settings_of_the_project_and_the_command_line_over_them() {
    let stage = Stage::new(WORKFLOW);
    stage.write(
        "windlass.toml",
        "[run.platforms]\ngpu = \"refuse\"\n[services.db]\ncommand = \"echo $WORD > up; sleep 60\"\n",
    );
    stage.windlass(&["run"]).expect(1).tells(&["label 'gpu'", "--platform gpu=host"]);
    let fine = stage.windlass(&["run", "--platform", "gpu=host"]).expect(0);
    fine.tells(&["stands in for a container of postgres:15", "hello"]);
    let other = ["run", "--platform", "gpu=host", "--service", "db=echo other > up; sleep 60"];
    stage.windlass(&other).expect(0).tells(&["other"]);
    stage.windlass(&["runs", "rerun"]).expect(0).tells(&["other"]);
    stage.assert_nothing_left();
    stage.write("windlass.toml", "[services.db]\ncommands = \"x\"\n");
    stage.windlass(&["run"]).expect(2).complains(&["windlass.toml", "commands"]);
}

#[test]
fn without_an_engine_the_words_say_what_to_do() {
    let stage = Stage::new(WORKFLOW);
    let mut command = stage.command(&["run"]);
    command.env("DOCKER_HOST", "unix:///nowhere/engine.sock");
    let ended = crate::stage::start(command).finish().expect(1);
    ended.tells(&["--service db=COMMAND", "Install Docker or Podman", "/nowhere/engine.sock"]);
}

/// Types into a program on a terminal of its own, each line when the words before it were printed;
/// answers all it printed.
fn converse(stage: &Stage, engine: &ContainerEngine, lines: &[(&str, &str)]) -> String {
    let windlass = stage.command(&["run", "--shell-on-failure"]);
    let mut command = Command::new("script");
    let words = format!("{} run --shell-on-failure", windlass.get_program().display());
    command.args(["-qefc", &words, "/dev/null"]);
    stage.surround(&mut command);
    command.env("DOCKER_HOST", engine.address()).env("TERM", "dumb");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut said, mut chunk, mut seen) = (String::new(), [0; 4096], 0);
    for (after, line) in lines {
        while !said[seen..].contains(after) {
            let count = output.read(&mut chunk).unwrap();
            assert!(count > 0, "no {after:?} in:\n{said}");
            said.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        seen = said.len();
        writeln!(input, "{line}").unwrap();
    }
    output.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    said
}

#[test]
fn a_shell_on_failure_opens_in_the_container_of_the_step() {
    let Some(engine) = ContainerEngine::shared() else { return };
    if Command::new("script").arg("--version").output().is_err() {
        return println!("skipped: there is no script(1), which makes terminals");
    }
    let stage = Stage::new(
        "on: push
jobs:
  one:
    runs-on: x
    container: {image: busybox, options: --hostname box}
    steps:
      - run: touch made; exit 3
        env: {WORD: it is, SECOND: \"two\\nlines\"}
",
    );
    let said = converse(
        &stage,
        engine,
        &[
            ("`exit` comes back", "echo \"<$(hostname) $WORD $(ls made) $PWD $SECOND>\""),
            ("<box it is made /__w/project/project two", "exit"),
            ("[s]top the job?", "s"),
        ],
    );
    assert!(said.contains("exit code 3"), "{said}");
    stage.assert_nothing_left();
}
