//! Artifacts over the REST API: what `actions/download-artifact` with a token, `@actions/artifact`
//! with `findBy` and scripts of `actions/github-script` call.
//!
//! Source: GitHub Docs, "REST API endpoints for GitHub Actions artifacts". A job sees those of its
//! own project. A run is named by its `github.run_id`, which a job knows of its own run alone, or
//! by its number, as `windlass runs list` shows it.

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};
use windlass_store::{ArtifactRecord, BlobKind, StoreError};

use super::{API_PATH, Caller, refusal, refuse};
use crate::{
    artifacts::presentation,
    entrance::{Addresses, Here},
    jobs::JobFacts,
    server::Shared,
    signed_url::Permission,
    twirp,
};

/// The most artifacts of one page, and how many there are where nobody says.
const PAGE_LIMIT: usize = 100;
const PAGE: usize = 30;

pub(super) fn routes() -> Router<Arc<Shared>> {
    let actions = format!("{API_PATH}/repos/{{owner}}/{{repo}}/actions");
    Router::new()
        .route(&format!("{actions}/artifacts"), get(of_project))
        .route(&format!("{actions}/runs/{{run}}/artifacts"), get(of_run))
        .route(&format!("{actions}/artifacts/{{id}}"), get(one).delete(remove))
        .route(&format!("{actions}/artifacts/{{id}}/{{form}}"), get(download))
}

/// Which of the artifacts are wanted.
#[derive(Deserialize)]
struct Wanted {
    name: Option<String>,
    per_page: Option<usize>,
    page: Option<usize>,
}

async fn of_project(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Path((owner, repository)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Response> {
    let found = seen(&shared, &job, (&owner, &repository)).await?;
    Ok(page(&job, &here, found, &wanted))
}

async fn of_run(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Path((owner, repository, run)): Path<(String, String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Response> {
    let mut found = seen(&shared, &job, (&owner, &repository)).await?;
    if run == job.github("run_id") {
        // Those of the runs that it repeats are its own, too.
        found = shared.store.artifacts(job.run).await.map_err(broken)?;
    } else {
        let number = run.parse::<u64>().ok();
        found.retain(|artifact| number.is_some() && artifact.run_number == number);
    }
    Ok(page(&job, &here, found, &wanted))
}

async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Path((owner, repository, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, Response> {
    let artifact = find(&shared, &job, (&owner, &repository), &id).await?;
    Ok(Json(shown(&job, &here, &artifact)))
}

/// Leads to the bytes, for a minute on GitHub and an hour here.
async fn download(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Path((owner, repository, id, form)): Path<(String, String, String, String)>,
) -> Result<Response, Response> {
    let artifact = find(&shared, &job, (&owner, &repository), &id).await?;
    if form != "zip" {
        return Err(refuse(StatusCode::NOT_FOUND, "Not Found: artifacts come as zip alone"));
    }
    let blob = (BlobKind::Artifact, artifact.id);
    let address = shared.blob_address(&here, blob, Permission::Read, &presentation(artifact));
    let address = HeaderValue::try_from(address)
        .map_err(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "its address is none"))?;
    Ok((StatusCode::FOUND, [(header::LOCATION, address)]).into_response())
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    Caller(job): Caller,
    Path((owner, repository, id)): Path<(String, String, String)>,
) -> Result<StatusCode, Response> {
    let artifact = find(&shared, &job, (&owner, &repository), &id).await?;
    shared.store.remove_file(BlobKind::Artifact, artifact.id).await.map_err(broken)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The artifacts that a job sees, the newest first.
async fn seen(
    shared: &Shared,
    job: &JobFacts,
    (owner, repository): (&str, &str),
) -> Result<Vec<ArtifactRecord>, Response> {
    match refusal(job, owner, repository) {
        Some(refused) => Err(refused),
        None => shared.store.project_artifacts(&job.project).await.map_err(broken),
    }
}

async fn find(
    shared: &Shared,
    job: &JobFacts,
    repository: (&str, &str),
    id: &str,
) -> Result<ArtifactRecord, Response> {
    let found = seen(shared, job, repository).await?;
    let found = found.into_iter().find(|artifact| artifact.id.to_string() == id);
    found.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "Not Found: there is no such artifact here"))
}

fn broken(error: StoreError) -> Response {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}

fn page(
    job: &JobFacts,
    here: &Addresses,
    mut found: Vec<ArtifactRecord>,
    wanted: &Wanted,
) -> Json<Value> {
    found.retain(|artifact| wanted.name.as_ref().is_none_or(|name| *name == artifact.name));
    let size = wanted.per_page.unwrap_or(PAGE).clamp(1, PAGE_LIMIT);
    let before = wanted.page.unwrap_or(1).max(1).saturating_sub(1).saturating_mul(size);
    let artifacts = found.iter().skip(before).take(size);
    let artifacts: Vec<Value> = artifacts.map(|artifact| shown(job, here, artifact)).collect();
    Json(json!({"total_count": found.len(), "artifacts": artifacts}))
}

fn shown(job: &JobFacts, here: &Addresses, artifact: &ArtifactRecord) -> Value {
    let repository = job.github("repository");
    let url = format!("{}/repos/{repository}/actions/artifacts/{}", here.api_url, artifact.id);
    let created = twirp::timestamp(artifact.created_at);
    let run = if artifact.run == job.run {
        job.github("run_id").parse().ok()
    } else {
        artifact.run_number
    };
    json!({
        "id": artifact.id,
        "name": artifact.name,
        "size_in_bytes": artifact.size,
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": false,
        "created_at": created,
        "updated_at": created,
        "expires_at": artifact.expires_at.map(twirp::timestamp),
        "digest": artifact.digest,
        "workflow_run": {"id": run},
    })
}
