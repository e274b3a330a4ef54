//! The syntax tree of one workflow file: typed, spanned, serializable, nothing evaluated.
//!
//! Values that may hold `${{ }}` stay [`Template`]s; what may not is plain data. The tree is made
//! by `convert`; what a called reusable workflow adds is checked by [`crate::link`].
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions".

pub mod events;
pub mod job;
pub mod permissions;
pub mod step;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::{SourceId, Spanned};

use crate::template::Template;

pub use events::{
    EventFilter, EventKind, EventTrigger, Filters, InputType, Schedule, Triggers, WorkflowCall,
    WorkflowCallInput, WorkflowCallOutput, WorkflowCallSecret, WorkflowDispatch,
    WorkflowDispatchInput,
};
pub use job::{
    Concurrency, Condition, Environment, Job, JobBody, JobSteps, ReusableWorkflowCall, RunDefaults,
    SecretsPassed, Strategy, WorkflowReference,
};
pub use permissions::{PermissionGrant, PermissionLevel, Permissions};
pub use step::{ActionReference, Step, StepId, StepKind};

/// One workflow file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Workflow {
    /// The source it was read from.
    pub source: SourceId,
    /// The file's name as given to the reader, e.g. `.github/workflows/ci.yml`.
    pub source_name: String,
    /// `name`; without it GitHub shows the path of the file.
    pub name: Option<Spanned<String>>,
    /// `run-name`, for which `github`, `inputs` and `vars` are available.
    pub run_name: Option<Template>,
    /// `on`. Empty when the file has none (an error of its own, see `gh/on-missing`).
    pub on: Triggers,
    /// `permissions` of all jobs that set none of their own.
    pub permissions: Option<Permissions>,
    /// `env`, a mapping of strings.
    pub env: Option<Template>,
    /// `defaults.run`.
    pub defaults: Option<RunDefaults>,
    /// `concurrency` of the whole run.
    pub concurrency: Option<Concurrency>,
    /// `jobs` in the order of the file, by id. Ids are unique without regard to case.
    pub jobs: IndexMap<String, Job>,
    /// Lists that were written and are empty, each by its key, where the list is; and `steps` that
    /// a job lacks, where its id is.
    #[serde(default)]
    pub empty_lists: Vec<Spanned<String>>,
}
