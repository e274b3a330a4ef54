//! Where a job deploys to. Source: "CI/CD YAML syntax reference", section `environment`.

use serde::{Deserialize, Serialize};

/// `environment`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name; may hold variables.
    pub name: String,
    /// Its address; may hold variables, also such that the script sets.
    pub url: Option<String>,
    /// The job that stops it.
    pub on_stop: Option<String>,
    /// What the job does with it.
    pub action: EnvironmentAction,
    /// How long it lives: a duration, once its variables are
    /// expanded.
    pub auto_stop_in: Option<String>,
    /// `production`, `staging`, `testing`, `development` or `other`; may hold variables.
    pub deployment_tier: Option<String>,
    /// The cluster it is in.
    pub kubernetes: Option<Kubernetes>,
}

/// `environment:action`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentAction {
    /// Creates or updates it.
    #[default]
    Start,
    /// Prepares it, without a deployment.
    Prepare,
    /// Stops it.
    Stop,
    /// Verifies it, without a deployment.
    Verify,
    /// Reads from it, without a deployment.
    Access,
}

/// `environment:kubernetes`; the texts may hold variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kubernetes {
    /// `path/to/project:name` of the agent.
    pub agent: Option<String>,
    /// Namespace in the cluster.
    pub namespace: Option<String>,
    /// Path of the Flux resource.
    pub flux_resource_path: Option<String>,
}
