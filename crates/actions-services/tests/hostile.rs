//! What is refused: names that lead elsewhere, forged addresses, too much, too slow, too odd.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use windlass_actions_services::Limits;

use crate::stage::{Stage, message, run_id};

#[tokio::test]
async fn names_and_keys_that_lead_elsewhere_or_break_lines_are_refused() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    let create = "ArtifactService/CreateArtifact";
    for name in ["../../etc/passwd", "a/b", "..", "a\\b", "x\r\nset-cookie: y", ""] {
        let named = message(run_id(1), "a", json!({"name": name}));
        assert_eq!(stage.call(token, create, named).await.status, 400, "{name:?}");
    }
    for key in ["", "a,b", "x\r\ny", &"k".repeat(513)] {
        let named = json!({"key": key, "version": "v"});
        let refused = stage.call(token, "CacheService/CreateCacheEntry", named).await;
        assert_eq!(refused.status, 400, "{key:?}");
    }
    // Keys are no names of files: nothing leaves the folder of blobs.
    stage.save(token, "../../../key", b"x").await;
    assert_eq!(stage.restore(token, "../../../key", &[]).await, "../../../key");
    assert!(stage.directory.path().join("blobs/caches/1/p-").is_file());
}

#[tokio::test]
async fn a_name_or_media_type_does_not_end_its_header() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    let of = |more| message(run_id(1), "a", more);
    let odd = json!({"name": "größe;x='y'.txt", "mime_type": "text/plain\r\nx-injected: 1"});
    let created = stage.done(token, "ArtifactService/CreateArtifact", of(odd)).await;
    stage.put_blob(created["signed_upload_url"].as_str().unwrap(), b"").await;
    let name = json!({"name": "größe;x='y'.txt", "size": "0"});
    stage.done(token, "ArtifactService/FinalizeArtifact", of(name.clone())).await;
    let found = stage.done(token, "ArtifactService/GetSignedArtifactURL", of(name)).await;
    let address = found["signed_url"].as_str().unwrap();
    let got = stage.send("GET", address, &[], b"").await;
    assert_eq!((got.status, got.header("x-injected")), (200, None), "{}", got.head);
    assert_eq!(got.header("content-type"), Some("application/zip"));
    // A signature covers what the download says of itself.
    let forged = address.replace("rsct=", "rsct=text%2Fhtml%0D%0Ax-injected%3A%201");
    assert_eq!(stage.send("GET", &forged, &[], b"").await.status, 403);
}

