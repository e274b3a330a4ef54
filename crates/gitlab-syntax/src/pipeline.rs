//! A finished pipeline: what GitLab would create for one commit and source.
//!
//! Everything that is decided when a pipeline is created has been decided here: includes, inputs,
//! `extends`, `default`, `rules`, `only`/`except`, `parallel`. What is decided when a job runs is
//! still text: most values may hold variables, which the job driver expands with
//! [`crate::variables`].
//!
//! Source of all of it: "CI/CD YAML syntax reference" in GitLab's documentation.

pub mod artifacts;
pub mod cache;
pub mod environment;
pub mod image;
pub mod job;
pub mod release;
pub mod secret;
pub mod step;
pub mod trigger;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::Span;

use crate::variables::Variables;

pub use artifacts::{Artifacts, CoverageReport, Expiry, Reports, SaveWhen};
pub use cache::{Cache, CacheKey, CachePolicy};
pub use environment::{Environment, EnvironmentAction, Kubernetes};
pub use image::{Image, PullPolicy, Service};
pub use job::{AllowFailure, Job, Need, Pages, ParallelInstance, Retry, When};
pub use release::{Release, ReleaseLink};
pub use secret::{IdToken, Secret, SecretProvider};
pub use step::RunStep;
pub use trigger::{ChildInclude, ChildSource, Forward, Strategy, Trigger, TriggerTarget};

/// The pipeline of one commit and source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// `workflow:name` with its variables expanded.
    pub name: Option<String>,
    /// The stages in order, `.pre` and `.post` included, also those without jobs.
    pub stages: Vec<String>,
    /// The jobs by the name that people see (`test: [linux, 3]`), in the order of the file.
    pub jobs: IndexMap<String, Job>,
    /// Jobs of the configuration that this pipeline does not have.
    pub excluded: Vec<ExcludedJob>,
    /// The variables of the whole configuration with those that `workflow:rules` add. Each job has
    /// its own copy of those it inherits; these are for what has no job.
    pub variables: Variables,
    /// `workflow:auto_cancel`.
    pub auto_cancel: AutoCancel,
}

/// A job that the configuration has and the pipeline has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedJob {
    /// Its name.
    pub name: String,
    /// Where it was written.
    pub span: Span,
    /// Which keyword left it out.
    pub reason: ExclusionReason,
}

/// Why a job is not in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionReason {
    /// None of its `rules` matched.
    NoRuleMatched,
    /// A rule matched that says `when: never`.
    RuleSaysNever,
    /// The job itself says `when: never`.
    WhenNever,
    /// `only` did not match.
    NotInOnly,
    /// `except` matched.
    InExcept,
}

/// `workflow:auto_cancel`: what happens to this pipeline's jobs when it becomes redundant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoCancel {
    /// When a newer commit makes the pipeline redundant.
    pub on_new_commit: OnNewCommit,
    /// When a job fails.
    pub on_job_failure: OnJobFailure,
}

/// `workflow:auto_cancel:on_new_commit`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNewCommit {
    /// Cancels the pipeline, as long as only interruptible jobs have started.
    #[default]
    Conservative,
    /// Cancels the interruptible jobs.
    Interruptible,
    /// Cancels nothing.
    None,
}

/// `workflow:auto_cancel:on_job_failure`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnJobFailure {
    /// The other jobs go on.
    #[default]
    None,
    /// Cancels the pipeline and all its running jobs.
    All,
}
