//! What pipelines of other projects came to, as far as they were run on this machine: their runs in
//! the same history, found by the folder that stands for a project.
//!
//! Source: "CI/CD YAML syntax reference", sections `needs:project` and `needs:pipeline`.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use windlass_engine::{Archives, Journal as _};
use windlass_gitlab::{job::OtherPipelines, order::DIALECT};
use windlass_kernel::{NodeId, NodeKind, RunId, Status};
use windlass_reporting::{NodeState, RunView};
use windlass_repository::{GitFacts, Project, SourceOverride};
use windlass_store::{RunProgress, RunQuery, RunRecord, Store};

/// How many runs of a project are looked at, the newest first.
const MOST_LOOKED_AT: u32 = 200;

/// How long the end of a pipeline that is mirrored may go unnoticed.
const INTERVAL: Duration = Duration::from_millis(300);

/// The other projects of a run.
pub struct Others {
    /// The history.
    pub store: Arc<Store>,
    /// Where artifacts are kept.
    pub archives: Arc<dyn Archives>,
    /// The full path of the run's own project, and its root.
    pub own: (String, PathBuf),
    /// Where others are, by their path in lower case.
    pub places: HashMap<String, SourceOverride>,
}

#[async_trait]
impl OtherPipelines for Others {
    async fn artifacts(
        &self,
        project: &str,
        job: &str,
        reference: &str,
    ) -> Result<PathBuf, String> {
        let root = self.root(project)?.root;
        for run in self.runs(&root, reference).await? {
            for node in self.passed(run.id, job).await? {
                let archive = self.archives.artifact(run.id, &node).await;
                if let Some(archive) = archive.map_err(|error| error.to_string())? {
                    return Ok(archive);
                }
            }
        }
        Err(format!(
            "no successful job '{job}' with artifacts is known of {project} for {reference}; \
             `windlass run` in {} makes them",
            root.display()
        ))
    }

    async fn status(&self, project: &str) -> Result<Status, String> {
        let found = self.root(project)?;
        let branch = GitFacts::read(&found).map_err(|error| error.to_string())?.default_branch;
        loop {
            let runs = self.runs(&found.root, &branch).await?;
            let latest = runs.first().ok_or_else(|| {
                format!(
                    "no pipeline of {project} is known for its default branch {branch}; `windlass \
                     run` in {} makes one",
                    found.root.display()
                )
            })?;
            match latest.progress() {
                RunProgress::Ended(status) => return Ok(status),
                RunProgress::Interrupted => return Ok(Status::Failed),
                RunProgress::UnderWay => tokio::time::sleep(INTERVAL).await,
            }
        }
    }
}

impl Others {
    fn root(&self, project: &str) -> Result<Project, String> {
        let folder: &Path = match self.places.get(&project.to_lowercase()) {
            Some(SourceOverride::Folder(folder)) => folder,
            _ if project.eq_ignore_ascii_case(&self.own.0) => &self.own.1,
            _ => {
                return Err(format!(
                    "no pipeline of {project} is known on this machine; --project \
                     {project}=FOLDER or [gitlab.projects] in windlass.toml says in which folder \
                     it is run"
                ));
            }
        };
        Project::at(folder).map_err(|error| error.to_string())
    }

    /// The pipelines of a project for a branch or a tag, the newest first.
    async fn runs(&self, root: &Path, reference: &str) -> Result<Vec<RunRecord>, String> {
        let query = RunQuery {
            project: Some(root.display().to_string()),
            workflow: None,
            limit: MOST_LOOKED_AT,
        };
        let mut runs = self.store.runs(&query).await.map_err(|error| error.to_string())?;
        let is_for = |name: &str| {
            let short = ["refs/heads/", "refs/tags/"].iter().find_map(|it| name.strip_prefix(it));
            short == Some(reference) || name == reference
        };
        runs.retain(|run| run.dialect == DIALECT && is_for(&run.git_ref));
        Ok(runs)
    }

    /// The nodes of the jobs of a run that have this name and passed. Those of pipelines that it
    /// triggered, which may be of yet another project, lie deeper.
    async fn passed(&self, run: RunId, job: &str) -> Result<Vec<NodeId>, String> {
        let events = self.store.read(run, 0).await.map_err(|error| error.to_string())?;
        let mut view = RunView::new(run);
        view.apply(&events);
        let is_wanted = |id: &NodeId| {
            let node = view.node(id)?;
            let has_passed = matches!(
                node.state,
                NodeState::Concluded { status: Status::Succeeded | Status::Warning, .. }
            );
            let is_own = id.as_str().split('/').count() == 2;
            (node.kind == NodeKind::Job && node.label == job && has_passed && is_own)
                .then(|| id.clone())
        };
        Ok(view.walk().filter_map(|(node, _)| is_wanted(&node.id)).collect())
    }
}
