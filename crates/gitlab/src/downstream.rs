//! Pipelines that a job of another pipeline triggers: child and multi-project pipelines.
//!
//! They are compiled when the trigger job runs, since a child pipeline may be written by an earlier
//! job, and then become a part of the run: their jobs lie below the trigger job in the outline.
//!
//! Source: "Downstream pipelines" in GitLab's documentation.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::pipeline::Trigger;
use windlass_gitlab_syntax::{Pipeline, Variables};
use windlass_repository::WorkspaceSource;

use crate::order::{OtherProject, PipelineContext};

/// A pipeline that was made for a trigger job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DownstreamPipeline {
    /// The pipeline, finished.
    pub pipeline: Pipeline,
    /// What it has in place of what the run has.
    pub context: PipelineContext,
}

/// What a trigger job asks for.
#[derive(Clone, Debug)]
pub struct DownstreamRequest {
    /// The keyword; its texts are expanded.
    pub trigger: Trigger,
    /// What the pipeline has in place of what the run has. A pipeline of another project gets more
    /// by whoever finds that.
    pub context: PipelineContext,
    /// All variables that the trigger job knows.
    pub variables: Variables,
    /// What `trigger:include:artifact` names.
    pub artifacts: Vec<ArtifactText>,
}

/// A file of the artifacts of an earlier job.
#[derive(Clone, Debug)]
pub struct ArtifactText {
    /// The job.
    pub job: String,
    /// The file's path, as it is named.
    pub artifact: String,
    /// What is in it.
    pub text: String,
}

/// Makes downstream pipelines. Called by several jobs at the same time.
#[async_trait]
pub trait DownstreamPipelines: Send + Sync {
    /// Finds the sources and compiles them.
    ///
    /// # Errors
    /// Why there is no such pipeline, as people read it; the trigger job fails with it.
    async fn create(&self, request: DownstreamRequest) -> Result<DownstreamPipeline, String>;

    /// What the jobs of another project find in their workspaces.
    ///
    /// # Errors
    /// Why its files cannot be had.
    async fn workspace(&self, project: &OtherProject) -> Result<WorkspaceSource, String>;
}
