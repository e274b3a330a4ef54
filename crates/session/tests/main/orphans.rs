//! What a job leaves behind: found, killed, reaped.

use std::path::Path;
use std::time::{Duration, Instant};

use windlass_session::{Session, kill_leftovers};

use crate::{Job, is_alive, wait_for_file};

/// Whether there is no trace of a process, not even a zombie.
fn is_gone(pid: u32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn daemons_live_until_the_job_ends() {
    let job = Job::new();
    let (output, _) = job
        .run(
            "for i in 1 2 3; do
                (setsid bash -c 'trap \"\" INT TERM HUP; echo $$ > pid'$i'; sleep 60; sleep 60' \
                    < /dev/null > /dev/null 2>&1 &)
            done; echo started",
        )
        .await;
    assert_eq!(output, "started\n");
    let mut pids = Vec::new();
    for i in 1..=3 {
        let path = job.session.places().workspace.join(format!("pid{i}"));
        pids.push(wait_for_file(&path).await.trim().parse::<u32>().unwrap());
    }
    let (_, exit) = job.run(&format!("kill -0 {} {} {}", pids[0], pids[1], pids[2])).await;
    assert!(exit.success(), "a daemon did not outlive its step");
    let mut killed = job.session.close().await.unwrap().orphans;
    killed.retain(|(pid, name)| pids.contains(pid) && name == "bash");
    assert_eq!(killed.len(), 3);
    assert!(pids.iter().all(|pid| is_gone(*pid)));
}

#[tokio::test]
async fn the_process_that_opts_out_survives() {
    let job = Job::new();
    job.run("RUNNER_TRACKING_ID= setsid bash -c 'echo $$ > pid; sleep 60' > /dev/null 2>&1 &")
        .await;
    let pid = wait_for_file(&job.session.places().workspace.join("pid")).await;
    let pid: u32 = pid.trim().parse().unwrap();
    assert_eq!(job.session.close().await.unwrap().orphans, []);
    assert!(is_alive(pid));
    // Not by kill(1): procps takes `-9 -123` for "everything" (`-1`) and a stray digit.
    let group = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn another_job_keeps_its_processes() {
    let (first, second) = (Job::new(), Job::new());
    let script = "setsid bash -c 'echo $$ > pid; sleep 60' > /dev/null 2>&1 &";
    first.run(script).await;
    second.run(script).await;
    let pid = wait_for_file(&second.session.places().workspace.join("pid")).await;
    let pid: u32 = pid.trim().parse().unwrap();
    wait_for_file(&first.session.places().workspace.join("pid")).await;
    let running = second.start("sleep 60").await;
    assert!(!first.session.close().await.unwrap().orphans.is_empty());
    assert!(is_alive(pid) && is_alive(running.process_id().unwrap()));
    assert!(second.session.close().await.unwrap().orphans.len() >= 2);
    assert!(is_gone(pid));
}

#[tokio::test]
async fn a_tree_that_keeps_forking_is_cut_down() {
    let job = Job::new();
    // Each link of the chain starts the next in a new session and dies: it is never the same
    // process twice. (Not exponential, out of kindness to the machine.)
    std::fs::write(
        job.session.places().workspace.join("chain"),
        "n=$1; sleep 0.001; [ $n -gt 3000 ] || setsid bash chain $((n + 1)) > /dev/null 2>&1 &",
    )
    .unwrap();
    job.run("for i in 1 2 3; do setsid bash chain 0 > /dev/null 2>&1 & done; sleep 0.1").await;
    let begun = Instant::now();
    job.session.close().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert_eq!(kill_leftovers(job.session.tracking_id()), []);
}

#[tokio::test]
async fn no_zombie_is_left_by_orphans_that_ended_by_themselves() {
    let job = Job::new();
    job.run("for i in 1 2 3; do (setsid bash -c 'echo $$ > done'$i > /dev/null 2>&1 &); done")
        .await;
    job.run("set -m; (bash -c 'echo $$ > done6' | cat) & sleep 0.1").await;
    job.run("for i in 4 5; do (bash -c 'sleep 0.05; echo $$ > done'$i > /dev/null 2>&1 &); done")
        .await;
    let mut pids = Vec::new();
    for i in 1..=6 {
        let path = job.session.places().workspace.join(format!("done{i}"));
        pids.push(wait_for_file(&path).await.trim().parse::<u32>().unwrap());
    }
    let begun = Instant::now();
    while pids.iter().any(|pid| is_alive(*pid)) && begun.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    job.session.close().await.unwrap();
    assert!(pids.iter().all(|pid| is_gone(*pid)));
}

#[tokio::test]
async fn the_normal_end_of_a_job_costs_next_to_nothing() {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..20 {
        let job = Job::new();
        job.run("true").await;
        let begun = Instant::now();
        job.session.close().await.unwrap();
        times.push(begun.elapsed());
    }
    times.sort();
    println!("close: {:?}", times[10]);
    assert!(times[5] < Duration::from_millis(20), "{times:?}");
}

#[tokio::test]
async fn leftovers_of_a_crash_are_found_by_their_variable() {
    let id = format!("windlass_crash-{}", std::process::id());
    let mut child = std::process::Command::new("setsid")
        .args(["bash", "-c", "sleep 60; true"])
        .env("RUNNER_TRACKING_ID", &id)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut killed = Vec::new();
    while killed.is_empty() && begun.elapsed() < Duration::from_secs(5) {
        killed = kill_leftovers(&id);
    }
    assert!(killed.iter().any(|(pid, _)| *pid == child.id()), "{killed:?}");
    child.wait().unwrap();
    assert_eq!(kill_leftovers(&id), []);
}

#[tokio::test]
async fn a_session_that_is_dropped_leaves_nothing() {
    let job = Job::new();
    job.run("setsid bash -c 'echo $$ > pid; sleep 60; true' > /dev/null 2>&1 &").await;
    let pid = wait_for_file(&job.session.places().workspace.join("pid")).await;
    let directory = job.session.places().command_files.clone();
    drop(job);
    let begun = Instant::now();
    while is_alive(pid.trim().parse().unwrap()) {
        assert!(begun.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!directory.exists());
}
