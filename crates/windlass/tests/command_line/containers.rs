//! `--platform`, `--service`, and the same in `windlass.toml`.

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
