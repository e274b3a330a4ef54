//! Large files of the job's repository over Git LFS's own protocol, for downloads: what `git lfs`
//! fetches beside the commits, as `actions/checkout` with `lfs: true` has it do.
//!
//! Source: the Git LFS API, "Batch API" and "Basic Transfer API". Served is what lies in the
//! repository on this machine; what does not, the answer says, object by object.

use std::{
    path::{Path as FilePath, PathBuf},
    process::Stdio,
    sync::Arc,
};

use axum::{
    Extension, Router,
    body::Body,
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{fs::File, process::Command};
use tokio_util::io::ReaderStream;

use crate::{authority::Purpose, entrance::Here, server::Shared};

/// The media type of the protocol's messages.
const MEDIA_TYPE: &str = "application/vnd.git-lfs+json";
/// The most objects of one request; the client sends a hundred at a time.
const OBJECTS_LIMIT: usize = 1000;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/{owner}/{repo}/info/lfs/objects/batch", post(batch))
        .route("/{owner}/{repo}/info/lfs/objects/{oid}", get(object))
}

#[derive(Deserialize)]
struct Batch {
    operation: String,
    objects: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Wanted {
    oid: String,
    size: u64,
}

async fn batch(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Path((owner, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let repository = match repository(&shared, &headers, (&owner, &name)) {
        Ok(repository) => repository,
        Err(refused) => return *refused,
    };
    let read = tokio::time::timeout(shared.limits.idle, String::from_request(request, &shared));
    let Ok(body) = read.await else {
        return refuse(StatusCode::REQUEST_TIMEOUT, "the request took too long");
    };
    let Ok(request) = serde_json::from_str::<Batch>(&body.unwrap_or_default()) else {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "this is no message of the batch API");
    };
    if request.operation != "download" || request.objects.len() > OBJECTS_LIMIT {
        return refuse(StatusCode::FORBIDDEN, "local runs serve downloads alone");
    }
    let store = object_store(&repository).await;
    let base = format!("{}/{owner}/{name}/info/lfs/objects", here.results_url);
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut objects = Vec::with_capacity(request.objects.len());
    for Wanted { oid, size } in request.objects {
        let path = store.as_deref().and_then(|store| path_of(store, &oid));
        let found = match path {
            Some(path) => tokio::fs::metadata(path).await.is_ok_and(|data| data.len() == size),
            None => false,
        };
        objects.push(if found {
            let download =
                json!({"href": format!("{base}/{oid}"), "header": {"Authorization": header}});
            json!({"oid": oid, "size": size, "authenticated": true,
                "actions": {"download": download}})
        } else {
            let message = "this machine has not fetched the object (`git lfs fetch --all`)";
            json!({"oid": oid, "size": size, "error": {"code": 404, "message": message}})
        });
    }
    answer(StatusCode::OK, &json!({"transfer": "basic", "objects": objects}))
}

async fn object(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, oid)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let repository = match repository(&shared, &headers, (&owner, &name)) {
        Ok(repository) => repository,
        Err(refused) => return *refused,
    };
    let missing = || refuse(StatusCode::NOT_FOUND, "there is no such object");
    let Some(store) = object_store(&repository).await else { return missing() };
    let Some(path) = path_of(&store, &oid) else { return missing() };
    let Ok(file) = File::open(path).await else { return missing() };
    let Ok(data) = file.metadata().await else { return missing() };
    if !data.is_file() {
        return missing();
    }
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(data.len()));
    let media_type = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, media_type);
    response
}

/// The repository that a job calls for, which is its own or a sibling.
fn repository(
    shared: &Shared,
    headers: &HeaderMap,
    (owner, name): (&str, &str),
) -> Result<PathBuf, Box<Response>> {
    let job = shared.caller(Purpose::Api, headers).ok_or_else(|| {
        let mut refused = refuse(StatusCode::UNAUTHORIZED, "Bad credentials").into_response();
        let ask = HeaderValue::from_static("Basic realm=\"Windlass\"");
        refused.headers_mut().insert("lfs-authenticate", ask);
        Box::new(refused)
    })?;
    job.repository(owner, name).map(FilePath::to_owned).ok_or_else(|| {
        let message = "local runs serve the repository that is run and its submodules alone";
        Box::new(refuse(StatusCode::NOT_FOUND, message))
    })
}

/// Where the repository keeps its objects; worktrees share them with the repository that they are
/// of.
async fn object_store(repository: &FilePath) -> Option<PathBuf> {
    let mut git = Command::new("git");
    git.arg("-C").arg(repository).args(["rev-parse", "--git-common-dir"]);
    git.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = git.output().await.ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    Some(repository.join(directory.trim_end_matches('\n')).join("lfs/objects"))
}

/// The file of an object; `None` for what is no hash.
fn path_of(store: &FilePath, oid: &str) -> Option<PathBuf> {
    let is_hash = oid.len() == 64 && oid.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then(|| store.join(&oid[..2]).join(&oid[2..4]).join(oid))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    answer(status, &json!({"message": message}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
}
