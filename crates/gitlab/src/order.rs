//! A job on its way from the process to the driver.
//!
//! As in GitLab's own request of a runner for a job, the whole job travels: its scripts and
//! variables are expanded beside the workspace. Secret values never travel.

use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::{Job, Variables};
use windlass_kernel::JobOrder;

/// The dialect's name in orders and run inputs.
pub const DIALECT: &str = "gitlab";

/// The version of [`GitlabJobOrder`]'s shape. A driver refuses orders of another version.
pub const ORDER_SCHEMA: u32 = 1;

/// One job, ready to run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GitlabJobOrder {
    /// The job.
    pub job: Job,
    /// The pipeline it belongs to.
    pub pipeline: PipelineContext,
    /// The jobs whose artifacts it gets, in the order in which they are unpacked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts_from: Vec<ArtifactSource>,
    /// The variables that earlier jobs reported as `dotenv`.
    #[serde(default, skip_serializing_if = "Variables::is_empty")]
    pub dotenv: Variables,
    /// Whether a person started it.
    #[serde(default)]
    pub is_manual: bool,
}

/// What a downstream pipeline has in place of what the run's inputs say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PipelineContext {
    /// How many pipelines lie above this one; 0 for the one that was started.
    pub depth: u32,
    /// Predefined variables that differ from those of the run.
    pub predefined: Variables,
    /// The variables that the pipeline was started with; `None` for those of the run.
    pub variables: Option<Variables>,
    /// The project whose files its jobs work on; `None` for the run's own.
    pub project: Option<OtherProject>,
    /// The names of the texts that its spans count in. They are for the outline, and do not travel
    /// with a job.
    pub source_names: Vec<String>,
}

impl PipelineContext {
    /// What of it travels with a job.
    #[must_use]
    pub fn for_jobs(&self) -> Self {
        Self {
            depth: self.depth,
            predefined: self.predefined.clone(),
            variables: self.variables.clone(),
            project: self.project.clone(),
            source_names: Vec::new(),
        }
    }
}

/// A project that is not the one the run is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherProject {
    /// Its full path.
    pub path: String,
    /// The commit its pipeline is for.
    pub commit: String,
}

/// A job whose artifacts another one gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactSource {
    /// Its name.
    pub name: String,
    /// Its node, by which its artifacts are found.
    pub node: String,
}

/// An order cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Another version of the program made it.
    #[error("the job was ordered in version {0} of the form, this program reads {ORDER_SCHEMA}")]
    Version(u32),
    /// It has another form.
    #[error("the order of the job cannot be read: {0}")]
    Form(#[from] serde_json::Error),
}

impl GitlabJobOrder {
    /// Reads an order.
    ///
    /// # Errors
    /// When another version of the program made it.
    pub fn read(order: JobOrder) -> Result<Self, OrderError> {
        if order.schema_version != ORDER_SCHEMA {
            return Err(OrderError::Version(order.schema_version));
        }
        Ok(serde_json::from_value(order.payload)?)
    }
}
