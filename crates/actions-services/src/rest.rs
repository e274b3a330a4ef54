//! The part of GitHub's REST API that local runs need: what the repository is, its files as an
//! archive, and [`artifacts`]. The rest is answered with 404 and the way out.
//!
//! Source: GitHub Docs, "REST API endpoints for repositories" and "… repository contents". A job
//! sees its own repository alone.

mod artifacts;

use std::{process::Stdio, sync::Arc};

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{FromRequestParts, Path},
    http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio_util::io::ReaderStream;

use crate::{authority::Purpose, entrance::Here, jobs::JobFacts, server::Shared};

/// Where the API lies, as on a server of one's own.
pub(crate) const API_PATH: &str = "/api/v3";
/// Where GraphQL would be.
pub(crate) const GRAPHQL_PATH: &str = "/api/graphql";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let repository = format!("{API_PATH}/repos/{{owner}}/{{repo}}");
    Router::new()
        .route(&repository, get(facts))
        .route(&format!("{repository}/tarball"), get(tarball_of_head))
        .route(&format!("{repository}/tarball/{{*reference}}"), get(tarball))
        .route(&format!("{repository}/zipball"), get(zipball_of_head))
        .route(&format!("{repository}/zipball/{{*reference}}"), get(zipball))
        .merge(artifacts::routes())
        .route(&format!("{API_PATH}/{{*rest}}"), axum::routing::any(unserved))
        .route(GRAPHQL_PATH, axum::routing::any(unserved))
}

/// An answer in the shape of GitHub's errors.
fn refuse(status: StatusCode, message: &str) -> Response {
    let body = json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.as_u16().to_string(),
    });
    (status, Json(body)).into_response()
}

/// The job that calls, by its `GITHUB_TOKEN`.
struct Caller(Arc<JobFacts>);

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let caller = shared.caller(Purpose::Api, &parts.headers).map(Caller);
        caller.ok_or_else(|| refuse(StatusCode::UNAUTHORIZED, "Bad credentials"))
    }
}

async fn unserved(Caller(_): Caller, method: Method, uri: Uri) -> Response {
    let path = uri.path();
    let message = format!(
        "Windlass does not serve {method} {path} in local runs. With a token of the forge \
         (WINDLASS_SECRET_GITHUB_TOKEN) steps talk to the forge itself."
    );
    refuse(StatusCode::NOT_FOUND, &message)
}

/// What a request for another repository than the job's own is answered.
fn refusal(job: &JobFacts, owner: &str, repository: &str) -> Option<Response> {
    let (own, name) = (job.github("repository"), format!("{owner}/{repository}"));
    if name.eq_ignore_ascii_case(own) {
        return None;
    }
    let message = format!("Not Found: local runs know {own} alone, not {name}");
    Some(refuse(StatusCode::NOT_FOUND, &message))
}

async fn facts(
    Extension(here): Here,
    Caller(job): Caller,
    Path((owner, repository)): Path<(String, String)>,
) -> Result<Json<Value>, Response> {
    if let Some(refused) = refusal(&job, &owner, &repository) {
        return Err(refused);
    }
    let full_name = job.github("repository");
    let (owner, name) = full_name.split_once('/').unwrap_or(("", full_name));
    let number = |property: &str| job.github(property).parse::<u64>().unwrap_or(1);
    let (server, api) = (&here.server_url, &here.api_url);
    let visibility = job.github("repository_visibility");
    Ok(Json(json!({
        "id": number("repository_id"),
        "name": name,
        "full_name": full_name,
        "private": visibility != "public",
        "visibility": visibility,
        "owner": {
            "login": owner,
            "id": number("repository_owner_id"),
            "type": "Organization",
            "url": format!("{api}/users/{owner}"),
            "html_url": format!("{server}/{owner}"),
        },
        "html_url": format!("{server}/{full_name}"),
        "url": format!("{api}/repos/{full_name}"),
        "clone_url": format!("{server}/{full_name}.git"),
        "archive_url": format!("{api}/repos/{full_name}/{{archive_format}}{{/ref}}"),
        "description": null,
        "fork": false,
        "archived": false,
        "default_branch": job.default_branch,
        "permissions": {"admin": false, "push": false, "pull": true},
    })))
}

type InRepository = Path<(String, String)>;
type AtReference = Path<(String, String, String)>;

async fn tarball(Caller(job): Caller, Path((owner, name, reference)): AtReference) -> Response {
    archive(&job, (&owner, &name), &reference, ("tar.gz", "application/gzip")).await
}

async fn tarball_of_head(Caller(job): Caller, Path((owner, name)): InRepository) -> Response {
    archive(&job, (&owner, &name), "HEAD", ("tar.gz", "application/gzip")).await
}

async fn zipball(Caller(job): Caller, Path((owner, name, reference)): AtReference) -> Response {
    archive(&job, (&owner, &name), &reference, ("zip", "application/zip")).await
}

async fn zipball_of_head(Caller(job): Caller, Path((owner, name)): InRepository) -> Response {
    archive(&job, (&owner, &name), "HEAD", ("zip", "application/zip")).await
}

/// The files of a commit, in a folder `owner-repository-commit` as GitHub has it.
async fn archive(
    job: &JobFacts,
    (owner, repository): (&str, &str),
    reference: &str,
    (form, media_type): (&str, &'static str),
) -> Response {
    if let Some(refused) = refusal(job, owner, repository) {
        return refused;
    }
    let missing = || refuse(StatusCode::NOT_FOUND, "Not Found: the repository has no such commit");
    let Some(commit) = commit_of(job, reference).await else { return missing() };
    let short = commit.get(..7).unwrap_or_default();
    let folder = format!("{}-{short}", job.github("repository").replace('/', "-"));
    let Some(mut git) = git(job) else { return missing() };
    git.args(["archive", "--format", form]).arg(format!("--prefix={folder}/")).arg(&commit);
    let Ok(mut child) = git.spawn() else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "git cannot be started");
    };
    let Some(output) = child.stdout.take() else { return missing() };
    // The archive ends when git does; it is waited for so that no zombie is left.
    tokio::spawn(async move { child.wait().await });
    let mut response = Response::new(Body::from_stream(ReaderStream::new(output)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// The commit that a branch, tag or hash from a request means.
async fn commit_of(job: &JobFacts, reference: &str) -> Option<String> {
    let mut git = git(job)?;
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    let output = git.arg(format!("{reference}^{{commit}}")).output().await.ok()?;
    let commit = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let is_hash = commit.len() >= 40 && commit.bytes().all(|digit| digit.is_ascii_hexdigit());
    (output.status.success() && is_hash).then_some(commit)
}

fn git(job: &JobFacts) -> Option<Command> {
    let mut command = Command::new("git");
    command.arg("-C").arg(job.git_root.as_ref()?);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    Some(command)
}
