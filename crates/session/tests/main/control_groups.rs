//! What a control group adds: processes that hide are found, and limits hold. Where the system
//! lets us make no groups, or none with limits, these tests skip themselves and say so.

use std::path::PathBuf;

use windlass_session::{ResourceLimits, Session, SessionError};

use crate::{Job, is_alive, wait_for_file};

/// A job with limits, where the system can hold them.
fn limited(limits: ResourceLimits) -> Option<Job> {
    match Job::limited(limits) {
        Ok(job) => Some(job),
        Err(error @ SessionError::Limits { .. }) => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The directories of a job's groups, as one of its processes sees them.
async fn groups_of(job: &Job) -> Vec<PathBuf> {
    let (named, _) =
        job.run("sleep 0.2; grep -o 'windlass[.].*' /proc/self/cgroup | sort -u").await;
    let names: Vec<&str> = named.lines().collect();
    let mut found = Vec::new();
    let mut next = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(directory) = next.pop() {
        let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if names.contains(&name.as_str()) {
                found.push(entry.path());
            }
            next.push(entry.path());
        }
    }
    found
}

#[tokio::test]
async fn a_process_that_cleared_its_environment_ends_with_the_job() {
    let job = Job::new();
    if let Some(reason) = job.session.without_group() {
        println!("skipped: {reason}");
        return;
    }
    let groups = groups_of(&job).await;
    // In version 2 a program is fetched into the group a moment after its start.
    let is_in_at_once = groups.iter().any(|group| group.join("tasks").exists());
    let pause = if is_in_at_once { "" } else { "sleep 0.2; " };
    let hidden = "env -i /bin/bash -c 'setsid /bin/sh -c \"echo \\$\\$ > hidden; sleep 60\" >/dev/null 2>&1 &'";
    job.run(&format!("{pause}{hidden}")).await;
    let pid = wait_for_file(&job.session.places().workspace.join("hidden")).await;
    let pid: u32 = pid.trim().parse().unwrap();
    assert!(is_alive(pid) && !groups.is_empty());
    let orphans = job.session.close().await.unwrap().orphans;
    assert!(orphans.iter().any(|(killed, _)| *killed == pid), "{orphans:?}");
    assert!(!is_alive(pid));
    assert!(groups.iter().all(|group| !group.exists()), "{groups:?}");
}

#[tokio::test]
async fn a_job_that_is_given_up_leaves_no_group() {
    let job = Job::new();
    let groups = groups_of(&job).await;
    drop(job);
    assert!(groups.iter().all(|group| !group.exists()), "{groups:?}");
}

#[tokio::test]
async fn memory_is_limited_and_a_kill_is_counted() {
    let limits = ResourceLimits { memory: Some(64 << 20), ..ResourceLimits::default() };
    let Some(job) = limited(limits) else { return };
    let (_, exit) = job.run("true").await;
    assert!(exit.success() && job.session.memory_kills() == 0);
    // In a child, so that the group is inherited and not joined.
    let (output, exit) = job.run("(head -c 200M /dev/zero | tail -c 200M | wc -c); true").await;
    assert!(exit.success());
    assert!(!output.contains("209715200"), "{output}");
    assert!(job.session.memory_kills() >= 1);
    let groups = groups_of(&job).await;
    job.session.close().await.unwrap();
    assert!(!groups.is_empty() && groups.iter().all(|group| !group.exists()), "{groups:?}");
}

#[tokio::test]
async fn processes_are_limited() {
    let limits = ResourceLimits { processes: Some(20), ..ResourceLimits::default() };
    let Some(job) = limited(limits) else { return };
    let (output, _) = job.run("for i in {1..40}; do sleep 5 & done 2>&1; echo; exit 0").await;
    assert!(output.contains("fork"), "{output}");
    // Other jobs are not held back.
    let other = Job::new();
    let (_, exit) = other.run("for i in {1..40}; do sleep 0.01 & done; wait").await;
    assert!(exit.success());
}

#[tokio::test]
async fn processor_time_is_limited() {
    let limits = ResourceLimits { cpus: Some(0.1), ..ResourceLimits::default() };
    let Some(job) = limited(limits) else { return };
    // Of one second on the clock a tenth may be used, and the kernel gives it in parts of 100 ms.
    let script = "end=$((SECONDS + 2)); while ((SECONDS < end)); do :; done; times | head -1";
    let (output, _) = job.run(script).await;
    let used = output.split(['m', 's']).nth(1).and_then(|it| it.parse::<f64>().ok()).unwrap();
    assert!(used < 0.8, "{output}");
}
