//! One job of a finished pipeline: its rules have been applied, its `parallel` written out.

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::Span;

use super::{
    Artifacts, Cache, Environment, IdToken, Image, Release, RunStep, Secret, Service, Trigger,
};
use crate::variables::Variables;

/// A job. Source: "CI/CD YAML syntax reference", section "Job keywords".
///
/// What few jobs have is in a box of its own: pipelines of thousands of jobs are made and listed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name as people see it, with what `parallel` adds: `test 2/3`, `test: [linux, 3]`.
    pub name: String,
    /// Where it was written: its key in the file that defines it last.
    pub span: Span,
    /// Its stage, one of [`super::Pipeline::stages`].
    pub stage: String,
    /// `script`, one entry a command, nested lists and references written out.
    pub script: Vec<String>,
    /// `before_script` of the job or the default one.
    pub before_script: Vec<String>,
    /// `after_script` of the job or the default one.
    pub after_script: Vec<String>,
    /// The image it runs in.
    pub image: Option<Box<Image>>,
    /// Its services.
    pub services: Vec<Service>,
    /// The variables of the configuration that the job has: inherited ones, its own, those of its
    /// matrix and of the rule that matched, the later above the earlier.
    pub variables: Variables,
    /// `None`: starts when the earlier stages are done. Else when these are done; an empty list
    /// starts at once.
    pub needs: Option<Vec<Need>>,
    /// Whose artifacts it gets: `None` those of all jobs of earlier stages, or of its `needs`.
    /// Names are those of finished jobs.
    pub dependencies: Option<Vec<String>>,
    /// When it runs.
    pub when: When,
    /// How long a delayed job waits.
    pub start_in: Option<Duration>,
    /// What a person is asked before a manual job runs.
    pub manual_confirmation: Option<String>,
    /// Whether its failure counts.
    pub allow_failure: AllowFailure,
    /// What it keeps.
    pub artifacts: Option<Box<Artifacts>>,
    /// Its caches, up to four.
    pub cache: Vec<Cache>,
    /// The regular expression that finds the coverage in the log, without the slashes.
    pub coverage: Option<String>,
    /// When a failed job is tried again.
    pub retry: Retry,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Whether it may be cancelled when its pipeline becomes redundant.
    pub interruptible: bool,
    /// Jobs of one group never run at the same time; may hold variables.
    pub resource_group: Option<String>,
    /// Where it deploys to.
    pub environment: Option<Box<Environment>>,
    /// The release it makes.
    pub release: Option<Box<Release>>,
    /// The pipeline it starts instead of running a script.
    pub trigger: Option<Box<Trigger>>,
    /// What of a parallel job it is.
    pub parallel: Option<Box<ParallelInstance>>,
    /// Identity tokens by the name of the variable that holds them.
    pub id_tokens: IndexMap<String, IdToken>,
    /// Secrets by the name of the variable that holds them.
    pub secrets: IndexMap<String, Secret>,
    /// `identity`, e.g. `google_cloud`.
    pub identity: Option<String>,
    /// `hooks:pre_get_sources_script`.
    pub pre_get_sources_script: Vec<String>,
    /// The tags that choose a runner.
    pub tags: Vec<String>,
    /// What it publishes with Pages.
    pub pages: Option<Box<Pages>>,
    /// `run`: steps in place of a script.
    pub run: Vec<RunStep>,
}

impl Job {
    /// The name without what `parallel` adds; what `needs` and `dependencies` call it.
    #[must_use]
    pub fn base_name(&self) -> &str {
        self.parallel.as_ref().map_or(&self.name, |instance| &instance.of)
    }
}

/// When a job runs. Source: "CI/CD YAML syntax reference", section `when`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// When no job before it failed.
    #[default]
    OnSuccess,
    /// When at least one job before it failed.
    OnFailure,
    /// Whatever happened before.
    Always,
    /// When a person starts it.
    Manual,
    /// After [`Job::start_in`].
    Delayed,
}

/// Whether a failure counts. Source: "CI/CD YAML syntax reference", section `allow_failure`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowFailure {
    /// The pipeline fails. For a manual job: the pipeline waits for it.
    #[default]
    No,
    /// The pipeline goes on with a warning. For a manual job: the pipeline does not wait.
    Yes,
    /// As `Yes` for these exit codes, else as `No`.
    ExitCodes(Vec<i32>),
}

/// One entry of `needs`. Source: "CI/CD YAML syntax reference", section `needs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A job of this pipeline. One that `parallel` multiplies is here once for each instance that
    /// is needed.
    Job {
        /// Name of a job in [`super::Pipeline::jobs`].
        job: String,
        /// Whether its artifacts are downloaded.
        artifacts: bool,
        /// Whether it may be absent; absent ones have been left out already.
        optional: bool,
    },
    /// Artifacts of the latest successful job of another project.
    Project {
        /// Full path of the project; may hold variables.
        project: String,
        /// Name of the job; may hold variables.
        job: String,
        /// Branch or tag; may hold variables.
        reference: String,
        /// Whether its artifacts are downloaded.
        artifacts: bool,
    },
    /// Artifacts of a job of another pipeline, the parent's as a rule.
    PipelineJob {
        /// Id of the pipeline, as a rule `$PARENT_PIPELINE_ID`.
        pipeline: String,
        /// Name of the job.
        job: String,
        /// Whether its artifacts are downloaded.
        artifacts: bool,
    },
    /// Mirrors the status of the latest pipeline of another project.
    Pipeline {
        /// Full path of that project.
        project: String,
    },
}

/// How often and when a failed job is tried again. Source: section `retry`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// At most so many times more, 0 to 2.
    pub max: u32,
    /// The kinds of failure it is for, e.g. `script_failure`; empty for all.
    pub when: Vec<String>,
    /// The exit codes it is for; empty for all.
    pub exit_codes: Vec<i32>,
}

/// One job of those that `parallel` makes. Source: section `parallel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParallelInstance {
    /// The name of the job in the configuration.
    pub of: String,
    /// From 1: `CI_NODE_INDEX`.
    pub index: u32,
    /// `CI_NODE_TOTAL`.
    pub total: u32,
    /// The values of the matrix; empty for `parallel: 3`.
    pub matrix: IndexMap<String, String>,
}

/// `pages`. Source: section `pages`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// The folder that is published, `public` if not said.
    pub publish: Option<String>,
    /// Added to the address; may hold variables.
    pub path_prefix: Option<String>,
    /// How long a site with a prefix stays; may hold variables.
    pub expire_in: Option<String>,
}
