//! Containers that do not start, are stopped, or lose their engine: clear words, nothing left.

use std::time::{Duration, Instant};

use windlass_testkit::ContainerEngine;

use super::containers::{job, run};
use super::{Bench, Ended};

#[tokio::test]
async fn without_an_engine_a_job_fails_before_its_first_step() {
    let heads = [
        ("container: busybox", "This job runs in a container"),
        ("services: {db: {image: postgres}}", "--service db=COMMAND"),
    ];
    for (head, words) in heads {
        let ended = Bench::new().run(&job(head, "- run: echo never")).await;
        let log = ended.log();
        assert_eq!(ended.word(), "failure");
        assert!(log.contains(words) && log.contains("Install Docker or Podman"), "{log}");
        assert!(!log.contains("Run echo never"), "{log}");
    }
    let ended = Bench::new().run(&job("", "- run: echo never\n- uses: docker://busybox")).await;
    assert!(ended.log().contains("ci.yml:"), "{}", ended.log());
    assert!(!ended.log().contains("Run echo never"), "{}", ended.log());
}

#[tokio::test]
async fn what_cannot_be_started_is_said_and_nothing_is_left() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let cases = [
        ("container: no-such-image".to_owned(), "the image 'no-such-image' cannot be had"),
        ("container: {image: busybox, options: --no-such}".to_owned(), "'--no-such'"),
        ("container: {image: busybox, options: --network host}".to_owned(), "'--network'"),
        (
            "services: {s: {image: busybox, command: sh -c \"echo last words; exit 7\"}}"
                .to_owned(),
            "service 's' has ended with exit code 7",
        ),
        (
            "services: {s: {image: busybox, command: sleep 60, options: --health-cmd false \
             --health-interval 200ms --health-retries 2}}"
                .to_owned(),
            "service 's' is unhealthy",
        ),
        (
            format!("services: {{s: {{image: busybox, command: sleep 60, ports: ['{port}:80']}}}}"),
            "is in use",
        ),
    ];
    for (head, words) in cases {
        let ended =
            run(engine, Bench::new().engine(engine), &job(&head, "- run: echo never")).await;
        let log = ended.log();
        assert_eq!(ended.word(), "failure", "{log}");
        assert!(log.contains(words), "{words}\n{log}");
        assert!(!log.contains("Run echo never"), "{log}");
        assert!(!words.contains("ended") || log.contains("\nlast words\n"), "{log}");
    }
}

#[tokio::test]
async fn a_cancel_reaches_into_the_container() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let steps = "- run: trap 'echo caught; exit 1' INT; echo ready; while true; do sleep 0.1; done
- if: always()
  run: echo always";
    let bench = Bench::new().engine(engine);
    let label = format!("windlass.owner={}", bench.options.containers.owner);
    let (job, directory) = bench.start(&job("container: busybox", steps));
    let started = Instant::now();
    while !job.log().contains("\nready\n") {
        assert!(started.elapsed() < Duration::from_secs(60), "{}", job.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    job.cancel();
    let ended = Ended { job: job.ended().await, _directory: directory };
    assert_eq!(ended.word(), "cancelled");
    let printed = ended.printed();
    assert!(printed.contains(&"caught".to_owned()), "{printed:?}");
    assert!(printed.contains(&"always".to_owned()), "{printed:?}");
    assert_eq!(engine.labelled(&label), "");
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_stopped_in_the_container() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let steps = "- run: sleep 60\n  timeout-minutes: 0.01\n- if: always()\n  run: ps | grep -c '[s]leep 60'";
    let bench = Bench::new().engine(engine);
    let began = Instant::now();
    let ended = run(engine, bench, &job("container: busybox", steps)).await;
    assert!(ended.log().contains("has timed out"), "{}", ended.log());
    assert!(ended.printed().contains(&"0".to_owned()), "{}", ended.log());
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_engine_that_is_killed_ends_the_job() {
    let Some(engine) = ContainerEngine::docker() else { return };
    let bench = Bench::new().engine(&engine);
    let (job, directory) = bench.start(&job("container: busybox", "- run: echo ready; sleep 60"));
    let started = Instant::now();
    while !job.log().contains("\nready\n") {
        assert!(started.elapsed() < Duration::from_secs(60), "{}", job.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    engine.kill();
    let began = Instant::now();
    let ended = Ended { job: job.ended().await, _directory: directory };
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("the container engine"), "{}", ended.log());
}

#[tokio::test]
async fn a_link_in_place_of_a_command_file_leads_nowhere() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), "LEAKED=hunter2\n").expect("a file");
    let steps = format!(
        "- run: rm $GITHUB_ENV; ln -s {} $GITHUB_ENV\n- run: echo \"leaked:$LEAKED\"",
        secret.path().display()
    );
    let bench = Bench::new().engine(engine);
    let ended = run(engine, bench, &job("container: busybox", &steps)).await;
    assert!(ended.printed().contains(&"leaked:".to_owned()), "{}", ended.log());
    assert_eq!(std::fs::read(secret.path()).expect("a file"), b"LEAKED=hunter2\n");
}
