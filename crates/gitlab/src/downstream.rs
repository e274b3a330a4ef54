//! Pipelines that a job of another pipeline triggers: child and multi-project pipelines.
//!
//! They are compiled when the trigger job runs, since a child pipeline may be written by an earlier
//! job, and then become a part of the run: their jobs lie below the trigger job in the outline.
//!
//! Source: "Downstream pipelines" in GitLab's documentation.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::pipeline::{ChildInclude, ChildSource, Trigger, TriggerTarget};
use windlass_gitlab_syntax::{Pipeline, Variable, Variables};
use windlass_repository::WorkspaceSource;

use crate::order::{GitlabJobOrder, OtherProject, PipelineContext};

/// How many pipelines may lie above a child pipeline ("Downstream pipelines", nested child
/// pipelines).
const DEEPEST_PARENT: u32 = 2;
/// How many pipelines may lie above one of another project, so that projects that trigger each
/// other come to an end.
const DEEPEST_UPSTREAM: u32 = 20;

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
    /// The directory with the artifacts of each job that `trigger:include:artifact` names.
    pub artifacts: Vec<(String, PathBuf)>,
}

impl DownstreamRequest {
    /// What a trigger job asks for that knows these variables, in a run that was started with those.
    /// Artifacts are not looked for.
    ///
    /// # Errors
    /// When too many pipelines lie above it.
    pub fn new(
        order: &GitlabJobOrder,
        trigger: &Trigger,
        variables: Variables,
        started_with: Variables,
    ) -> Result<Self, String> {
        let is_child = matches!(trigger.target, TriggerTarget::Child(_));
        let above = order.pipeline.depth;
        if above >= if is_child { DEEPEST_PARENT } else { DEEPEST_UPSTREAM } {
            return Err(format!(
                "{above} pipelines lie above this one already, it cannot trigger another"
            ));
        }
        let trigger = expanded(trigger, &variables);
        let context = PipelineContext {
            depth: above + 1,
            predefined: predefined_below(order, &variables, is_child),
            variables: Some(forwarded(order, &trigger, &variables, started_with)),
            project: order.pipeline.project.clone().filter(|_| is_child),
            source_names: Vec::new(),
        };
        Ok(DownstreamRequest { trigger, context, variables, artifacts: Vec::new() })
    }
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

/// The keyword with its references to variables replaced.
fn expanded(trigger: &Trigger, variables: &Variables) -> Trigger {
    let expand = |text: &String| variables.expand(text);
    let target = match &trigger.target {
        TriggerTarget::Project { project, branch } => {
            let branch = branch.as_ref().map(expand).filter(|branch| !branch.is_empty());
            TriggerTarget::Project { project: expand(project), branch }
        }
        TriggerTarget::Child(includes) => TriggerTarget::Child(
            includes
                .iter()
                .map(|include| ChildInclude {
                    source: expanded_source(&include.source, expand),
                    inputs: include.inputs.clone(),
                })
                .collect(),
        ),
    };
    Trigger { target, ..trigger.clone() }
}

fn expanded_source(source: &ChildSource, expand: impl Fn(&String) -> String) -> ChildSource {
    match source {
        ChildSource::Local(path) => ChildSource::Local(expand(path)),
        ChildSource::Artifact { artifact, job } => {
            ChildSource::Artifact { artifact: expand(artifact), job: expand(job) }
        }
        ChildSource::Project { project, reference, file } => ChildSource::Project {
            project: expand(project),
            reference: reference.as_ref().map(&expand),
            file: expand(file),
        },
        ChildSource::Remote(url) => ChildSource::Remote(expand(url)),
        ChildSource::Template(name) => ChildSource::Template(expand(name)),
        ChildSource::Component(name) => ChildSource::Component(expand(name)),
    }
}

/// The predefined variables by which a downstream pipeline differs from this one.
fn predefined_below(order: &GitlabJobOrder, known: &Variables, is_child: bool) -> Variables {
    let mut predefined = order.pipeline.predefined.clone();
    let mut set = |name: &str, value: &str| predefined.insert(name, Variable::literal(value));
    set("CI_PIPELINE_SOURCE", if is_child { "parent_pipeline" } else { "pipeline" });
    let id = known.value("CI_PIPELINE_ID").unwrap_or("1");
    if is_child {
        set("PARENT_PIPELINE_ID", id);
    } else {
        set("CI_UPSTREAM_PIPELINE_ID", id);
        set("CI_UPSTREAM_PROJECT_ID", known.value("CI_PROJECT_ID").unwrap_or("1"));
    }
    predefined
}

/// The variables that are handed on: those of the job's configuration, those the pipeline was
/// started with, or both; the latter win (`trigger:forward`).
fn forwarded(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    known: &Variables,
    started_with: Variables,
) -> Variables {
    let mut forwarded = Variables::default();
    if trigger.forward.yaml_variables {
        let mut scope = known.clone();
        scope.overlay(&order.job.variables);
        for (name, variable) in order.job.variables.iter() {
            let value = scope.scope().expanded_value(name).unwrap_or_default();
            forwarded.insert(name, Variable { value, expand: false, ..variable.clone() });
        }
    }
    if trigger.forward.pipeline_variables {
        forwarded.overlay(order.pipeline.variables.as_ref().unwrap_or(&started_with));
    }
    forwarded
}
