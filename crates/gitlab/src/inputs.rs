//! What the run of a pipeline starts from: the payload of the kernel's `RunInputs`.
//!
//! The pipeline is in it as it was compiled, so that a resume needs no file of the project. Values
//! that are secret are not: they are with the job driver.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::{Pipeline, Variables};
use windlass_kernel::{JobResult, LockOrder, ProcessError, RunInputs};

use crate::order::DIALECT;

/// The version of [`GitlabProcess`](crate::GitlabProcess)'s decisions. A run records it; a binary
/// with another version offers a rerun instead of a resume.
pub const PROCESS_VERSION: u32 = 2;

/// The start of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GitlabRunInputs {
    /// The pipeline, finished.
    pub pipeline: Pipeline,
    /// The predefined variables of the pipeline; those of a job are added beside its workspace
    /// ("Predefined CI/CD variables reference").
    pub predefined: Variables,
    /// The variables that the pipeline was started with.
    pub variables: Variables,
    /// The names of the texts that the pipeline's spans count in, for the origins of jobs.
    #[serde(default)]
    pub source_names: Vec<String>,
    /// Which part of the pipeline is wanted.
    #[serde(default)]
    pub selection: Selection,
    /// The process modes of the project's resource groups, by their names; the others are
    /// unordered.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub resource_groups: IndexMap<String, ProcessMode>,
}

/// Who gets a resource group next ("Resource group", section "Process modes"). GitLab is told by
/// its API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessMode {
    /// Whichever job is ready.
    #[default]
    Unordered,
    /// The job of the oldest pipeline, also while it is not ready yet.
    OldestFirst,
    /// The job of the newest pipeline, also while it is not ready yet.
    NewestFirst,
    /// The job of the newest pipeline, of those that are ready.
    NewestReadyFirst,
}

impl ProcessMode {
    /// The kernel's word for it.
    pub(crate) fn order(self) -> LockOrder {
        match self {
            Self::Unordered => LockOrder::FirstCome,
            Self::OldestFirst => LockOrder::Oldest,
            Self::NewestFirst => LockOrder::Newest,
            Self::NewestReadyFirst => LockOrder::NewestWaiting,
        }
    }
}

/// A part of a pipeline.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Only these jobs, by their own name or that of the job `parallel` multiplied; all where
    /// empty. A manual job that is named here is started without a question.
    pub jobs: Vec<String>,
    /// Only the jobs of this stage.
    pub stage: Option<String>,
    /// Whether what the selected jobs wait for is run as well.
    pub with_needs: bool,
    /// Results that are taken from an earlier run instead of running the job, by the job's node.
    pub settled: BTreeMap<String, JobResult>,
}

impl Selection {
    /// Whether the whole pipeline is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.jobs.is_empty() && self.stage.is_none()
    }
}

impl GitlabRunInputs {
    /// Reads them from the kernel's form.
    ///
    /// # Errors
    /// When they were written by something else.
    pub fn read(inputs: &RunInputs) -> Result<Self, ProcessError> {
        Self::deserialize(&inputs.payload).map_err(|error| ProcessError::Inputs(error.to_string()))
    }

    /// The kernel's form. The title is the pipeline's name, where it has one.
    ///
    /// # Errors
    /// Never for values this program made; kept as an error so that nothing can panic.
    pub fn into_run_inputs(self, title: String) -> Result<RunInputs, serde_json::Error> {
        Ok(RunInputs {
            dialect: DIALECT.to_owned(),
            process_version: PROCESS_VERSION,
            title: self.pipeline.name.clone().unwrap_or(title),
            payload: serde_json::to_value(self)?,
        })
    }
}
