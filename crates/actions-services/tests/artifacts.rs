//! Artifacts: their life, and whose they are.

use serde_json::json;
use windlass_store::NewRun;

use crate::stage::{Stage, message, run_id};

const CREATE: &str = "ArtifactService/CreateArtifact";
const FINALIZE: &str = "ArtifactService/FinalizeArtifact";
const LIST: &str = "ArtifactService/ListArtifacts";
const ADDRESS: &str = "ArtifactService/GetSignedArtifactURL";
const DELETE: &str = "ArtifactService/DeleteArtifact";

/// Uploads an artifact as a job of a run; answers its number.
async fn upload(stage: &Stage, token: &str, (run, job): (u128, &str), name: &str) -> String {
    let of = |more| message(run_id(run), job, more);
    let created = stage.done(token, CREATE, of(json!({"name": name, "version": 4}))).await;
    let put = stage.put_blob(created["signed_upload_url"].as_str().unwrap(), b"PK").await;
    assert_eq!(put.status, 201);
    let digest = format!("sha256:{}", "0".repeat(64));
    let end = of(json!({"name": name, "size": "2", "hash": digest}));
    let finished = stage.done(token, FINALIZE, end).await;
    finished["artifact_id"].as_str().unwrap().to_owned()
}

async fn names(stage: &Stage, token: &str, run: u128, more: serde_json::Value) -> Vec<String> {
    let listed = stage.done(token, LIST, message(run_id(run), "j", more)).await;
    let artifacts = listed["artifacts"].as_array().unwrap();
    artifacts.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_artifact_lives_from_its_end_to_its_removal() {
    let stage = Stage::new().await;
    let (up, down) = (stage.admit(run_id(1), "up"), stage.admit(run_id(1), "down"));
    let token = &up.runtime_token;
    let of = |more| message(run_id(1), "up", more);
    let created = stage.done(token, CREATE, of(json!({"name": "dist"}))).await;
    assert_eq!(created["ok"], true);
    // Not whole, and not seen.
    assert_eq!(stage.call(token, FINALIZE, of(json!({"name": "dist"}))).await.status, 400);
    assert_eq!(stage.call(token, FINALIZE, of(json!({"name": "other"}))).await.status, 404);
    let address = created["signed_upload_url"].as_str().unwrap();
    assert_eq!(stage.put_blob(address, b"PK-bytes").await.status, 201);
    let wrong = stage.call(token, FINALIZE, of(json!({"name": "dist", "size": "7"}))).await;
    assert_eq!(wrong.status, 400);
    assert!(names(&stage, token, 1, json!({})).await.is_empty());
    let finished = stage.done(token, FINALIZE, of(json!({"name": "dist", "size": "8"}))).await;
    // Seen by the other jobs, and not changed any more.
    let token = &down.runtime_token;
    assert_eq!(names(&stage, token, 1, json!({})).await, ["dist"]);
    assert_eq!(names(&stage, token, 1, json!({"name_filter": "dis"})).await, [""; 0]);
    let id = finished["artifact_id"].clone();
    assert_eq!(names(&stage, token, 1, json!({"id_filter": id})).await, ["dist"]);
    assert_eq!(stage.put_blob(address, b"changed!").await.status, 409);
    let again = stage.call(&up.runtime_token, CREATE, of(json!({"name": "dist"}))).await;
    assert_eq!((again.status, again.json()["code"].clone()), (409, json!("already_exists")));
    let found = stage.done(token, ADDRESS, of(json!({"name": "dist"}))).await;
    let got = stage.send("GET", found["signed_url"].as_str().unwrap(), &[], b"").await;
    assert_eq!((got.status, got.body.as_slice()), (200, b"PK-bytes".as_slice()));
    assert_eq!(got.header("content-type"), Some("application/zip"));
    assert!(got.header("content-disposition").unwrap().contains("filename=\"dist.zip\""));
    // Removed, and the name is free again.
    stage.done(token, DELETE, of(json!({"name": "dist"}))).await;
    assert!(names(&stage, token, 1, json!({})).await.is_empty());
    let gone = stage.send("GET", found["signed_url"].as_str().unwrap(), &[], b"").await;
    assert_eq!(gone.status, 404);
    let again = upload(&stage, &up.runtime_token, (1, "up"), "dist").await;
    assert_ne!(json!(again), finished["artifact_id"]);
}

#[tokio::test]
async fn tokens_of_other_jobs_and_runs_and_jobs_that_have_ended_are_refused() {
    let stage = Stage::new().await;
    let (own, beside) = (stage.admit(run_id(1), "a"), stage.admit(run_id(1), "b"));
    let foreign = stage.admit(run_id(2), "c");
    upload(&stage, &own.runtime_token, (1, "a"), "dist").await;
    let of_a = message(run_id(1), "a", json!({"name": "new"}));
    for (token, status) in [
        (&beside.runtime_token, 403),
        (&foreign.runtime_token, 403),
        (&own.api_token, 401),
        (own.identity_request_token.as_ref().unwrap(), 401),
        (&String::new(), 401),
    ] {
        assert_eq!(stage.call(token, CREATE, of_a.clone()).await.status, status);
    }
    let of_dist = message(run_id(1), "a", json!({"name": "dist"}));
    for method in [ADDRESS, DELETE, LIST] {
        assert_eq!(stage.call(&foreign.runtime_token, method, of_dist.clone()).await.status, 403);
    }
    assert!(names(&stage, &foreign.runtime_token, 2, json!({})).await.is_empty());
    let token = own.runtime_token.clone();
    assert_eq!(stage.call(&token, ADDRESS, of_dist.clone()).await.status, 200);
    drop(own);
    assert_eq!(stage.call(&token, ADDRESS, of_dist).await.status, 401);
}

#[tokio::test]
async fn an_upload_that_was_cut_off_leaves_the_name_free() {
    let stage = Stage::new().await;
    let (first, second) = (stage.admit(run_id(1), "a"), stage.admit(run_id(1), "b"));
    let create = |job| message(run_id(1), job, json!({"name": "dist"}));
    let begun = stage.done(&first.runtime_token, CREATE, create("a")).await;
    let address = begun["signed_upload_url"].as_str().unwrap().to_owned();
    assert_eq!(stage.call(&second.runtime_token, CREATE, create("b")).await.status, 409);
    // The same job may begin anew; what it had is gone.
    stage.done(&first.runtime_token, CREATE, create("a")).await;
    assert_eq!(stage.put_blob(&address, b"late").await.status, 409);
    // When it ends without an end of the upload, another job may.
    drop(first);
    let mut status = 409;
    for _ in 0..200 {
        status = stage.call(&second.runtime_token, CREATE, create("b")).await.status;
        if status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(status, 200);
    assert!(names(&stage, &second.runtime_token, 1, json!({})).await.is_empty());
}

#[tokio::test]
async fn a_run_that_repeats_another_sees_what_that_left_and_nothing_survives_the_run() {
    let stage = Stage::new().await;
    let new = |rerun_of| NewRun { project: "/p".into(), rerun_of, ..NewRun::default() };
    stage.store.begin_run(run_id(1), new(None)).await.unwrap();
    let job = stage.admit(run_id(1), "a");
    let id = upload(&stage, &job.runtime_token, (1, "a"), "dist").await;
    drop(job);
    stage.store.begin_run(run_id(2), new(Some(run_id(1)))).await.unwrap();
    let again = stage.admit(run_id(2), "b");
    assert_eq!(names(&stage, &again.runtime_token, 2, json!({})).await, ["dist"]);
    let earlier = message(run_id(1), "a", json!({"name": "dist"}));
    assert_eq!(stage.call(&again.runtime_token, ADDRESS, earlier).await.status, 200);
    upload(&stage, &again.runtime_token, (2, "b"), "dist").await;
    assert_eq!(names(&stage, &again.runtime_token, 2, json!({})).await, ["dist", "dist"]);
    let now = jiff::Timestamp::now();
    stage.store.end_run(run_id(1), windlass_kernel::Status::Succeeded, now).await.unwrap();
    stage.store.delete_run(run_id(1)).await.unwrap();
    assert_eq!(names(&stage, &again.runtime_token, 2, json!({})).await, ["dist"]);
    assert!(!stage.directory.path().join("blobs/artifacts").join(id).exists());
}

#[tokio::test]
async fn the_time_of_an_artifact_ends() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    upload(&stage, &job.runtime_token, (1, "a"), "long").await;
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let create = message(run_id(1), "a", json!({"name": "short", "expires_at": soon}));
    let created = stage.done(&job.runtime_token, CREATE, create).await;
    stage.put_blob(created["signed_upload_url"].as_str().unwrap(), b"").await;
    let end = message(run_id(1), "a", json!({"name": "short", "size": "0"}));
    stage.done(&job.runtime_token, FINALIZE, end).await;
    let later = soon + jiff::SignedDuration::from_secs(1);
    stage.store.remove_expired_artifacts(later).await.unwrap();
    assert_eq!(names(&stage, &job.runtime_token, 1, json!({})).await, ["long"]);
}
