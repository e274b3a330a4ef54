//! The artifacts of a job: brought from earlier jobs, kept for later ones.
//!
//! Source: "Job artifacts" (<https://docs.gitlab.com/ci/jobs/job_artifacts/>); "CI/CD YAML syntax
//! reference", sections `artifacts` and `dependencies`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use windlass_engine::{ARCHIVE, Archives, JobArtifact};
use windlass_gitlab_syntax::Variables;
use windlass_gitlab_syntax::pipeline::{Artifacts, Expiry, SaveWhen};
use windlass_kernel::{NodeId, RunId, Status};

use super::files::{Choice, on_disk};
use super::lane::Lane;
use super::setup::Job;
use super::{archive, reports};
use crate::order::ArtifactSource;

/// How long artifacts are kept that do not say ("CI/CD YAML syntax reference",
/// `artifacts:expire_in`: the setting of the instance, which is 30 days where nobody changed it).
const USUAL_EXPIRY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What an archive is called that has no name ("CI/CD YAML syntax reference", `artifacts:name`).
const USUAL_NAME: &str = "artifacts";

/// How a script ended, as far as it matters for what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptEnd {
    Succeeded,
    Failed,
    /// Cancelled or out of time: nothing is kept.
    Stopped,
}

impl ScriptEnd {
    /// Whether something is kept after this end.
    pub fn keeps(self, when: SaveWhen) -> bool {
        match (self, when) {
            (ScriptEnd::Stopped, _) => false,
            (_, SaveWhen::Always) => true,
            (ScriptEnd::Succeeded, SaveWhen::OnSuccess) => true,
            (ScriptEnd::Failed, SaveWhen::OnFailure) => true,
            (ScriptEnd::Succeeded | ScriptEnd::Failed, _) => false,
        }
    }

    /// The runner's word in the names of sections.
    pub fn word(self) -> &'static str {
        if self == ScriptEnd::Succeeded { "successful" } else { "failed" }
    }
}

/// The archives that earlier jobs left, with the names of the jobs.
///
/// # Errors
/// When one is no longer there, as people read it ("Job artifacts": a job cannot start without the
/// artifacts that it needs).
pub(crate) async fn of_earlier_jobs(
    job: &Job,
    run: RunId,
) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = Vec::new();
    for source in &job.order.artifacts_from {
        let archive = archive_of(&*job.options.archives, run, source).await.map_err(|error| {
            format!("the artifacts of '{}' cannot be had: {error}", source.name)
        })?;
        found.push((source.name.clone(), archive));
    }
    Ok(found)
}

/// Unpacks what other jobs left: archives with the names of the jobs.
///
/// # Errors
/// When files cannot be written.
pub(crate) async fn bring(
    lane: &mut Lane,
    sources: Vec<(String, PathBuf)>,
    project: &Path,
) -> Result<(), String> {
    lane.begin("download_artifacts", "Downloading artifacts");
    for (name, archive) in sources {
        lane.line(&format!("Downloading artifacts for {name}..."));
        let to = project.to_owned();
        if let Err(error) = on_disk(move || archive::unpack(&archive, &to)).await {
            let message = format!("the artifacts of '{name}' cannot be unpacked: {error}");
            return Err(failed(lane, message));
        }
    }
    lane.end(Status::Succeeded, None);
    Ok(())
}

/// The archive that an earlier job left.
///
/// # Errors
/// When the storage refuses, or it is no longer there.
pub(crate) async fn archive_of(
    archives: &dyn Archives,
    run: RunId,
    source: &ArtifactSource,
) -> std::io::Result<PathBuf> {
    let archive = archives.artifact(run, &NodeId::new(source.node.as_str())).await?;
    archive.ok_or_else(gone)
}

/// What is said of artifacts that were there once.
fn gone() -> std::io::Error {
    let message = "they have expired or were removed; run the job that made them again";
    std::io::Error::new(std::io::ErrorKind::NotFound, message)
}

