//! `windlass graph` of a GitLab pipeline: its jobs by stages, what each waits for, and the child
//! pipelines that can be made without running a job.

use std::path::PathBuf;

use windlass_gitlab::{
    downstream::{DownstreamPipelines, DownstreamRequest},
    job::predefined,
    order::{GitlabJobOrder, PipelineContext},
};
use windlass_gitlab_syntax::{
    Job, Levels, Outcome as Created, Pipeline, Variables,
    pipeline::{ChildSource, Trigger, TriggerTarget},
};
use windlass_reporting::outline::{Graph, GraphNode};
use windlass_repository::Project;

use super::{CONFIGURATION, compile, downstream::Downstream, facts, no_pipeline, settled, tell};
use crate::{
    arguments::{ColorChoice, PipelineFor},
    commands::list::needs,
    exit::Failure,
    run::project::Opened,
};

/// The graph of the pipeline that a push of the checked out commit makes; `None` where the
/// configuration has errors, which are shown.
pub async fn graph(
    project: Project,
    file: Option<PathBuf>,
    color: ColorChoice,
) -> Result<Option<Graph>, Failure> {
    let opened = Opened::new(project, None)?;
    let wanted = PipelineFor { file, ..PipelineFor::default() };
    let known = settled(&opened)?;
    let compiled = compile(&opened, &wanted, &known).await?;
    tell(&compiled, color)?;
    let pipeline = match compiled.outcome {
        Created::Pipeline(pipeline) => pipeline,
        Created::None(reason) => return Err(Failure::refused_because(no_pipeline(reason))),
        Created::Refused | Created::Needs(_) => return Ok(None),
    };
    let file = compiled.texts.iter().next().map_or(CONFIGURATION, |(_, file)| file.name());
    let title = pipeline.name.clone().unwrap_or_else(|| file.to_owned());
    let drawing = Drawing {
        predefined: facts::predefined(&opened, &wanted, file),
        downstream: Downstream {
            root: opened.project.root.clone(),
            wanted,
            known,
            // Nothing runs, so no files of another project are brought.
            store: PathBuf::new(),
        },
    };
    let nodes = drawing.nodes(*pipeline, PipelineContext::default(), None).await;
    Ok(Some(Graph { title, nodes }))
}

struct Drawing {
    predefined: Variables,
    downstream: Downstream,
}

/// A job that triggers the pipeline that is drawn.
struct Bridge {
    /// Its node, and what the nodes below begin with.
    id: String,
    name: String,
}

impl Drawing {
    /// The nodes of a pipeline with those of its child pipelines.
    async fn nodes(
        &self,
        pipeline: Pipeline,
        context: PipelineContext,
        bridge: Option<Bridge>,
    ) -> Vec<GraphNode> {
        let mut nodes = of_pipeline(&pipeline, bridge.as_ref());
        for (job, number) in pipeline.jobs.values().zip(0..) {
            let Some(trigger) = job.trigger.as_ref().filter(|trigger| is_static(trigger)) else {
                continue;
            };
            let order = GitlabJobOrder {
                job: job.clone(),
                pipeline: context.clone(),
                ..GitlabJobOrder::default()
            };
            // A pipeline that cannot be made is found out by the run, where its job fails.
            let Some(request) = self.request(&order, trigger) else { continue };
            let Ok(child) = self.downstream.create(request).await else { continue };
            let own: &GraphNode = &nodes[number];
            let bridge = Bridge { id: own.id.clone(), name: job.name.clone() };
            let below = Box::pin(self.nodes(child.pipeline, child.context, Some(bridge))).await;
            if trigger.strategy.is_some() {
                let id = own.id.clone();
                wait_for(&mut nodes, &id, &last(&below));
            }
            nodes.extend(below);
        }
        nodes
    }

    fn request(&self, order: &GitlabJobOrder, trigger: &Trigger) -> Option<DownstreamRequest> {
        let mut predefined = self.predefined.clone();
        predefined.overlay(&order.pipeline.predefined);
        predefined.overlay(&predefined::of_job(&order.job));
        let levels = Levels {
            predefined,
            configuration: order.job.variables.clone(),
            pipeline: order.pipeline.variables.clone().unwrap_or_default(),
            ..Levels::default()
        };
        DownstreamRequest::new(order, trigger, levels.merged(), Variables::default()).ok()
    }
}

/// Whether the pipeline that a job triggers is known before any job has run, and of this project.
fn is_static(trigger: &Trigger) -> bool {
    match &trigger.target {
        TriggerTarget::Project { .. } => false,
        TriggerTarget::Child(includes) => {
            !includes.iter().any(|it| matches!(it.source, ChildSource::Artifact { .. }))
        }
    }
}

/// The jobs of one pipeline, in their order. One without `needs` waits for the nearest stage before
/// its own that has jobs.
fn of_pipeline(pipeline: &Pipeline, bridge: Option<&Bridge>) -> Vec<GraphNode> {
    let id = |name: &str| match bridge {
        Some(bridge) => format!("{}/{name}", bridge.id),
        None => name.to_owned(),
    };
    let stage_of = |job: &Job| pipeline.stages.iter().position(|stage| *stage == job.stage);
    let before = |job: &Job| -> Vec<String> {
        let own = stage_of(job);
        let earlier = pipeline.jobs.values().filter(|other| stage_of(other) < own);
        let nearest = earlier.map(stage_of).max();
        let jobs = pipeline.jobs.values().filter(|other| Some(stage_of(other)) == nearest);
        jobs.map(|other| id(&other.name)).collect()
    };
    let node = |job: &Job| {
        let mut after = match needs(job) {
            Some(needs) => needs.into_iter().map(id).collect(),
            None => before(job),
        };
        if after.is_empty() {
            after.extend(bridge.map(|bridge| bridge.id.clone()));
        }
        let group = match bridge {
            Some(bridge) => format!("{}: {}", bridge.name, job.stage),
            None => job.stage.clone(),
        };
        GraphNode { id: id(&job.name), label: label(job), after, group: Some(group) }
    };
    pipeline.jobs.values().map(node).collect()
}

fn label(job: &Job) -> String {
    match job.trigger.as_ref().map(|trigger| &trigger.target) {
        Some(TriggerTarget::Project { project, .. }) => format!("{} ({project})", job.name),
        _ => job.name.clone(),
    }
}

/// Those that no other one waits for.
fn last(nodes: &[GraphNode]) -> Vec<String> {
    let is_last = |node: &&GraphNode| !nodes.iter().any(|other| other.after.contains(&node.id));
    nodes.iter().filter(is_last).map(|node| node.id.clone()).collect()
}

/// Whoever waits for the one waits for the others in its place.
fn wait_for(nodes: &mut [GraphNode], one: &str, others: &[String]) {
    for node in nodes {
        if let Some(place) = node.after.iter().position(|id| id == one) {
            node.after.splice(place..=place, others.iter().cloned());
        }
    }
}
