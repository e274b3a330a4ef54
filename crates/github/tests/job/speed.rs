//! Figures, to be looked at by hand: `cargo test --release -p windlass-github --test main \
//! job::speed -- --ignored --nocapture`.

use std::process::Command;
use std::time::Instant;

use super::Bench;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_steps() {
    let steps = "- run: 'true'\n".repeat(100);
    for _ in 0..5 {
        let script = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(script.path(), "true").expect("a script");
        let started = Instant::now();
        for _ in 0..100 {
            let output = Command::new("bash").arg("-e").arg(script.path()).output();
            assert!(output.expect("bash").status.success());
        }
        let floor = started.elapsed();
        let started = Instant::now();
        let ended = Bench::new().steps(&steps).await;
        let took = started.elapsed();
        assert_eq!(ended.word(), "success");
        let ratio = took.as_secs_f64() / floor.as_secs_f64();
        println!("100 steps: {took:?}, bash alone {floor:?}, ratio {ratio:.2}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_megabytes() {
    for (name, secret) in [("without", None), ("with", Some("hunter2-hunter2"))] {
        let mut bench = Bench::new();
        if let Some(secret) = secret {
            bench = bench.secret("KEY", secret);
        }
        let started = Instant::now();
        let ended = bench
            .steps("- run: yes 'a line of output as tools print it ok' | head -c 300000000")
            .await;
        let took = started.elapsed().as_secs_f64();
        assert_eq!(ended.word(), "success");
        println!("300 MB {name} secrets: {:.0} MB/s", 300.0 / took);
    }
}
