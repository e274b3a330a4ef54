//! Pipelines that a job of another pipeline triggers: child and multi-project pipelines.
//!
//! They are compiled when the trigger job runs, since a child pipeline may be written by an earlier
//! job, and then become a part of the run: their jobs lie below the trigger job in the outline.
//!
//! Source: "Downstream pipelines" in GitLab's documentation.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::pipeline::Trigger;
use windlass_gitlab_syntax::{Pipeline, Variables};

use crate::order::PipelineContext;

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
    /// The pipeline of the trigger job.
    pub upstream: PipelineContext,
    /// The predefined variables of the trigger job's pipeline.
    pub predefined: Variables,
    /// The variables that are handed on, the stronger ones over the weaker.
    pub variables: Variables,
    /// The directory with the unpacked artifacts of each job that `trigger:include:artifact` names.
    pub artifacts: Vec<(String, PathBuf)>,
}

/// Makes downstream pipelines. Called by several jobs at the same time.
#[async_trait]
pub trait DownstreamPipelines: Send + Sync {
    /// Finds the sources and compiles them.
    ///
    /// # Errors
    /// Why there is no such pipeline, as people read it; the trigger job fails with it.
    async fn create(&self, request: DownstreamRequest) -> Result<DownstreamPipeline, String>;
}
