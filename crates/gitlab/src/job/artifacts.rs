//! The artifacts of a job: brought from earlier jobs, kept for later ones.
//!
//! Source: "Job artifacts"; "CI/CD YAML syntax reference", sections `artifacts` and
//! `dependencies`.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use windlass_gitlab_syntax::Variables;
use windlass_gitlab_syntax::pipeline::{Artifacts, SaveWhen};
use windlass_kernel::{NodeId, RunId, Status};

use super::files::{Choice, on_disk};
use super::lane::Lane;
use super::tree;

/// Where the artifacts of the jobs of one run are.
#[derive(Clone, Debug)]
pub(crate) struct ArtifactStore {
    directory: PathBuf,
}

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

impl ArtifactStore {
    /// The artifacts of a run, below its own directory.
    pub fn new(directory: PathBuf) -> Self {
        ArtifactStore { directory }
    }

    /// Where the files of a job's node are. Names of jobs may be longer than those of files.
    fn of(&self, node: &str) -> PathBuf {
        let digest = Sha256::digest(node.as_bytes());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.directory.join(name)
    }

    /// The directory with what a job left, for who reads single files of it.
    pub fn files_of(&self, node: &str) -> PathBuf {
        self.of(node).join("files")
    }

    /// Where reports of a job are kept.
    pub fn reports_of(&self, node: &str) -> PathBuf {
        self.of(node).join("reports")
    }
}

/// Where the artifacts of a job are, below the directory of all artifacts.
#[must_use]
pub fn artifacts_of(artifacts: &Path, run: RunId, job: &NodeId) -> PathBuf {
    ArtifactStore::new(artifacts.join(run.to_string())).files_of(job.as_str())
}

/// Unpacks what other jobs left, by the names of the jobs and the directories.
///
/// # Errors
/// When files cannot be written.
pub(crate) async fn bring(
    lane: &mut Lane,
    sources: Vec<(String, PathBuf)>,
    project: &Path,
) -> Result<(), String> {
    lane.begin("download_artifacts", "Downloading artifacts");
    for (name, from) in sources {
        lane.line(&format!("Downloading artifacts for {name}..."));
        let to = project.to_owned();
        if let Err(error) = on_disk(move || tree::bring(&from, &to)).await {
            let message = format!("the artifacts of '{name}' cannot be unpacked: {error}");
            return Err(failed(lane, message));
        }
    }
    lane.end(Status::Succeeded, None);
    Ok(())
}

/// Keeps what a job says; answers whether there was anything for later jobs.
///
/// # Errors
/// When files cannot be read or written.
pub(crate) async fn keep(
    lane: &mut Lane,
    store: &ArtifactStore,
    artifacts: &Artifacts,
    (project, variables): (&Path, &Variables),
    end: ScriptEnd,
) -> Result<bool, String> {
    let is_asked_for = !artifacts.paths.is_empty() || artifacts.untracked;
    if !is_asked_for || !end.keeps(artifacts.when) {
        return Ok(false);
    }
    lane.begin("upload_artifacts", &format!("Uploading artifacts for {} job", end.word()));
    let expand = |texts: &[String]| texts.iter().map(|text| variables.expand(text)).collect();
    let choice = Choice {
        paths: expand(&artifacts.paths),
        exclude: expand(&artifacts.exclude),
        untracked: artifacts.untracked,
    };
    let (project, to) = (project.to_owned(), store.files_of(lane.node().as_str()));
    let chosen = match on_disk(move || choice.keep(&project, &to)).await {
        Ok(chosen) => chosen,
        Err(error) => return Err(failed(lane, format!("the artifacts cannot be kept: {error}"))),
    };
    chosen.tell(lane);
    if chosen.files.is_empty() {
        lane.fail("No files to upload");
    } else {
        let name = artifacts.name.as_ref().map(|name| variables.expand(name));
        lane.attribute("artifacts", name.as_deref().unwrap_or("artifacts"));
    }
    if let Some(words) = &artifacts.expose_as {
        lane.attribute("artifacts-exposed-as", words);
    }
    lane.end(Status::Succeeded, None);
    Ok(!chosen.files.is_empty())
}

/// Ends a section that failed.
fn failed(lane: &mut Lane, message: String) -> String {
    lane.fail(&message);
    lane.end(Status::Failed, Some(message.clone()));
    message
}
