//! Figures, to be looked at by hand: `cargo test --release -p windlass-gitlab --test main \
//! job::speed -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "a measurement")]

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use super::*;

/// So many shells one after another.
fn floor(count: usize) -> Duration {
    let script = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(script.path(), "echo a line\n").expect("a script");
    let began = Instant::now();
    for _ in 0..count {
        let output = Command::new("bash").arg(script.path()).output();
        assert!(output.expect("bash").status.success());
    }
    began.elapsed()
}

async fn measure(name: &str, jobs: usize, configuration: &str) {
    for _ in 0..5 {
        let floor = floor(jobs);
        let bench = Bench::new().await;
        let began = Instant::now();
        assert_eq!(bench.run(configuration).await.word, "passed");
        let took = began.elapsed();
        let ratio = took.as_secs_f64() / floor.as_secs_f64();
        println!("{name}: {took:?}, bash alone {floor:?}, ratio {ratio:.2}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn one_job_a_hundred_jobs_and_twenty_stages() {
    measure("1 job", 1, "a: {script: [echo a line]}\n").await;
    let mut hundred = String::new();
    for job in 0..100 {
        let _ = writeln!(hundred, "a{job}: {{script: [echo a line]}}");
    }
    measure("100 jobs", 100, &hundred).await;
    let names: Vec<String> = (0..20).map(|stage| format!("s{stage}")).collect();
    let mut stages = format!("stages: [{}]\n", names.join(", "));
    for name in &names {
        let _ = writeln!(stages, "in-{name}: {{stage: {name}, script: [echo a line]}}");
    }
    measure("20 stages", 20, &stages).await;
}
