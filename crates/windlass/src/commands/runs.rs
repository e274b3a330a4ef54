//! `windlass runs`: the history of a project.

mod again;
mod job_names;
mod logs;
mod look;
mod watch;

use std::sync::Arc;

use windlass_engine::Journal;
use windlass_kernel::RunId;
use windlass_reporting::RunView;
use windlass_store::{RunQuery, RunRecord, Store, state_directory};

use crate::{
    arguments::{ColorChoice, Runs},
    exit::{Failure, Outcome},
    run::project,
};

/// Does what was asked of the history.
pub async fn runs(arguments: Runs, color: ColorChoice) -> Outcome {
    let history = History::open().await?;
    match arguments {
        Runs::List { limit, all, json } => look::list(&history, limit, all, json, color).await,
        Runs::View { run, json } => look::view(&history, run.as_deref(), json, color).await,
        Runs::Logs { run, job, failed } => {
            logs::logs(&history, run.as_deref(), job.as_deref(), failed, color).await
        }
        Runs::Watch { run, json } => watch::watch(&history, run.as_deref(), json, color).await,
        Runs::Cancel { run } => watch::cancel(&history, run.as_deref()).await,
        Runs::Rerun { run, failed, job, manner } => {
            again::rerun(history, run.as_deref(), failed, job, manner, color).await
        }
        Runs::Resume { run, manner } => again::resume(history, run.as_deref(), manner, color).await,
    }
}

/// The history as seen from one project.
pub struct History {
    store: Arc<Store>,
    /// The project's key, where the user stands in one.
    project: String,
}

impl History {
    /// The history, seen from the project in which the user stands.
    pub async fn open() -> Result<Self, Failure> {
        let state = state_directory(|name| std::env::var_os(name)).map_err(Failure::environment)?;
        let store = Arc::new(Store::open(&state).await.map_err(Failure::environment)?);
        let project = project::discover()?;
        Ok(History { store, project: project.root.display().to_string() })
    }

    /// The run that the user means; the newest of the project where none is named.
    pub async fn find(&self, wanted: Option<&str>) -> Result<RunRecord, Failure> {
        if let Some(wanted) = wanted {
            let found = self.store.find_run(&self.project, wanted).await;
            return found.map_err(Failure::refused);
        }
        let query = RunQuery { project: Some(self.project.clone()), limit: 1, workflow: None };
        let newest = self.store.runs(&query).await.map_err(Failure::environment)?;
        newest.into_iter().next().ok_or_else(|| {
            Failure::refused_because(
                "there is no run of this project yet; start one by `windlass run`",
            )
        })
    }

    /// What it lies in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The project's key.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Everything that is known of a run.
    async fn view_of(&self, run: RunId) -> Result<RunView, Failure> {
        let events = self.store.read(run, 0).await.map_err(Failure::environment)?;
        let mut view = RunView::new(run);
        view.apply(&events);
        Ok(view)
    }
}
