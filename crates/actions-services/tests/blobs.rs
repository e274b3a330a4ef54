//! Uploads in blocks, and downloads of ranges.

use serde_json::json;

use crate::stage::{Stage, run_id};

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

async fn begin(stage: &Stage, token: &str) -> String {
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(token, "CacheService/CreateCacheEntry", created).await;
    created["signed_upload_url"].as_str().unwrap().to_owned()
}

fn block(address: &str, id: &str) -> String {
    format!("{address}&comp=block&blockid={}", base64(id).replace('=', "%3D").replace('+', "%2B"))
}

fn list(ids: &[&str]) -> String {
    let blocks: String = ids.iter().map(|id| format!("<Latest>{}</Latest>", base64(id))).collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{blocks}</BlockList>")
}

async fn finish(stage: &Stage, token: &str, size: usize) -> String {
    let end = json!({"key": "k", "version": "v", "size_bytes": size.to_string()});
    let done = stage.done(token, "CacheService/FinalizeCacheEntryUpload", end).await;
    assert_eq!(done["ok"], true, "{done}");
    let wanted = json!({"key": "k", "version": "v"});
    let found = stage.done(token, "CacheService/GetCacheEntryDownloadURL", wanted).await;
    found["signed_download_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn blocks_come_in_any_order_at_once_and_again() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    let address = begin(&stage, token).await;
    let contents: Vec<Vec<u8>> = (0..8_u8).map(|index| vec![b'a' + index; 100_000]).collect();
    let ids: Vec<String> = (0..8).map(|index| format!("../block/{index:05}")).collect();
    let addresses: Vec<String> = ids.iter().map(|id| block(&address, id)).collect();
    let send = |index: usize| stage.send("PUT", &addresses[index], &[], &contents[index]);
    let (a, b, c, d) = tokio::join!(send(7), send(2), send(5), send(0));
    let (e, f, g, h) = tokio::join!(send(1), send(6), send(3), send(4));
    // Sent twice, as after a failure.
    let i = send(2).await;
    for answer in [a, b, c, d, e, f, g, h, i] {
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let missing = list(&[&ids[..], &["absent"]].concat());
    let list_address = format!("{address}&comp=blocklist");
    let refused = stage.send("PUT", &list_address, &[], missing.as_bytes()).await;
    assert_eq!(
        (refused.status, refused.header("x-ms-error-code")),
        (400, Some("InvalidBlockList"))
    );
    let put = stage.send("PUT", &list_address, &[], list(&ids).as_bytes()).await;
    assert_eq!(put.status, 201);
    let address = finish(&stage, token, 800_000).await;
    let whole = contents.concat();
    let got = stage.send("GET", &address, &[], b"").await;
    assert!(got.status == 200 && got.body == whole);
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=99999-100000", 99_999, 100_001),
        ("bytes=50000-449999", 50_000, 450_000),
        ("bytes=-10", 799_990, 800_000),
    ] {
        let got = stage.send("GET", &address, &[("range", range)], b"").await;
        assert_eq!(got.status, 206, "{range}");
        assert!(got.body == whole[from..to], "{range}");
        let told = format!("bytes {from}-{}/800000", to - 1);
        assert_eq!(got.header("content-range"), Some(told.as_str()));
    }
    let outside = stage.send("GET", &address, &[("range", "bytes=800000-")], b"").await;
    assert_eq!((outside.status, outside.header("content-range")), (416, Some("bytes */800000")));
    let head = stage.send("HEAD", &address, &[], b"").await;
    assert_eq!((head.header("content-length"), head.body.len()), (Some("800000"), 0));
}

#[tokio::test]
async fn a_block_that_was_cut_off_is_none() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let address = begin(&stage, &job.runtime_token).await;
    let path = block(&address, "1").replace(&stage.services.addresses().results_url, "");
    let cut = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf of it");
    let target = stage.services.addresses().results_url.replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(target).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, cut.as_bytes()).await.unwrap();
    drop(stream);
    let list_address = format!("{address}&comp=blocklist");
    let put = stage.send("PUT", &list_address, &[], list(&["1"]).as_bytes()).await;
    assert_eq!(put.status, 400);
    // The upload is resumed.
    assert_eq!(stage.send("PUT", &block(&address, "1"), &[], b"whole").await.status, 201);
    let put = stage.send("PUT", &list_address, &[], list(&["1"]).as_bytes()).await;
    assert_eq!(put.status, 201);
    let address = finish(&stage, &job.runtime_token, 5).await;
    assert_eq!(stage.send("GET", &address, &[], b"").await.body, b"whole");
}

#[tokio::test]
async fn an_empty_blob_is_one() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let address = begin(&stage, &job.runtime_token).await;
    assert_eq!(stage.put_blob(&address, b"").await.status, 201);
    let address = finish(&stage, &job.runtime_token, 0).await;
    let got = stage.send("GET", &address, &[], b"").await;
    assert_eq!((got.status, got.body.len()), (200, 0));
}
