//! Stopping programs: polite ones, deaf ones, and whole families of them.

use std::time::{Duration, Instant};

use windlass_session::{Exit, Grace, Session, Signal};

use crate::{Job, finish, is_alive, read_until};

const SHORT: Grace = Grace {
    after_interrupt: Duration::from_millis(400),
    after_terminate: Duration::from_millis(300),
};

#[test]
fn the_ladder_is_the_documented_one() {
    let grace = Grace::default();
    assert_eq!(grace.after_interrupt, Duration::from_millis(7500));
    assert_eq!(grace.after_terminate, Duration::from_millis(2500));
}

#[tokio::test]
async fn the_command_a_shell_waits_for_hears_the_interrupt() {
    let job = Job::new();
    let mut running = job.start("trap 'echo cleaning; exit 9' INT; echo ready; sleep 60").await;
    read_until(&mut running, "ready").await;
    let begun = Instant::now();
    running.terminate(Grace::default());
    let (output, exit) = finish(running).await;
    assert_eq!((output.as_str(), exit), ("cleaning\n", Exit::Code(9)));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_program_deaf_to_the_interrupt_is_terminated() {
    let job = Job::new();
    let mut running = job
        .start(
            "trap '' INT; trap 'echo term; exit 8' TERM; echo ready; while :; do sleep 0.02; done",
        )
        .await;
    read_until(&mut running, "ready").await;
    let begun = Instant::now();
    running.terminate(SHORT);
    let (output, exit) = finish(running).await;
    // Bash may also remark that its `sleep` was terminated.
    assert!(output.ends_with("term\n"), "{output}");
    assert_eq!(exit, Exit::Code(8));
    assert!(begun.elapsed() >= SHORT.after_interrupt);
}

#[tokio::test]
async fn a_deaf_family_is_killed_to_the_last_member() {
    let job = Job::new();
    let script = "trap '' INT TERM
        bash -c 'trap \"\" INT TERM; echo child $$; while :; do sleep 0.01; done' &
        setsid bash -c 'trap \"\" INT TERM; echo child $$; while :; do sleep 0.01; done' &
        echo child $$; while :; do sleep 0.01; done";
    let mut running = job.start(script).await;
    let mut output = Vec::new();
    let pids = loop {
        running.read(&mut output).await.unwrap();
        let text = String::from_utf8_lossy(&output);
        let pids: Vec<u32> =
            text.lines().filter_map(|line| line.strip_prefix("child ")?.parse().ok()).collect();
        if pids.len() == 3 {
            break pids;
        }
    };
    let begun = Instant::now();
    running.terminate(SHORT);
    let (_, exit) = finish(running).await;
    assert_eq!(exit, Exit::Signal(9));
    assert!(begun.elapsed() >= SHORT.after_interrupt + SHORT.after_terminate);
    assert!(begun.elapsed() < Duration::from_secs(3));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(pids.iter().filter(|pid| is_alive(**pid)).count(), 0);
}

#[tokio::test]
async fn a_child_that_cleans_up_longer_than_its_parent_is_given_its_time() {
    let job = Job::new();
    let script = "bash -c 'trap \"sleep 0.2; echo late; exit\" INT; echo ready; while :; do sleep 0.01; done' &
        trap 'exit 1' INT; wait";
    // A child started with `&` by a shell without job control ignores SIGINT; SIGTERM reaches it.
    let script = script.replace("INT; echo", "TERM; echo").replace("'exit 1' INT", "'exit 1' TERM");
    let mut running = job.start(&script).await;
    read_until(&mut running, "ready").await;
    running.terminate(Grace { after_interrupt: Duration::ZERO, ..Grace::default() });
    let (output, _) = finish(running).await;
    assert!(output.ends_with("late\n"), "{output}");
}

#[tokio::test]
async fn a_second_request_shortens_the_first() {
    let job = Job::new();
    let mut running = job.start("trap '' INT TERM; echo ready; while :; do sleep 0.01; done").await;
    read_until(&mut running, "ready").await;
    running.terminate(Grace::default());
    running.terminate(Grace::NONE);
    let begun = Instant::now();
    assert_eq!(finish(running).await.1, Exit::Signal(9));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_program_that_floods_its_output_is_stopped_all_the_same() {
    let job = Job::new();
    let mut running = job.start("trap '' INT; yes").await;
    let mut buffer = Vec::new();
    running.read(&mut buffer).await.unwrap();
    running.terminate(SHORT);
    let begun = Instant::now();
    while running.read(&mut buffer).await.unwrap() > 0 {
        buffer.clear();
    }
    running.wait().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_signal_reaches_the_group() {
    let job = Job::new();
    let mut running = job.start("trap 'echo got; exit 0' TERM; echo ready; sleep 60").await;
    read_until(&mut running, "ready").await;
    running.signal(Signal::Terminate);
    let (output, exit) = finish(running).await;
    assert!(output.ends_with("got\n"), "{output}");
    assert_eq!(exit, Exit::Code(0));
}

#[tokio::test]
async fn a_running_program_that_is_dropped_dies_without_a_zombie() {
    let job = Job::new();
    let mut running = job.start("(echo child $BASHPID; sleep 60) & wait").await;
    let text = read_until(&mut running, "child").await;
    let child: u32 = text.trim().strip_prefix("child ").unwrap().parse().unwrap();
    let pid = running.process_id().unwrap();
    drop(running);
    let begun = Instant::now();
    while std::path::Path::new(&format!("/proc/{pid}")).exists() || is_alive(child) {
        assert!(begun.elapsed() < Duration::from_secs(5), "{pid} or {child} is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    job.session.close().await.unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{child}")).exists(), "a zombie was left");
}
