//! Several processes on one state directory; some of them are killed.
//!
//! A child is this test program again, told by variables which of its roles to play.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use windlass_engine::{Journal, JournalError};
use windlass_store::{GroupState, RunProgress, RunQuery, StoreError};

use crate::samples::{events, new_run, open, run_id};

const ROLE: &str = "STORE_TEST_ROLE";
const DIRECTORY: &str = "STORE_TEST_DIRECTORY";

fn child(role: &str, directory: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "processes::role_of_a_child", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(DIRECTORY, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Not a test by itself: what the children do.
#[tokio::test]
async fn role_of_a_child() {
    let (Ok(role), Some(directory)) = (env::var(ROLE), env::var_os(DIRECTORY)) else { return };
    let store = open(Path::new(&directory)).await;
    let (role, argument) = role.split_once(' ').unwrap();
    match role {
        "append" => {
            let run = run_id(argument.parse().unwrap());
            for batch in 0_u64.. {
                let size = 1 + (batch * 7) % 80;
                let first = store.read(run, 0).await.unwrap().len() as u64 + 1;
                store.append(run, first, &events(first, size)).await.unwrap();
                // The parent counts on everything that it was told of.
                writeln!(std::io::stdout(), "appended {}", first + size - 1).unwrap();
            }
        }
        "number" => {
            let first: u128 = argument.parse().unwrap();
            for id in first..first + 50 {
                store.begin_run(run_id(id), new_run("/project")).await.unwrap();
            }
        }
        "hold" => {
            let run = run_id(argument.parse().unwrap());
            store.begin_run(run, new_run("/project")).await.unwrap();
            writeln!(std::io::stdout(), "begun").unwrap();
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        "lock" => {
            let claim = crate::groups::claim(argument.parse().unwrap(), false, false);
            let state = store.claim_group(&claim).await.unwrap();
            writeln!(std::io::stdout(), "claimed {state:?}").unwrap();
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        _ => unreachable!("{role}"),
    }
}

/// Reads a child's lines up to one that begins so; cargo's test program prints others.
fn told(lines: &mut impl BufRead, beginning: &str) -> Option<String> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        // The program's own "test … ..." has no line feed at its end.
        if let Some(place) = line.find(beginning) {
            return line.ends_with('\n').then(|| line[place + beginning.len()..].trim().to_owned());
        }
    }
}

#[tokio::test]
async fn a_writer_killed_at_any_moment_loses_nothing_and_halves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = 0_u64;
    for round in 0..12_u64 {
        let mut child = child("append 7", folder.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut promised = told(&mut lines, "appended ").unwrap().parse::<usize>().unwrap();
        std::thread::sleep(Duration::from_micros(round * 3_137));
        child.kill().unwrap();
        while let Some(line) = told(&mut lines, "appended ") {
            promised = line.parse().unwrap();
        }
        child.wait().unwrap();
        let store = open(folder.path()).await;
        let stored = store.read(run_id(7), 0).await.unwrap();
        assert!(stored.len() >= promised, "{} of {promised} in round {round}", stored.len());
        assert_eq!(stored, events(1, stored.len() as u64));
        // Each child appends batches of these sizes, so what it added ends with a whole one.
        let mut ends = (0..).map(|batch| 1 + (batch * 7) % 80).scan(before, |end, size| {
            *end += size;
            Some(*end)
        });
        let count = stored.len() as u64;
        assert!(
            count == before || ends.find(|end| *end >= count) == Some(count),
            "half a batch in round {round}"
        );
        before = count;
        store.close().await;
    }
}

#[tokio::test]
async fn processes_that_start_at_once_make_one_database_and_share_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<Child> =
        (0..4).map(|place| child(&format!("number {}", place * 100 + 1), folder.path())).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let store = open(folder.path()).await;
    let query = RunQuery { project: Some("/project".into()), workflow: None, limit: 1000 };
    let mut numbers: Vec<u64> =
        store.runs(&query).await.unwrap().iter().map(|run| run.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<u64>>());
    // Their processes are gone.
    let runs = store.runs(&query).await.unwrap();
    assert!(runs.iter().all(|run| run.progress() == RunProgress::Interrupted));
}

#[tokio::test]
async fn a_run_can_be_taken_over_when_its_process_is_dead_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = child("hold 5", folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    told(&mut lines, "begun").unwrap();
    let store = open(folder.path()).await;
    let run = store.run(run_id(5)).await.unwrap();
    assert_eq!((run.progress(), run.owner.pid), (RunProgress::UnderWay, child.id()));
    let refused = store.take_over(run_id(5)).await;
    assert!(matches!(refused, Err(StoreError::UnderWay { .. })), "{refused:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(store.run(run_id(5)).await.unwrap().progress(), RunProgress::Interrupted);
    let run = store.take_over(run_id(5)).await.unwrap();
    assert_eq!(run.progress(), RunProgress::UnderWay);
    assert_eq!(run.owner.pid, std::process::id());
}

#[tokio::test]
async fn a_turn_ends_with_the_process_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = child("lock 1", folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let claimed = told(&mut lines, "claimed ").unwrap();
    assert_eq!(claimed, "Held { cancel_asked: false }");
    let store = open(folder.path()).await;
    let claim = crate::groups::claim(2, false, false);
    assert_eq!(store.claim_group(&claim).await.unwrap(), GroupState::Waiting);
    assert_eq!(store.group_state(claim.run, claim.operation).await.unwrap(), GroupState::Waiting);
    child.kill().unwrap();
    child.wait().unwrap();
    let state = store.group_state(claim.run, claim.operation).await.unwrap();
    assert_eq!(state, GroupState::Held { cancel_asked: false });
}

#[tokio::test]
async fn of_two_processes_that_append_to_one_run_one_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut child = child("append 7", folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    told(&mut lines, "appended ").unwrap();
    let refused = store.append(run_id(7), 1, &events(1, 1)).await;
    assert!(matches!(refused, Err(JournalError::Conflict { .. })), "{refused:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}