#[tokio::test]
async fn addresses_are_good_for_their_blob_alone() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    stage.save(&job.runtime_token, "k", b"secret").await;
    let created = json!({"key": "l", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let upload = created["signed_upload_url"].as_str().unwrap();
    assert_eq!(stage.send("GET", upload, &[], b"").await.status, 403);
    let query = upload.split_once('?').unwrap().1;
    for path in [
        "/blobs/caches/1",
        "/blobs/artifacts/2",
        "/blobs/caches/..%2f..%2fwindlass.db",
        "/blobs/caches/../../windlass.db",
        "/blobs/caches/-1",
        "/blobs/caches/99999999999999999999",
        "/blobs/%2e%2e/1",
    ] {
        for method in ["GET", "PUT"] {
            let address = format!("{path}?{query}");
            let refused =
                stage.send(method, &address, &[("x-ms-blob-type", "BlockBlob")], b"").await;
            assert!(matches!(refused.status, 403 | 404), "{method} {path}: {refused:?}");
            assert!(!refused.body.windows(6).any(|window| window == b"secret"));
        }
    }
    assert_eq!(stage.put_blob("/blobs/caches/2", b"").await.status, 403);
}

#[tokio::test]
async fn a_link_in_place_of_a_part_is_as_far_as_a_job_can_reach_none() {
    // Parts are named by the services and written under new names: an id of a block that is a
    // path stays one name in the folder.
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let address = created["signed_upload_url"].as_str().unwrap();
    let target = stage.directory.path().join("target");
    std::fs::write(&target, "untouched").unwrap();
    std::os::unix::fs::symlink(&target, stage.directory.path().join("blobs/caches/1/p-")).unwrap();
    assert_eq!(stage.put_blob(address, b"overwritten").await.status, 201);
    assert_eq!(std::fs::read_to_string(target).unwrap(), "untouched");
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let limits = Limits { block_bytes: 1000, ..Limits::default() };
    let stage = Stage::with(limits).await;
    let job = stage.admit(run_id(1), "a");
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let address = created["signed_upload_url"].as_str().unwrap();
    assert_eq!(stage.put_blob(address, &[0; 1001]).await.status, 413);
    let left = std::fs::read_dir(stage.directory.path().join("blobs/caches/1")).unwrap().count();
    assert_eq!(left, 0, "what was received is removed");
    let long = json!({"key": "k", "version": "v", "restore_keys": vec!["x"; 11]});
    let method = "CacheService/GetCacheEntryDownloadURL";
    assert_eq!(stage.call(&job.runtime_token, method, long).await.status, 400);
    let huge = json!({"key": "k".repeat(2_000_000), "version": "v"});
    assert_eq!(stage.call(&job.runtime_token, method, huge).await.status, 413);
}

#[tokio::test]
async fn a_request_that_falls_silent_is_ended_and_others_go_on() {
    let limits = Limits { idle: Duration::from_millis(200), ..Limits::default() };
    let stage = Stage::with(limits).await;
    let job = stage.admit(run_id(1), "a");
    let target = stage.services.addresses().results_url.replace("http://", "");
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let upload = created["signed_upload_url"].as_str().unwrap();
    let upload = upload.strip_prefix(&stage.services.addresses().results_url).unwrap();
    let method = "/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry";
    let bearer = format!("authorization: Bearer {}\r\n", job.runtime_token);
    for half in [
        "GET / HTTP/1.1\r\nhost".to_owned(),
        format!("POST {method} HTTP/1.1\r\nhost: x\r\n{bearer}content-length: 99\r\n\r\n{{"),
        format!(
            "PUT {upload} HTTP/1.1\r\nhost: x\r\nx-ms-blob-type: BlockBlob\r\n\
             content-length: 99\r\n\r\nx"
        ),
    ] {
        let began = Instant::now();
        let mut stream = tokio::net::TcpStream::connect(&target).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
        ended.await.unwrap().ok();
        assert!(began.elapsed() >= Duration::from_millis(150), "{half}");
    }
    assert_eq!(stage.save(&job.runtime_token, "other", b"x").await["ok"], true);
}

#[tokio::test]
async fn odd_requests_are_refused_without_harm() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let created = json!({"key": "k", "version": "v"});
    let created = stage.done(&job.runtime_token, "CacheService/CreateCacheEntry", created).await;
    let upload = created["signed_upload_url"].as_str().unwrap();
    assert_eq!(stage.send("PUT", upload, &[], b"x").await.status, 400, "no kind of blob");
    for more in ["&comp=block", "&comp=block&blockid=..", "&comp=lease", "&comp=blocklist"] {
        let status = stage.send("PUT", &format!("{upload}{more}"), &[], b"<x").await.status;
        // A block without an id has the empty id, which is one.
        assert_eq!(status, if more == "&comp=block" { 201 } else { 400 }, "{more}");
    }
    let bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><BlockList>&b;</BlockList>";
    let list = format!("{upload}&comp=blocklist");
    assert_eq!(stage.send("PUT", &list, &[], bomb.as_bytes()).await.status, 400);
    for body in ["", "[]", "{\"key\": 1}", "\u{0}"] {
        let path = "/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry";
        let bearer = format!("Bearer {}", job.runtime_token);
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(stage.send("POST", path, &headers, body.as_bytes()).await.status, 400, "{body}");
    }
    assert_eq!(stage.send("GET", "/", &[], b"").await.status, 404);
    assert_eq!(stage.raw(b"\x16\x03\x01 not http\r\n\r\n").await.status, 400);
}
