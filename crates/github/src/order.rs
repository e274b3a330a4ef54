//! A job on its way from the process to the driver: the payload of the kernel's `JobOrder`.
//!
//! The process fills it when the job starts; the steps travel unevaluated, as actions/runner's
//! job message carries them. Secret values never enter it: it is journalled.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use windlass_github_syntax::{
    expression::Value,
    template::Template,
    workflow::{JobSteps, Permissions, RunDefaults},
};

/// The dialect's name in orders and run inputs.
pub const DIALECT: &str = "github";

/// The version of [`GithubJobOrder`]'s shape. A driver refuses orders of another version.
pub const ORDER_SCHEMA: u32 = 1;

/// One job, ready to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GithubJobOrder {
    /// The job's key under `jobs`: `github.job` and `GITHUB_JOB`.
    pub id: String,
    /// What people call the job, matrix values included (`test (ubuntu-latest, 20)`).
    pub name: String,
    /// The file the job was written in, for messages and the origins of steps.
    pub source_name: String,
    /// Everything under the job's key that is evaluated beside the workspace: `env`, `steps`,
    /// `outputs`, `defaults`, `timeout-minutes`, `container`, …
    pub job: Arc<JobSteps>,
    /// `env` of the workflow (of the called one for a job of a reusable workflow).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_env: Option<Arc<Template>>,
    /// `defaults.run` of the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_defaults: Option<Arc<RunDefaults>>,
    /// The contexts as they are known when the job starts.
    pub contexts: OrderContexts,
    /// Which secrets the job sees.
    pub secrets: SecretsScope,
    /// `permissions` of the job, or of the workflow where the job has none; shown, and given to
    /// whoever makes a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// `runs-on`, evaluated.
    #[serde(default)]
    pub runner_labels: Vec<String>,
    /// The name of the job's environment, evaluated. Its URL is evaluated after the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// The contexts of a job that do not depend on where it runs. A clone shares the values.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OrderContexts {
    /// `github`, with `event`, `job`, `workflow`, `workflow_ref`, …; what depends on the place
    /// (`workspace`, `token`, `action*`, `env`, `path`, `event_path`) is filled in by the driver.
    pub github: Value,
    /// `vars`: an object of strings.
    pub vars: Value,
    /// `needs`: each with `result` and `outputs`.
    pub needs: Value,
    /// `strategy`: `fail-fast`, `job-index`, `job-total`, `max-parallel`.
    pub strategy: Value,
    /// `matrix`: an object, null without a matrix.
    pub matrix: Value,
    /// `inputs` of `workflow_dispatch` or of the call.
    pub inputs: Value,
}

/// Which secrets a job sees. The values are with the driver; this says what they are called here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsScope {
    /// All that the run has: jobs of the workflow that was started, and `secrets: inherit`.
    #[default]
    All,
    /// Those that a call hands over, and `GITHUB_TOKEN`.
    Named {
        /// `secrets` of the calling job: an object template of names to values.
        mapping: Arc<Template>,
        /// The contexts in which `mapping` is evaluated: those of the calling job.
        contexts: Box<OrderContexts>,
        /// The secrets that the caller itself sees.
        caller: Box<SecretsScope>,
    },
    /// None but `GITHUB_TOKEN`: a call without `secrets`.
    Nothing,
}

/// An order cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// It was written by another version of the program.
    #[error(
        "the job was planned by another version of the program (order version {found}, this one \
         reads {ORDER_SCHEMA}); start the run again"
    )]
    Version {
        /// Its version.
        found: u32,
    },
    /// It does not have the right shape.
    #[error("the job's order cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

impl GithubJobOrder {
    /// The payload of a kernel order.
    ///
    /// # Errors
    /// Never for orders made by this crate; kept as an error so that nothing can panic.
    pub fn to_payload(&self) -> Result<Json, OrderError> {
        Ok(serde_json::to_value(self)?)
    }

    /// Reads an order back.
    ///
    /// # Errors
    /// When it is of another version or shape.
    pub fn from_payload(schema_version: u32, payload: Json) -> Result<Self, OrderError> {
        if schema_version != ORDER_SCHEMA {
            return Err(OrderError::Version { found: schema_version });
        }
        Ok(serde_json::from_value(payload)?)
    }
}
