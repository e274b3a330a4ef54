//! `windlass artifacts`: what runs left for others.

mod unpack;

use std::path::PathBuf;

use jiff::Timestamp;
use windlass_store::{ArtifactRecord, BlobKind};

use crate::{
    arguments::Artifacts,
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
        Artifacts::Get { name, run, into } => {
            let artifact = find(&history, &name, run.as_deref()).await?;
            let into = into.unwrap_or_else(|| PathBuf::from(&artifact.name));
            let blob = history.store().artifact_blob(&artifact);
            let count = unpack::unpack(&blob, &artifact, &into)?;
            let files = if count == 1 { "file" } else { "files" };
            print(format!("{count} {files} in {}\n", into.display()).as_bytes())
        }
        Artifacts::Remove { name, run } => {
            let artifact = find(&history, &name, run.as_deref()).await?;
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

async fn find(history: &History, name: &str, run: Option<&str>) -> Result<ArtifactRecord, Failure> {
    let artifacts = found(history, run).await?;
    artifacts.into_iter().find(|artifact| artifact.name == name).ok_or_else(|| {
        Failure::refused_because(format!(
            "there is no artifact '{name}' here; `windlass artifacts list` shows those there are"
        ))
    })
}

async fn list(history: &History, run: Option<&str>, json: bool) -> Outcome {
    let artifacts = found(history, run).await?;
    if json {
        let text = serde_json::to_string_pretty(&artifacts).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let rows: Vec<[String; 4]> = artifacts.iter().map(row).collect();
    print(table(["NAME", "SIZE", "RUN", "KEPT UNTIL"], &rows).as_bytes())
}

/// Names may hold anything; a terminal gets nothing to obey.
fn row(artifact: &ArtifactRecord) -> [String; 4] {
    let run = artifact.run_number.map(|number| format!("#{number}"));
    [
        one_line(&artifact.name),
        sizes::shown(artifact.size),
        run.unwrap_or_else(|| artifact.run.to_string()),
        day(artifact.expires_at),
    ]
}

fn day(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).date().to_string()
}
