//! Reading what a program prints: order, binary, volume, and pipes that stay open.

use std::time::{Duration, Instant};

use windlass_session::{Exit, Session};

use crate::{Job, finish, wait_for_file};

#[tokio::test]
async fn both_streams_arrive_in_the_order_of_writing() {
    let job = Job::new();
    let (output, _) = job.run("for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done").await;
    let expected: String = (1..=9).map(|i| format!("o{i}\ne{i}\n")).collect();
    assert_eq!(output, expected);
}

#[tokio::test]
async fn any_bytes_arrive_unchanged() {
    let job = Job::new();
    let mut running =
        job.start("for i in {0..255}; do printf \"\\\\x$(printf %x $i)\"; done").await;
    let mut output = Vec::new();
    while running.read(&mut output).await.unwrap() > 0 {}
    assert_eq!(output, (0..=255).collect::<Vec<u8>>());
    assert_eq!(running.wait().await.unwrap(), Exit::Code(0));
    assert_eq!(running.read(&mut output).await.unwrap(), 0);
}

#[tokio::test]
async fn a_gigabyte_passes_in_flat_memory() {
    let job = Job::new();
    let mut running = job.start("exec head -c 1000000000 /dev/zero").await;
    let (mut buffer, mut total, begun) = (Vec::new(), 0, Instant::now());
    loop {
        buffer.clear();
        let count = running.read(&mut buffer).await.unwrap();
        assert_eq!(count, buffer.len());
        if count == 0 {
            break;
        }
        total += count;
    }
    assert_eq!(total, 1_000_000_000);
    assert!(buffer.capacity() <= 512 << 10, "{}", buffer.capacity());
    assert!(running.wait().await.unwrap().success());
    let rate = 1000.0 / begun.elapsed().as_secs_f64();
    println!("{rate:.0} MB/s");
    assert!(rate > 150.0, "{rate} MB/s");
}

#[tokio::test]
async fn a_background_child_that_holds_the_pipe_does_not_hang_the_step() {
    let job = Job::new();
    let begun = Instant::now();
    let (output, exit) = job.run("sleep 60 & echo done").await;
    assert_eq!((output.as_str(), exit), ("done\n", Exit::Code(0)));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(job.session.close().await.unwrap().orphans.len(), 1);
}

#[tokio::test]
async fn last_words_of_a_background_child_still_arrive() {
    let job = Job::new();
    let (output, _) = job.run("(for i in 1 2 3 4; do sleep 0.05; echo $i; done) & echo 0").await;
    assert_eq!(output, "0\n1\n2\n3\n4\n");
}

#[tokio::test]
async fn a_background_child_that_floods_the_pipe_is_given_up() {
    let job = Job::new();
    let begun = Instant::now();
    let mut running = job.start("yes & exit 0").await;
    let mut buffer = Vec::new();
    while running.read(&mut buffer).await.unwrap() > 0 {
        buffer.clear();
    }
    assert!(running.wait().await.unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    job.session.close().await.unwrap();
}

#[tokio::test]
async fn a_server_left_running_can_go_on_printing() {
    let job = Job::new();
    // More than a pipe holds, and a write to a closed one would end it.
    let script = "(for i in 1 2 3; do sleep 0.3; head -c 3000000 /dev/zero || exit; done
        echo $i > done) & echo started";
    assert_eq!(job.run(script).await.0, "started\n");
    let done = wait_for_file(&job.session.places().workspace.join("done")).await;
    assert_eq!(done, "3\n");
}

#[tokio::test]
async fn a_program_that_closes_its_output_is_waited_for() {
    let job = Job::new();
    let begun = Instant::now();
    let (output, exit) = job.run("echo a; exec >&- 2>&-; sleep 0.3; exit 4").await;
    assert_eq!((output.as_str(), exit), ("a\n", Exit::Code(4)));
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn waiting_without_reading_does_not_hang() {
    let job = Job::new();
    let mut running = job.start("head -c 5000000 /dev/zero; exit 5").await;
    assert_eq!(running.wait().await.unwrap(), Exit::Code(5));
}

#[tokio::test]
async fn a_read_that_was_dropped_loses_nothing() {
    let job = Job::new();
    let mut running = job.start("for i in {1..40}; do echo $i; sleep 0.005; done").await;
    let mut output = Vec::new();
    loop {
        let read = running.read(&mut output);
        match tokio::time::timeout(Duration::from_millis(2), read).await {
            Ok(count) if count.as_ref().is_ok_and(|count| *count == 0) => break,
            _ => {}
        }
    }
    let expected: String = (1..=40).map(|i| format!("{i}\n")).collect();
    assert_eq!(String::from_utf8(output).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commands_at_once() {
    let job = std::sync::Arc::new(Job::new());
    let tasks: Vec<_> = (0..50)
        .map(|i| {
            let job = std::sync::Arc::clone(&job);
            tokio::spawn(async move {
                let running = job.session.exec(job.spec(&format!("echo {i}; exit {i}"))).await;
                (i, finish(running.unwrap()).await)
            })
        })
        .collect();
    for task in tasks {
        let (i, (output, exit)) = task.await.unwrap();
        assert_eq!((output, exit), (format!("{i}\n"), Exit::Code(i)));
    }
}
