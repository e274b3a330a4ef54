//! How fast uploads are taken in; run by hand, with `--release`:
//! `cargo test --release -p windlass-actions-services figures -- --ignored --nocapture`.

use std::time::Instant;

use serde_json::json;

use crate::stage::{Stage, run_id};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement that writes 1 GiB"]
async fn a_gibibyte_in_blocks() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let address = created["signed_upload_url"].as_str().unwrap();
    let block = vec![7_u8; 8 << 20];
    let began = Instant::now();
    for index in 0..64 {
        let ids =
            [2 * index, 2 * index + 1].map(|id| format!("{address}&comp=block&blockid={id:04}"));
        let (one, other) = tokio::join!(
            stage.send("PUT", &ids[0], &[], &block),
            stage.send("PUT", &ids[1], &[], &block)
        );
        assert_eq!((one.status, other.status), (201, 201));
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{:.0} MB/s, client included", f64::from(1 << 30) / seconds / 1e6);
}
