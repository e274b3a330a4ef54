//! Containers after a crash, in numbers, and for users who are not root.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use rustix::process::Signal;
use windlass_testkit::ContainerEngine;

use crate::stage::{Finished, Stage, soon, start};

/// The user and group `nobody`.
const NOBODY: &str = "65534";

fn command(stage: &Stage, engine: &ContainerEngine, arguments: &[&str]) -> Command {
    let mut command = stage.command(arguments);
    command.env("DOCKER_HOST", engine.address());
    command
}

/// Everything of this stage's project in the engine.
fn left(stage: &Stage, engine: &ContainerEngine) -> String {
    engine.labelled(&format!("windlass.project={}", stage.project().display()))
}

#[test]
fn the_next_start_clears_away_what_a_killed_process_left() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = Stage::new(
        "on: push
jobs:
  long:
    runs-on: ubuntu-latest
    container: busybox
    services: {web: {image: busybox, command: sleep 600}}
    steps: [{run: touch /github/home/begun; sleep 600}]
",
    );
    let run = start(command(&stage, engine, &["run"]));
    let begun = || crate::stage::files_below(&stage.state()).iter().any(|it| it.ends_with("begun"));
    assert!(soon(begun), "it never began");
    run.signal(Signal::KILL);
    run.finish();
    assert_ne!(left(&stage, engine), "", "nothing was there to be left");
    stage
        .write(".github/workflows/ci.yml", "on: push\njobs: {j: {runs-on: x, steps: [{run: ls}]}}");
    start(command(&stage, engine, &["run"])).finish().expect(0);
    assert_eq!(left(&stage, engine), "");
}

#[test]
fn so_it_does_after_a_killed_pipeline_of_gitlab() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = Stage::gitlab(
        "long:\n  image: busybox\n  services: [{name: busybox, command: [sleep, '600']}]\n  \
         script: ['echo > begun', sleep 600]\n",
    );
    let run = start(command(&stage, engine, &["run", "--pull", "missing"]));
    let begun = || crate::stage::files_below(&stage.state()).iter().any(|it| it.ends_with("begun"));
    assert!(soon(begun), "it never began");
    run.signal(Signal::KILL);
    run.finish();
    assert_ne!(left(&stage, engine), "", "nothing was there to be left");
    stage.write(".gitlab-ci.yml", "a: {script: [ls]}\n");
    start(command(&stage, engine, &["run"])).finish().expect(0);
    assert_eq!(left(&stage, engine), "");
}

#[test]
fn twenty_jobs_with_services_leave_nothing() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = Stage::new(
        "on: push
jobs:
  one:
    strategy: {matrix: {tens: [0, 10], ones: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}}
    runs-on: ubuntu-latest
    services: {web: {image: busybox, volumes: [/data], ports: [80], command: httpd -f -h /etc}}
    steps:
      - run: |
          exec 3<>/dev/tcp/127.0.0.1/${{ job.services.web.ports[80] }}
          printf 'GET /passwd HTTP/1.0\\r\\n\\r\\n' >&3; grep root <&3
        shell: bash
",
    );
    let volumes = || engine.docker_says(&["volume", "ls", "-q"]);
    let before = volumes();
    start(command(&stage, engine, &["run", "--max-jobs", "4"])).finish().expect(0);
    assert_eq!(left(&stage, engine), "");
    assert_eq!(volumes(), before);
    stage.assert_nothing_left();
}

/// Runs the program as another user, to whom all that belongs to the test is given.
fn run_as(user: &str, stage: &Stage, engine: &ContainerEngine, arguments: &[&str]) -> Finished {
    let run = command(stage, engine, arguments);
    let home = stage.beside("home");
    fs::create_dir_all(&home).unwrap();
    let root = stage.project().parent().unwrap().to_owned();
    let given = Command::new("chown").args(["-R", &format!("{user}:{user}")]).arg(root).status();
    assert!(given.unwrap().success());
    let mut other = Command::new("setpriv");
    other.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]);
    other.arg(run.get_program()).args(run.get_args());
    stage.surround(&mut other);
    other.env("DOCKER_HOST", engine.address()).env("HOME", home);
    start(other).finish()
}

#[test]
fn podman_without_root_has_jobs_services_and_actions() {
    let Some(engine) = ContainerEngine::podman_without_root() else { return };
    let stage = Stage::new(
        "on: push
jobs:
  inside:
    runs-on: x
    container: docker.io/library/busybox
    services: {web: {image: docker.io/library/busybox, command: httpd -f -p 80 -h /etc}}
    steps:
      - run: wget -q -O - http://web/passwd; touch by-job
      - uses: ./look
      - run: ls
  outside:
    runs-on: x
    services:
      web: {image: docker.io/library/busybox, ports: [80], command: httpd -f -p 80 -h /etc}
    steps:
      - run: |
          exec 3<>/dev/tcp/127.0.0.1/${{ job.services.web.ports[80] }}
          printf 'GET /passwd HTTP/1.0\\r\\n\\r\\n' >&3; grep root <&3
        shell: bash
      - uses: ./look
      - run: rm by-action && echo removed
",
    );
    let metadata = "name: Look\ndescription: Looks\nruns: {using: docker, image: Dockerfile}\n";
    stage.write("look/action.yml", metadata);
    let dockerfile = "FROM docker.io/library/busybox\nENTRYPOINT [\"sh\", \"-c\", \"touch by-action; \
                      echo looked, services at ${ACTIONS_RESULTS_URL:-no address}\"]\n";
    stage.write("look/Dockerfile", dockerfile);
    engine.docker_says(&["tag", "busybox", "docker.io/library/busybox"]);
    let user = engine.user().unwrap();
    let done = run_as(user, &stage, &engine, &["run", "--pull", "never"]).expect(0);
    done.tells(&[
        "inside  | root:x:0:0",
        "inside  | by-action",
        "outside | root:x:0:0",
        "outside | removed",
        "looked, services at no address",
        "cannot call the services of this run",
        "an engine that runs as root",
    ]);
    assert_eq!(left(&stage, &engine), "");
    stage.assert_nothing_left();
}

#[test]
fn files_that_containers_made_do_not_outlive_the_run_of_another_user_than_root() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = Stage::new(
        "on: push
jobs:
  one:
    runs-on: ubuntu-latest
    container: busybox
    steps:
      - run: mkdir -p made/by && touch made/by/root /__w/_temp/too && chmod 700 made && id -u
  two:
    runs-on: ubuntu-latest
    steps:
      - uses: docker://busybox
        with: {entrypoint: mkdir, args: -m 700 made}
",
    );
    let socket = engine.directory().join("engine.sock");
    fs::set_permissions(socket, fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(engine.directory(), fs::Permissions::from_mode(0o711)).unwrap();
    run_as(NOBODY, &stage, engine, &["run"]).expect(0).tells(&["two"]);
    assert_eq!(left(&stage, engine), "");
    stage.assert_nothing_left();
}
