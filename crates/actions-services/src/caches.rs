//! The cache service, version 2: keys and addresses of caches; the bytes go to
//! [`upload`](crate::upload) and come from [`download`](crate::download).
//!
//! Source: GitHub Docs, "Dependency caching reference"; the messages are those of the published
//! client `@actions/cache`. A miss, a key that is taken and a key that somebody else is saving are
//! answers with `ok: false`, not errors.

use std::sync::Arc;

use axum::{Extension, Json, Router, extract::State, routing::post};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use windlass_store::{BlobKind, CacheQuery, NewCache, Reservation};

use crate::{
    entrance::Here,
    jobs::JobFacts,
    server::Shared,
    signed_url::{Permission, Presentation},
    twirp::{Answer, Caller, Message, TwirpError, int64},
};

/// The most characters of a key ("Input parameters for the cache action").
const KEY_LIMIT: usize = 512;
/// The most keys of a look-up, as the client has it.
const KEYS_LIMIT: usize = 10;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let path = |method: &str| format!("/twirp/github.actions.results.api.v1.CacheService/{method}");
    Router::new()
        .route(&path("CreateCacheEntry"), post(create))
        .route(&path("FinalizeCacheEntryUpload"), post(finalize))
        .route(&path("GetCacheEntryDownloadURL"), post(download_url))
}

#[derive(Deserialize)]
struct Create {
    key: String,
    version: String,
}

#[derive(Default, Serialize)]
struct Created {
    ok: bool,
    signed_upload_url: String,
    message: String,
}

async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Message(request): Message<Create>,
) -> Answer<Created> {
    check_key(&request.key)?;
    check_key(&request.version)?;
    let refused =
        |message: &str| Ok(Json(Created { message: message.to_owned(), ..Created::default() }));
    match shared.store.reserve_cache(&new(&job, request.key, request.version)).await? {
        Reservation::Reserved(id) => {
            let blob = (BlobKind::Cache, id);
            let signed_upload_url =
                shared.blob_address(&here, blob, Permission::Write, &Presentation::default());
            Ok(Json(Created { ok: true, signed_upload_url, message: String::new() }))
        }
        Reservation::Taken => {
            refused("a cache with this key, version and scope exists; caches are never changed")
        }
        Reservation::Busy => refused("another job is saving a cache with this key"),
    }
}

fn new(job: &JobFacts, key: String, version: String) -> NewCache {
    NewCache {
        project: job.project.clone(),
        git_ref: job.github("ref").to_owned(),
        key,
        version,
        job: job.job.clone(),
    }
}

fn check_key(key: &str) -> Result<(), TwirpError> {
    let is_fine = !key.is_empty()
        && key.chars().count() <= KEY_LIMIT
        && !key.chars().any(|letter| letter == ',' || letter.is_control());
    if is_fine {
        return Ok(());
    }
    Err(TwirpError::invalid(format!(
        "a key of a cache has 1 to {KEY_LIMIT} characters, and no commas or line breaks"
    )))
}

#[derive(Deserialize)]
struct Finalize {
    key: String,
    version: String,
    #[serde(default, deserialize_with = "int64")]
    size_bytes: u64,
}

#[derive(Default, Serialize)]
struct Done {
    ok: bool,
    entry_id: String,
    message: String,
}

async fn finalize(
    State(shared): State<Arc<Shared>>,
    Caller(job): Caller,
    Message(request): Message<Finalize>,
) -> Answer<Done> {
    let new = new(&job, request.key, request.version);
    let Some(id) = shared.store.cache_upload(&new).await? else {
        return Err(TwirpError::not_found("no upload of such a cache is under way"));
    };
    let size = shared.uploaded_size((BlobKind::Cache, id)).await?;
    if size != request.size_bytes {
        return Err(TwirpError::invalid(format!(
            "{size} bytes were uploaded for the cache, not {}",
            request.size_bytes
        )));
    }
    let limit = shared.limits.cache_bytes;
    if size > limit {
        shared.store.remove_file(BlobKind::Cache, id).await?;
        let message = format!("the cache has {size} bytes, but all caches may have {limit}");
        return Ok(Json(Done { message, ..Done::default() }));
    }
    let ok = shared.store.finish_cache(id, size).await?;
    shared.store.evict_caches(&job.project, limit, Timestamp::now()).await?;
    Ok(Json(Done { ok, entry_id: id.to_string(), message: String::new() }))
}

#[derive(Deserialize)]
struct Find {
    key: String,
    version: String,
    #[serde(default)]
    restore_keys: Vec<String>,
}

#[derive(Default, Serialize)]
struct Found {
    ok: bool,
    signed_download_url: String,
    matched_key: String,
}

async fn download_url(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Message(request): Message<Find>,
) -> Answer<Found> {
    if request.restore_keys.len() >= KEYS_LIMIT {
        return Err(TwirpError::invalid(format!("a look-up may have {KEYS_LIMIT} keys")));
    }
    request.restore_keys.iter().chain([&request.key]).try_for_each(|key| check_key(key))?;
    let query = CacheQuery {
        project: job.project.clone(),
        git_refs: job.cache_refs(),
        key: request.key,
        restore_keys: request.restore_keys,
        version: request.version,
    };
    while let Some(cache) = shared.store.find_cache(&query).await? {
        let blob = (BlobKind::Cache, cache.id);
        if shared.uploaded_size(blob).await.is_ok() {
            let signed_download_url =
                shared.blob_address(&here, blob, Permission::Read, &Presentation::default());
            return Ok(Json(Found { ok: true, signed_download_url, matched_key: cache.key }));
        }
        // Its bytes were damaged, or removed by somebody; the next one may do.
        shared.store.remove_file(BlobKind::Cache, cache.id).await?;
    }
    Ok(Json(Found::default()))
}
