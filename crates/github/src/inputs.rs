//! What a run of a GitHub workflow starts from: the payload of the kernel's `RunInputs`.
//!
//! Everything a resume or a rerun needs is in it: the texts of the workflow and of every workflow
//! it calls, pinned; the event; the variables. Secrets are not.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_github_syntax::expression::Value;
use windlass_kernel::{JobResult, ProcessError, RunInputs};

/// The version of [`GithubProcess`](crate::GithubProcess)'s decisions. A run records it; a binary
/// with another version offers a rerun instead of a resume.
pub const PROCESS_VERSION: u32 = 1;

/// The start of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GithubRunInputs {
    /// The name of the workflow that is run, a key of `sources`.
    pub workflow: String,
    /// The text of every workflow file of the run by its name: the path in the project
    /// (`.github/workflows/ci.yml`), or `owner/repository/path@ref` for one from elsewhere.
    pub sources: IndexMap<String, String>,
    /// The commits that sources from elsewhere were pinned to, by the same names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
    /// The `github` context as far as the whole run shares it, `event` included.
    pub github: Value,
    /// The `inputs` context of the workflow that is run.
    pub inputs: Value,
    /// The `vars` context.
    pub vars: Value,
    /// Which part of the workflow is wanted.
    #[serde(default)]
    pub selection: Selection,
}

/// A part of a workflow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Only these jobs of the workflow; all where empty.
    pub jobs: Vec<String>,
    /// Whether what the selected jobs need is left out, and taken as successful.
    pub without_needs: bool,
    /// Only matrix combinations with all of these values.
    pub matrix: Vec<(String, String)>,
    /// Results that are taken from an earlier run instead of running the job, by the job's node.
    pub settled: BTreeMap<String, JobResult>,
}

impl GithubRunInputs {
    /// Reads them from the kernel's form.
    ///
    /// # Errors
    /// When they were written by something else.
    pub fn read(inputs: &RunInputs) -> Result<Self, ProcessError> {
        // By reference, so that a large event is not copied twice.
        Self::deserialize(&inputs.payload).map_err(|error| ProcessError::Inputs(error.to_string()))
    }

    /// Says in the `github` context which attempt this is, from 1.
    pub fn set_attempt(&mut self, attempt: u64) {
        if let Value::Object(github) = &mut self.github {
            Arc::make_mut(github).insert("run_attempt", attempt.to_string());
        }
    }

    /// The kernel's form.
    ///
    /// # Errors
    /// Never for values this program made; kept as an error so that nothing can panic.
    pub fn into_run_inputs(self, title: String) -> Result<RunInputs, serde_json::Error> {
        Ok(RunInputs {
            dialect: crate::order::DIALECT.to_owned(),
            process_version: PROCESS_VERSION,
            title,
            payload: serde_json::to_value(self)?,
        })
    }
}
