//! The artifact service, version 4: names and addresses of artifacts; the bytes go to
//! [`upload`](crate::upload) and come from [`download`](crate::download).
//!
//! Source: GitHub Docs, "Store and share data with workflow artifacts"; the messages are those of
//! the published client `@actions/artifact`. Patterns, zip files and paths are the client's.

use std::sync::Arc;

use axum::{Extension, Json, Router, extract::State, routing::post};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use windlass_kernel::RunId;
use windlass_store::{ARCHIVE, ArtifactRecord, BlobKind, NewArtifact, Reservation};

use crate::{
    entrance::Here,
    jobs::JobFacts,
    server::Shared,
    signed_url::{Permission, Presentation},
    twirp::{self, Answer, Caller, Message, TwirpError, int64},
};

/// How long artifacts are kept where nobody says otherwise ("Configuring a custom artifact
/// retention period").
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest that may be asked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The most characters of a name.
const NAME_LIMIT: usize = 256;

/// The media type of an artifact for which none is told: those of clients before version 7.
const ZIP: &str = "application/zip";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let path =
        |method: &str| format!("/twirp/github.actions.results.api.v1.ArtifactService/{method}");
    Router::new()
        .route(&path("CreateArtifact"), post(create))
        .route(&path("FinalizeArtifact"), post(finalize))
        .route(&path("ListArtifacts"), post(list))
        .route(&path("GetSignedArtifactURL"), post(signed_url))
        .route(&path("DeleteArtifact"), post(delete))
}

/// Whose artifact is meant, in every message of the service.
#[derive(Deserialize)]
struct Backend {
    workflow_run_backend_id: String,
    workflow_job_run_backend_id: String,
}

impl Backend {
    /// A job writes its own artifacts alone.
    fn must_be(&self, job: &JobFacts) -> Result<(), TwirpError> {
        self.must_be_in_run(job)?;
        if self.workflow_job_run_backend_id == job.job {
            return Ok(());
        }
        Err(TwirpError::denied("the token is for another job"))
    }

    /// It reads those of its run.
    fn must_be_in_run(&self, job: &JobFacts) -> Result<(), TwirpError> {
        if self.workflow_run_backend_id == job.run.to_string() {
            return Ok(());
        }
        Err(TwirpError::denied("the token is for another run"))
    }
}

#[derive(Deserialize)]
struct Create {
    #[serde(flatten)]
    backend: Backend,
    name: String,
    expires_at: Option<Timestamp>,
    mime_type: Option<String>,
}

#[derive(Serialize)]
struct Created {
    ok: bool,
    signed_upload_url: String,
}

async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Message(request): Message<Create>,
) -> Answer<Created> {
    request.backend.must_be(&job)?;
    check_name(&request.name)?;
    let now = Timestamp::now();
    let default = now.saturating_add(RETENTION).unwrap_or(now);
    let longest = now.saturating_add(LONGEST).unwrap_or(now);
    let new = NewArtifact {
        run: job.run,
        node: String::new(),
        kind: ARCHIVE.to_owned(),
        job: job.job.clone(),
        name: request.name.clone(),
        media_type: request.mime_type.filter(|it| is_media_type(it)).unwrap_or_else(|| ZIP.into()),
        expires_at: Some(request.expires_at.unwrap_or(default).clamp(now, longest)),
    };
    match shared.store.reserve_artifact(&new).await? {
        Reservation::Reserved(id) => {
            let blob = (BlobKind::Artifact, id);
            let signed_upload_url =
                shared.blob_address(&here, blob, Permission::Write, &Presentation::default());
            Ok(Json(Created { ok: true, signed_upload_url }))
        }
        Reservation::Taken => Err(TwirpError::already_exists(
            "an artifact with this name already exists on the workflow run",
        )),
        Reservation::Busy => Err(TwirpError::already_exists(
            "another job of the workflow run is uploading an artifact with this name",
        )),
    }
}

/// What the client refuses as well: names become names of files and folders ("naming").
fn check_name(name: &str) -> Result<(), TwirpError> {
    let is_bad = |letter: char| letter.is_control() || "\"\\/:<>|*?".contains(letter);
    if name.is_empty() || name == "." || name == ".." || name.chars().any(is_bad) {
        return Err(TwirpError::invalid(format!(
            "{name:?} cannot be the name of an artifact: it may be neither empty nor . or .., and \
             hold none of \" : < > | * ? \\ / or line breaks"
        )));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(TwirpError::invalid(format!(
            "the name of an artifact may have {NAME_LIMIT} characters"
        )));
    }
    Ok(())
}

/// Whether a text can be sent as a media type.
fn is_media_type(text: &str) -> bool {
    text.len() <= 127 && text.contains('/') && text.bytes().all(|it| matches!(it, 0x20..=0x7e))
}

#[derive(Deserialize)]
struct Finalize {
    #[serde(flatten)]
    backend: Backend,
    name: String,
    #[serde(default, deserialize_with = "int64")]
    size: u64,
    hash: Option<String>,
}

