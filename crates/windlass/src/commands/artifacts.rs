//! `windlass artifacts`: what runs left for others.

mod unpack;

use std::path::PathBuf;

use jiff::Timestamp;
use windlass_gitlab::node_path::job_name;
use windlass_store::{ARCHIVE, ArtifactRecord, BlobKind};

use crate::{
    arguments::{Artifacts, WhichArtifact},
    commands::{
        completions::{one_line, print},
        runs::History,
        sizes,
        table::table,
    },
    exit::{Exit, Failure, Outcome},
};

/// Does what was asked of the artifacts.
pub async fn artifacts(arguments: Artifacts) -> Outcome {
    let history = History::open().await?;
    match arguments {
        Artifacts::List { run, json } => list(&history, run.as_deref(), json).await,
        Artifacts::Get { which, into } => {
            let artifact = find(&history, &which).await?;
            let into = into.unwrap_or_else(|| PathBuf::from(&artifact.name));
            let blob = history.store().artifact_blob(&artifact);
            let count = unpack::unpack(&blob, &artifact, &into)?;
            let files = if count == 1 { "file" } else { "files" };
            print(format!("{count} {files} in {}\n", into.display()).as_bytes())
        }
        Artifacts::Remove { which } => {
            let artifact = find(&history, &which).await?;
            let removed = history.store().remove_file(BlobKind::Artifact, artifact.id).await;
            removed.map_err(Failure::environment)?;
            Ok(Exit::Success)
        }
    }
}

/// The artifacts of a run, or of all runs of the project, the newest first.
async fn found(history: &History, run: Option<&str>) -> Result<Vec<ArtifactRecord>, Failure> {
    let artifacts = match run {
        Some(run) => history.store().artifacts(history.find(Some(run)).await?.id).await,
        None => history.store().project_artifacts(history.project()).await,
    };
    artifacts.map_err(Failure::environment)
}

/// The newest artifact of a name. Where several jobs of its run left one, the user has to say
/// which is meant.
async fn find(history: &History, which: &WhichArtifact) -> Result<ArtifactRecord, Failure> {
    let WhichArtifact { name, run, job } = which;
    let mut artifacts = found(history, run.as_deref()).await?;
    artifacts.retain(|artifact| {
        artifact.name == *name && job.as_ref().is_none_or(|job| owner(artifact) == *job)
    });
    // A report may be called as the archive of its job is.
    artifacts.sort_by_key(|artifact| artifact.kind != ARCHIVE);
    let Some(newest) = artifacts.iter().max_by_key(|artifact| artifact.run) else {
        return Err(Failure::refused_because(format!(
            "there is no artifact '{name}' here; `windlass artifacts list` shows those there are"
        )));
    };
    let of_run = || artifacts.iter().filter(|artifact| artifact.run == newest.run);
    let mut owners: Vec<String> = of_run().map(owner).collect();
    owners.sort();
    owners.dedup();
    match of_run().next() {
        Some(artifact) if owners.len() < 2 => Ok(artifact.clone()),
        _ => Err(Failure::refused_because(format!(
            "several jobs left an artifact '{name}'; say by --job which one: {}",
            owners.join(", ")
        ))),
    }
}

/// The job that left an artifact, where names are unique in a job only.
fn owner(artifact: &ArtifactRecord) -> String {
    job_name(&artifact.node)
}

async fn list(history: &History, run: Option<&str>, json: bool) -> Outcome {
    let artifacts = found(history, run).await?;
    if json {
        let text = serde_json::to_string_pretty(&artifacts).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let rows: Vec<[String; 6]> = artifacts.iter().map(row).collect();
    print(table(["NAME", "KIND", "JOB", "SIZE", "RUN", "KEPT UNTIL"], &rows).as_bytes())
}

/// Names may hold anything; a terminal gets nothing to obey.
fn row(artifact: &ArtifactRecord) -> [String; 6] {
    let run = artifact.run_number.map(|number| format!("#{number}"));
    [
        one_line(&artifact.name),
        one_line(&artifact.kind),
        one_line(&owner(artifact)),
        sizes::shown(artifact.size),
        run.unwrap_or_else(|| artifact.run.to_string()),
        artifact.expires_at.map_or_else(|| "removed".to_owned(), day),
    ]
}

fn day(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).date().to_string()
}