/// Keeps what a job says; answers whether there was anything for later jobs.
///
/// # Errors
/// When files cannot be read or written.
pub(crate) async fn keep(
    lane: &mut Lane,
    job: &Job,
    artifacts: &Artifacts,
    end: ScriptEnd,
) -> Result<bool, String> {
    let is_asked_for = !artifacts.paths.is_empty() || artifacts.untracked;
    if !is_asked_for || !end.keeps(artifacts.when) {
        return Ok(false);
    }
    lane.begin("upload_artifacts", &format!("Uploading artifacts for {} job", end.word()));
    let variables = &job.variables;
    let expand = |texts: &[String]| texts.iter().map(|text| variables.expand(text)).collect();
    let choice = Choice {
        paths: expand(&artifacts.paths),
        exclude: expand(&artifacts.exclude),
        untracked: artifacts.untracked,
    };
    let project = job.directory.workspace.clone();
    let chosen = on_disk(move || Ok(choice.search(&project))).await;
    let chosen = chosen.map_err(|error| failed(lane, error.to_string()))?;
    chosen.tell(lane);
    let is_something = !chosen.files.is_empty();
    if is_something {
        let name = lane.masks.mask(&name_of(artifacts, variables)).into_owned();
        let kept = put_away(lane, job, (ARCHIVE, &name), chosen.files, artifacts.expire_in).await;
        if let Err(error) = kept {
            return Err(failed(lane, format!("the artifacts cannot be kept: {error}")));
        }
        lane.attribute("artifacts", &name);
    } else {
        lane.fail("No files to upload");
    }
    if let Some(words) = &artifacts.expose_as {
        lane.attribute("artifacts-exposed-as", words);
    }
    lane.end(Status::Succeeded, None);
    Ok(is_something)
}

/// Reads the reports of a job and keeps each kind under its word; answers the variables for later
/// jobs.
///
/// # Errors
/// When the task that reads them dies.
pub(crate) async fn keep_reports(
    lane: &mut Lane,
    job: &Job,
    artifacts: &Artifacts,
) -> Result<Variables, String> {
    let (wanted, variables) = (artifacts.reports.clone(), job.variables.clone());
    let project = job.directory.workspace.clone();
    let found = on_disk(move || Ok(reports::take(&wanted, &project, &variables))).await;
    let found = found.map_err(|error| error.to_string())?;
    found.warnings.iter().for_each(|warning| lane.warn(warning));
    found.attributes.iter().for_each(|(name, value)| lane.attribute(name, value));
    for (kind, files) in found.files {
        let kept = put_away(lane, job, (&kind, &kind), files, artifacts.expire_in).await;
        if let Err(error) = kept {
            lane.warn(&format!("{kind}: cannot be kept: {error}"));
        }
    }
    Ok(found.dotenv)
}

/// The archive's name. It may not be empty, nor have what people would not see or what divides
/// paths.
fn name_of(artifacts: &Artifacts, variables: &Variables) -> String {
    let name = artifacts.name.as_ref().map(|name| variables.expand(name)).unwrap_or_default();
    let plain = |it: char| if it.is_control() || it == '/' { '_' } else { it };
    let name: String = name.trim().chars().map(plain).collect();
    if name.is_empty() { USUAL_NAME.to_owned() } else { name }
}

/// Packs files and hands them over.
async fn put_away(
    lane: &mut Lane,
    job: &Job,
    (kind, name): (&str, &str),
    files: BTreeSet<PathBuf>,
    expiry: Option<Expiry>,
) -> std::io::Result<()> {
    let archives = &job.options.archives;
    let (project, file) = (job.directory.workspace.clone(), job.archive_file());
    let (to, limit) = (file.clone(), archives.limits().artifact_bytes);
    on_disk(move || archive::pack(&project, &files, &to, limit)).await?;
    let artifact = JobArtifact {
        run: lane.run(),
        node: lane.node().clone(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        expires_at: expires_at(expiry.unwrap_or(Expiry::After(USUAL_EXPIRY))),
    };
    archives.keep_artifact(artifact, &file).await
}

/// Counted from the moment in which they are kept; a time that no calendar has is never.
fn expires_at(expiry: Expiry) -> Option<Timestamp> {
    match expiry {
        Expiry::Never => None,
        Expiry::After(time) => Timestamp::now().checked_add(time).ok(),
    }
}

/// Ends a section that failed.
fn failed(lane: &mut Lane, message: String) -> String {
    lane.fail(&message);
    lane.end(Status::Failed, Some(message.clone()));
    message
}
