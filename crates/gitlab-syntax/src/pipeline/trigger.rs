//! The pipeline that a job starts. Source: "CI/CD YAML syntax reference", section `trigger`, and
//! "Downstream pipelines".

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `trigger`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// What is started.
    pub target: TriggerTarget,
    /// Whether the job takes the status of what it started; `None`: it succeeds once the pipeline
    /// is created.
    pub strategy: Option<Strategy>,
    /// Which variables go along.
    pub forward: Forward,
    /// `trigger:inputs`.
    pub inputs: IndexMap<String, Value>,
}

/// What a trigger job starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerTarget {
    /// A child pipeline of these files together.
    Child(Vec<ChildInclude>),
    /// The pipeline of another project.
    Project {
        /// Full path; may hold variables.
        project: String,
        /// Branch or tag, the default branch if not said; may hold variables.
        branch: Option<String>,
    },
}

/// One of `trigger:include`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildInclude {
    /// Where its text comes from; may hold variables.
    pub source: ChildSource,
    /// Its inputs.
    pub inputs: IndexMap<String, Value>,
}

/// Where the text of a child pipeline comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildSource {
    /// A file of the repository.
    Local(String),
    /// A file of the artifacts of a job before.
    Artifact {
        /// Path in the artifacts.
        artifact: String,
        /// Name of the job.
        job: String,
    },
    /// A file of another project.
    Project {
        /// Full path.
        project: String,
        /// Branch, tag or commit.
        reference: Option<String>,
        /// Path there.
        file: String,
    },
    /// A file behind an address.
    Remote(String),
    /// A template of GitLab.
    Template(String),
    /// A component with its version.
    Component(String),
}

/// `trigger:strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Waits, and ends as the started pipeline does.
    Depend,
    /// Shows the status of the started pipeline all the time.
    Mirror,
}

/// `trigger:forward`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// The variables of the job, as its configuration has them.
    pub yaml_variables: bool,
    /// The variables this pipeline was started with.
    pub pipeline_variables: bool,
}

impl Default for Forward {
    fn default() -> Self {
        Self { yaml_variables: true, pipeline_variables: false }
    }
}
