//! Jobs that want too much of the machine, and what holds them: `[run.limits]`, `--isolated-home`.

use std::{fs, path::PathBuf, process::Command};

use rustix::process::Signal;

use crate::stage::{Finished, Stage, soon, start};

/// Whether the run was refused for want of control groups, which is said.
fn is_refused(ended: &Finished) -> bool {
    let is_refused = ended.out.contains("cannot hold a job to limits");
    if is_refused {
        println!("skipped: {}", ended.out);
    }
    is_refused
}

/// The control groups of a process of the program.
fn groups_of(pid: u32) -> Vec<PathBuf> {
    let mark = format!(".{pid}.");
    let (mut found, mut next) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(directory) = next.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with("windlass.") && name.contains(&mark) {
                    found.push(entry.path());
                }
                next.push(entry.path());
            }
        }
    }
    found
}

#[test]
fn a_job_out_of_memory_is_told_why() {
    let stage = Stage::new(
        "on: push
jobs:
  big:
    runs-on: x
    steps:
      - run: head -c 300M /dev/zero | tail -c 300M | wc -c
        shell: bash
      - run: echo after
        if: always()
",
    );
    stage.write("windlass.toml", "[run.limits]\nmemory = \"96M\"\ncpus = 1.5\nprocesses = 200\n");
    let ended = stage.windlass(&["run"]);
    if is_refused(&ended) {
        return;
    }
    let ended = ended.expect(1);
    ended.tells(&[
        "Limits: memory 96M, cpus 1.5, processes 200",
        "The system killed a process of this job: out of memory, of which it may have 96M",
        "big | after",
    ]);
    stage.assert_nothing_left();
}

#[test]
fn limits_that_make_no_sense_are_refused_with_their_place() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: ls}]}}\n");
    for (setting, words) in [
        ("memory = \"2X\"", "a size is"),
        ("cpus = 0", "no number of processors"),
        ("processes = 0", "nonzero"),
    ] {
        stage.write("windlass.toml", format!("[run.limits]\n{setting}\n"));
        stage.windlass(&["run"]).expect(2).complains(&["windlass.toml", "line 2", words]);
    }
}

#[test]
fn a_job_can_have_a_home_of_its_own_that_goes_with_it() {
    let step = "printf '%s\\n' $HOME $TMPDIR ${XDG_CONFIG_HOME:-none} > places; touch ~/made; \
                test -w $TMPDIR; cp places \"$OUT\"";
    let stage =
        Stage::new(&format!("on: push\njobs: {{a: {{runs-on: x, steps: [{{run: {step:?}}}]}}}}\n"));
    let out = stage.beside("places");
    let told = |arguments: &[&str]| {
        let mark = format!("OUT={}", out.display());
        stage.windlass(&[&["run", "--env", &mark], arguments].concat()).expect(0);
        let text = fs::read_to_string(&out).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let own = told(&["--isolated-home"]);
    let state = stage.state().display().to_string();
    assert!(own[0].starts_with(&state) && own[1].starts_with(&state), "{own:?}");
    assert_eq!(own[2], "none");
    assert!(!PathBuf::from(&own[0]).exists(), "{own:?}");
    stage.write("windlass.toml", "[run]\nisolated-home = true\n");
    assert!(told(&[])[0].starts_with(&state));
}

#[test]
fn what_a_killed_process_left_in_a_control_group_is_cleared_away_by_the_next() {
    let stage = Stage::new(
        "on: push
jobs:
  long:
    runs-on: x
    steps: [{run: 'sleep 0.2; env -i STAGE=$STAGE setsid sleep 600 & sleep 0.3; touch $MARK; sleep 600'}]
",
    );
    let mark = stage.beside("mark");
    let under_way = start(stage.command(&["run", "--env", &format!("MARK={}", mark.display())]));
    assert!(soon(|| mark.exists()), "it never came so far");
    let groups = groups_of(under_way.id());
    under_way.signal(Signal::KILL);
    under_way.finish();
    if groups.is_empty() {
        println!("skipped: this machine lets us make no control groups");
    }
    assert!(!stage.processes().is_empty());
    stage
        .write(".github/workflows/ci.yml", "on: push\njobs: {j: {runs-on: x, steps: [{run: ls}]}}");
    stage.windlass(&["run"]).expect(0);
    assert!(groups.iter().all(|group| !group.exists()), "{groups:?}");
    if !groups.is_empty() {
        stage.assert_nothing_left();
    }
}

#[test]
fn without_control_groups_jobs_run_and_jobs_with_limits_are_refused() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: echo here}]}}\n");
    // In a namespace of its own, in which the control groups are not mounted.
    let bare = |arguments: &[&str]| {
        let windlass = stage.command(arguments);
        let mut command = Command::new("unshare");
        let hide = "umount -R /sys/fs/cgroup && exec \"$0\" \"$@\"";
        command.args(["--mount", "sh", "-c", hide]);
        command.arg(windlass.get_program()).args(windlass.get_args());
        stage.surround(&mut command);
        start(command).finish()
    };
    let ended = bare(&["run", "--debug"]);
    if ended.code() != 0 && !ended.out.contains("here") {
        println!("skipped: {}", ended.err);
        return;
    }
    ended
        .expect(0)
        .tells(&["no control group of its own: the system has none mounted", "a | here"]);
    stage.write("windlass.toml", "[run.limits]\nmemory = \"1G\"\n");
    let refused = bare(&["run"]).expect(1);
    refused.tells(&["cannot hold a job to limits", "controls no memory", "systemd-run"]);
}
