//! A job on its way from the process to the driver.
//!
//! What travels, and is journalled, is a [`JobTicket`]: what only this job has, and where the rest
//! lies in the inputs of its run. Beside the workspace it becomes a [`GithubJobOrder`] again. The
//! steps travel unevaluated, as actions/runner's job message carries them; secret values never do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use windlass_github_syntax::{
    expression::Value,
    template::Template,
    workflow::{JobBody, JobSteps, Permissions, RunDefaults},
};

use crate::program::Program;

/// The dialect's name in orders and run inputs.
pub const DIALECT: &str = "github";

/// The version of [`JobTicket`]'s shape. A driver refuses tickets of another version.
pub const ORDER_SCHEMA: u32 = 1;

/// What is journalled of a job that is to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobTicket {
    /// The source the job was written in, a key of the run's sources.
    pub source: String,
    /// The job's key under `jobs`.
    pub id: String,
    /// What people call the job, matrix values included (`test (ubuntu-latest, 20)`).
    pub name: String,
    /// The contexts as they are known when the job starts.
    pub contexts: OrderContexts,
    /// Which secrets the job sees.
    pub secrets: SecretsScope,
    /// `permissions` of the job, or of the workflow where the job has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// `runs-on`, evaluated.
    #[serde(default)]
    pub runner_labels: Vec<String>,
    /// The name of the job's environment, evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// One job, ready to run.
#[derive(Clone, Debug)]
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
    pub workflow_env: Option<Arc<Template>>,
    /// `defaults.run` of the workflow.
    pub workflow_defaults: Option<Arc<RunDefaults>>,
    /// The contexts as they are known when the job starts.
    pub contexts: OrderContexts,
    /// Which secrets the job sees.
    pub secrets: SecretsScope,
    /// `permissions` of the job, or of the workflow where the job has none; shown, and given to
    /// whoever makes a token.
    pub permissions: Option<Permissions>,
    /// `runs-on`, evaluated.
    pub runner_labels: Vec<String>,
    /// The name of the job's environment, evaluated. Its URL is evaluated after the last step.
    pub environment: Option<String>,
}

/// The contexts of a job that do not depend on where it runs. A clone shares the values.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OrderContexts {
    /// `github`, with `event`, `job`, `workflow`, `workflow_ref`, …; what depends on the place
    /// (`workspace`, `token`, `action*`, `env`, `path`, `event_path`) is filled in by the driver.
    /// The same for all jobs of a run, so it does not travel with a ticket.
    #[serde(skip)]
    pub github: Value,
    /// `vars`: an object of strings. Does not travel either.
    #[serde(skip)]
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
    /// It names a job that its run does not have.
    #[error("the run has no job '{id}' in '{file}'")]
    Unknown {
        /// The source's name.
        file: String,
        /// The job's key.
        id: String,
    },
    /// It does not have the right shape.
    #[error("the job's order cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

impl JobTicket {
    /// The payload of a kernel order.
    ///
    /// # Errors
    /// Never for tickets made by this crate; kept as an error so that nothing can panic.
    pub fn to_payload(&self) -> Result<Json, OrderError> {
        Ok(serde_json::to_value(self)?)
    }

    /// Reads a ticket back.
    ///
    /// # Errors
    /// When it is of another version or shape.
    pub fn from_payload(schema_version: u32, payload: Json) -> Result<Self, OrderError> {
        if schema_version != ORDER_SCHEMA {
            return Err(OrderError::Version { found: schema_version });
        }
        Ok(serde_json::from_value(payload)?)
    }

    /// The whole job, by the program of its run.
    ///
    /// # Errors
    /// When the program has no such job.
    pub fn redeem(mut self, program: &Program) -> Result<GithubJobOrder, OrderError> {
        let unknown = || OrderError::Unknown { file: self.source.clone(), id: self.id.clone() };
        let workflow = program.get(&self.source).ok_or_else(unknown)?;
        let job = workflow.jobs.get(&self.id).ok_or_else(unknown)?;
        let JobBody::Steps(steps) = &job.body else { return Err(unknown()) };
        self.contexts.share(program);
        self.secrets.share(program);
        Ok(GithubJobOrder {
            job: Arc::new((**steps).clone()),
            workflow_env: workflow.env.clone().map(Arc::new),
            workflow_defaults: workflow.defaults.clone().map(Arc::new),
            id: self.id,
            name: self.name,
            source_name: self.source,
            contexts: self.contexts,
            secrets: self.secrets,
            permissions: self.permissions,
            runner_labels: self.runner_labels,
            environment: self.environment,
        })
    }
}

impl OrderContexts {
    fn share(&mut self, program: &Program) {
        self.github = program.github.clone();
        self.vars = program.vars.clone();
    }
}

impl SecretsScope {
    fn share(&mut self, program: &Program) {
        if let SecretsScope::Named { contexts, caller, .. } = self {
            contexts.share(program);
            caller.share(program);
        }
    }
}