#[derive(Serialize)]
struct Done {
    ok: bool,
    artifact_id: String,
}

async fn finalize(
    State(shared): State<Arc<Shared>>,
    Caller(job): Caller,
    Message(request): Message<Finalize>,
) -> Answer<Done> {
    request.backend.must_be(&job)?;
    let name = &request.name;
    let upload = shared.store.artifact_upload(job.run, &job.job, name).await?;
    let id = upload.ok_or_else(|| {
        TwirpError::not_found(format!("no upload of an artifact {name:?} is under way"))
    })?;
    let size = shared.uploaded_size((BlobKind::Artifact, id)).await?;
    if size != request.size {
        return Err(TwirpError::invalid(format!(
            "{size} bytes were uploaded for the artifact {name:?}, not {}",
            request.size
        )));
    }
    let digest = request.hash.filter(|hash| is_digest(hash));
    let ok = shared.store.finish_artifact(id, size, digest.as_deref()).await?;
    Ok(Json(Done { ok, artifact_id: id.to_string() }))
}

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[derive(Deserialize)]
struct List {
    #[serde(flatten)]
    backend: Backend,
    name_filter: Option<String>,
    #[serde(default, deserialize_with = "filter")]
    id_filter: Option<u64>,
}

fn filter<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    struct Id(#[serde(deserialize_with = "int64")] u64);
    Ok(Option::<Id>::deserialize(deserializer)?.map(|id| id.0))
}

#[derive(Serialize)]
struct Listed {
    artifacts: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    workflow_run_backend_id: String,
    workflow_job_run_backend_id: String,
    database_id: String,
    name: String,
    size: String,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl From<ArtifactRecord> for Entry {
    fn from(artifact: ArtifactRecord) -> Self {
        Entry {
            workflow_run_backend_id: artifact.run.to_string(),
            workflow_job_run_backend_id: artifact.job,
            database_id: artifact.id.to_string(),
            name: artifact.name,
            size: artifact.size.to_string(),
            created_at: twirp::timestamp(artifact.created_at),
            digest: artifact.digest,
        }
    }
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Caller(job): Caller,
    Message(request): Message<List>,
) -> Answer<Listed> {
    request.backend.must_be_in_run(&job)?;
    let artifacts = shared.store.artifacts(job.run).await?.into_iter().filter(|artifact| {
        request.name_filter.as_ref().is_none_or(|name| *name == artifact.name)
            && request.id_filter.is_none_or(|id| artifact.id.unsigned_abs() == id)
    });
    Ok(Json(Listed { artifacts: artifacts.map(Entry::from).collect() }))
}

#[derive(Deserialize)]
struct Named {
    #[serde(flatten)]
    backend: Backend,
    name: String,
}

impl Named {
    /// The artifact among those that the job's run sees: its own, or one of a run it repeats.
    async fn find(&self, shared: &Shared, job: &JobFacts) -> Result<ArtifactRecord, TwirpError> {
        let run = &self.backend.workflow_run_backend_id;
        let wanted =
            run.parse::<RunId>().map_err(|_| TwirpError::denied("there is no such run"))?;
        let seen = shared.store.artifacts(job.run).await?;
        if wanted != job.run && seen.iter().all(|artifact| artifact.run != wanted) {
            return Err(TwirpError::denied("the token is for another run"));
        }
        let found = seen.into_iter().find(|it| it.run == wanted && it.name == self.name);
        found.ok_or_else(|| {
            TwirpError::not_found(format!("this run has no artifact {:?}", self.name))
        })
    }
}

#[derive(Serialize)]
struct Address {
    signed_url: String,
}

async fn signed_url(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    Caller(job): Caller,
    Message(request): Message<Named>,
) -> Answer<Address> {
    let artifact = request.find(&shared, &job).await?;
    let blob = (BlobKind::Artifact, artifact.id);
    let shown = presentation(artifact);
    let signed_url = shared.blob_address(&here, blob, Permission::Read, &shown);
    Ok(Json(Address { signed_url }))
}

/// What a download of an artifact says of itself.
pub(crate) fn presentation(artifact: ArtifactRecord) -> Presentation {
    let is_zip = artifact.media_type == ZIP;
    let file_name = if is_zip && !artifact.name.ends_with(".zip") {
        format!("{}.zip", artifact.name)
    } else {
        artifact.name
    };
    Presentation { file_name, media_type: artifact.media_type }
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    Caller(job): Caller,
    Message(request): Message<Named>,
) -> Answer<Done> {
    let artifact = request.find(&shared, &job).await?;
    let ok = shared.store.remove_file(BlobKind::Artifact, artifact.id).await?;
    Ok(Json(Done { ok, artifact_id: artifact.id.to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_or_break_lines_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "a\\b", "c:d", "x\r\ny", "x\0", "a*", "\u{85}"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name(&"x".repeat(257)).is_err());
        for name in ["dist", "a b.zip", "größe", "..x", &"x".repeat(256)] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }
}
