//! Caches: keys, branches, limits.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use windlass_actions_services::{Admission, Limits};

use crate::stage::{Stage, job, run_id};

/// A job on a ref; `base` is that of a pull request.
fn on(stage: &Stage, id: &str, git_ref: &str, base: &str) -> Admission {
    let mut facts = job(run_id(1), id, git_ref);
    let github = std::sync::Arc::make_mut(&mut facts.github);
    github.insert("base_ref".into(), base.into());
    stage.services.admit(facts).unwrap()
}

#[tokio::test]
async fn a_key_is_found_exactly_then_by_its_beginning_then_by_others_the_newest_first() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    for key in ["linux-1", "linux-2", "npm-linux"] {
        assert_eq!(stage.save(token, key, b"x").await["ok"], true);
    }
    for (key, others, expected) in [
        ("linux-1", &["linux-"][..], "linux-1"),
        ("linux", &[], "linux-2"),
        ("linux-3", &["mac-", "linux-"], "linux-2"),
        ("linux-3", &["npm-", "linux-"], "npm-linux"),
        ("linux-3", &[], ""),
        ("LINUX-1", &[], ""),
        ("%", &["_"], ""),
    ] {
        assert_eq!(stage.restore(token, key, others).await, expected, "{key} {others:?}");
    }
    let other_version = json!({"key": "linux-1", "version": "w"});
    let found = stage.done(token, "CacheService/GetCacheEntryDownloadURL", other_version).await;
    assert_eq!(found["ok"], false);
}

#[tokio::test]
async fn a_cache_is_never_changed_and_saved_by_one_at_a_time() {
    let stage = Stage::new().await;
    let (one, two) = (stage.admit(run_id(1), "a"), stage.admit(run_id(1), "b"));
    let create = json!({"key": "k", "version": "v"});
    let method = "CacheService/CreateCacheEntry";
    assert_eq!(stage.done(&one.runtime_token, method, create.clone()).await["ok"], true);
    let busy = stage.done(&two.runtime_token, method, create).await;
    assert_eq!(busy["ok"], false);
    assert!(busy["message"].as_str().unwrap().contains("another job"), "{busy}");
    assert_eq!(stage.restore(&two.runtime_token, "k", &[]).await, "");
    assert_eq!(stage.save(&one.runtime_token, "k", b"first").await["ok"], true);
    let taken = stage.save(&two.runtime_token, "k", b"second").await;
    assert_eq!(taken["ok"], false, "{taken}");
    assert_eq!(stage.restore(&two.runtime_token, "k", &[]).await, "k");
}

#[tokio::test]
async fn branches_see_their_own_caches_those_of_the_base_and_of_the_default_branch() {
    let stage = Stage::new().await;
    let main = on(&stage, "main", "refs/heads/main", "");
    let release = on(&stage, "release", "refs/heads/release", "");
    let topic = on(&stage, "topic", "refs/heads/topic", "");
    let pull = on(&stage, "pull", "refs/pull/1/merge", "release");
    stage.save(&main.runtime_token, "of-main", b"x").await;
    stage.save(&release.runtime_token, "of-release", b"x").await;
    stage.save(&topic.runtime_token, "of-topic", b"x").await;
    stage.save(&pull.runtime_token, "of-pull", b"x").await;
    for (job, seen) in [
        (&main, &["of-main"][..]),
        (&topic, &["of-main", "of-topic"]),
        (&pull, &["of-main", "of-release", "of-pull"]),
    ] {
        for key in ["of-main", "of-release", "of-topic", "of-pull"] {
            let expected = if seen.contains(&key) { key } else { "" };
            assert_eq!(stage.restore(&job.runtime_token, key, &[]).await, expected);
        }
    }
    // The own branch goes first, even if the other one has the whole key.
    stage.save(&topic.runtime_token, "of-main-and-more", b"x").await;
    assert_eq!(stage.restore(&topic.runtime_token, "of-main", &[]).await, "of-main-and-more");
    // The same key may be there once a branch.
    assert_eq!(stage.save(&topic.runtime_token, "of-main", b"x").await["ok"], true);
    // Another project sees none of it.
    let mut other = job(run_id(1), "other", "refs/heads/main");
    other.project = "/q".into();
    let other = stage.services.admit(other).unwrap();
    assert_eq!(stage.restore(&other.runtime_token, "of-main", &[]).await, "");
}

#[tokio::test]
async fn the_cache_used_least_recently_makes_room_and_one_that_lies_idle_goes() {
    let limits = Limits { cache_bytes: 100, ..Limits::default() };
    let stage = Stage::with(limits).await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(5));
    for key in ["a", "b"] {
        stage.save(token, key, &[0; 40]).await;
        pause().await;
    }
    assert_eq!(stage.restore(token, "a", &[]).await, "a");
    pause().await;
    stage.save(token, "c", &[0; 40]).await;
    assert_eq!(stage.restore(token, "b", &[]).await, "");
    assert_eq!(stage.restore(token, "a", &[]).await, "a");
    let too_large = stage.save(token, "d", &[0; 101]).await;
    assert_eq!(too_large["ok"], false, "{too_large}");
    assert_eq!(stage.restore(token, "c", &[]).await, "c");
    let blobs = || std::fs::read_dir(stage.directory.path().join("blobs/caches")).unwrap().count();
    assert_eq!(blobs(), 2);
    let later = Timestamp::now() + SignedDuration::from_hours(7 * 24 + 1);
    stage.store.evict_caches("/p", 100, later).await.unwrap();
    assert_eq!(blobs(), 0);
}

#[tokio::test]
async fn what_a_killed_process_left_is_a_miss_and_cleared_away() {
    let stage = Stage::new().await;
    let job = stage.admit(run_id(1), "a");
    let token = &job.runtime_token;
    let created = json!({"key": "k", "version": "v"});
    stage.done(token, "CacheService/CreateCacheEntry", created).await;
    stage.save(token, "damaged", b"some bytes").await;
    stage.save(token, "damaged-", b"whole").await;
    // As if the process had died in the midst of an upload, and the machine after another one.
    let database = stage.directory.path().join("windlass.db");
    let statement = "UPDATE caches SET owner_pid = 1, owner_started = 'before'";
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    for folder in std::fs::read_dir(stage.directory.path().join("blobs/caches")).unwrap().flatten()
    {
        let part = folder.path().join("p-");
        if std::fs::read(&part).is_ok_and(|bytes| bytes == b"some bytes") {
            std::fs::write(part, b"some").unwrap();
        }
    }
    assert_eq!(stage.restore(token, "k", &[]).await, "");
    assert_eq!(stage.restore(token, "damaged", &[]).await, "damaged-");
    let (_, next) = Stage::open(stage.directory.path(), Limits::default()).await;
    next.stop().await;
    assert_eq!(std::fs::read_dir(stage.directory.path().join("blobs/caches")).unwrap().count(), 1);
}
