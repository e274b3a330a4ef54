//! Trigger jobs: they run nothing here, but have another pipeline made.
//!
//! Source: "Downstream pipelines"; "CI/CD YAML syntax reference", section `trigger`.

use std::sync::Arc;

use windlass_engine::JobPort;
use windlass_gitlab_syntax::pipeline::{ChildInclude, ChildSource, Trigger, TriggerTarget};
use windlass_gitlab_syntax::{Variable, Variables};
use windlass_kernel::{AnnotationLevel, Change, JobResult, NodeId, Status};
use windlass_secrets::Masker;

use super::archive;
use super::artifacts;
use super::environment;
use super::files::on_disk;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use crate::downstream::{ArtifactText, DownstreamPipeline, DownstreamRequest};
use crate::order::{GitlabJobOrder, PipelineContext};
use crate::report::{FailureReason, JobReport};

/// How many pipelines may lie above a child pipeline ("Downstream pipelines", nested child
/// pipelines).
const DEEPEST_PARENT: u32 = 2;
/// How many pipelines may lie above one of another project, so that projects that trigger each
/// other come to an end.
const DEEPEST_UPSTREAM: u32 = 20;

/// Runs a trigger job.
pub(crate) async fn run(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    options: &GitlabRunnerOptions,
    port: &Arc<JobPort>,
) -> JobResult {
    let place = "the pipeline that it triggers".to_owned();
    port.progress(vec![Change::Started { node: port.node().clone(), place }]);
    match create(order, trigger, options, port).await {
        Ok(downstream) => {
            let report = JobReport { downstream: Some(downstream), ..JobReport::default() };
            report.into_result(Status::Succeeded)
        }
        Err(message) => {
            let masks = Masker::new();
            environment::mask(&options.levels.merged(), &masks);
            if let Ok(mut lane) = Lane::open(port.clone(), masks) {
                lane.fail(&message);
                lane.annotate(AnnotationLevel::Error, &message);
            }
            let failure = Some(FailureReason::DownstreamPipelineCreationFailed);
            JobReport { failure, ..JobReport::default() }.into_result(Status::Failed)
        }
    }
}

async fn create(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    options: &GitlabRunnerOptions,
    port: &JobPort,
) -> Result<DownstreamPipeline, String> {
    let downstream = options.downstream.as_ref();
    let downstream = downstream.ok_or("pipelines cannot be triggered here")?;
    let is_child = matches!(trigger.target, TriggerTarget::Child(_));
    let above = order.pipeline.depth;
    if above >= if is_child { DEEPEST_PARENT } else { DEEPEST_UPSTREAM } {
        return Err(format!(
            "{} pipelines lie above this one already, it cannot trigger another",
            above
        ));
    }
    let variables = environment::known(order, options, port.run_inputs())?;
    let trigger = expanded(trigger, &variables);
    let files = artifact_texts(order, &trigger, options, port).await?;
    let context = PipelineContext {
        depth: above + 1,
        predefined: predefined_below(order, &variables, is_child),
        variables: Some(forwarded(order, &trigger, &variables, port)),
        project: order.pipeline.project.clone().filter(|_| is_child),
        source_names: Vec::new(),
    };
    let request = DownstreamRequest { trigger, context, variables, artifacts: files };
    downstream.create(request).await
}

/// The files of earlier jobs that the trigger names.
async fn artifact_texts(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    options: &GitlabRunnerOptions,
    port: &JobPort,
) -> Result<Vec<ArtifactText>, String> {
    let TriggerTarget::Child(includes) = &trigger.target else { return Ok(Vec::new()) };
    let mut texts = Vec::new();
    for include in includes {
        let ChildSource::Artifact { job, artifact } = &include.source else { continue };
        let source = order.artifacts_from.iter().find(|source| source.name == *job);
        let source = source.ok_or_else(|| {
            format!("the job '{job}' left no artifacts, from which the pipeline would be made")
        })?;
        let node = NodeId::new(source.node.as_str());
        let text = match options.archives.artifact(port.run(), &node).await {
            Ok(Some(archive)) => {
                let wanted = artifact.clone();
                on_disk(move || archive::text(&archive, &wanted)).await
            }
            Ok(None) => Err(artifacts::gone()),
            Err(error) => Err(error),
        };
        let text =
            text.map_err(|error| format!("{artifact} of the artifacts of '{job}': {error}"))?;
        texts.push(ArtifactText { job: job.clone(), artifact: artifact.clone(), text });
    }
    Ok(texts)
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
    port: &JobPort,
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
        let own = order.pipeline.variables.clone();
        let own = own.unwrap_or_else(|| environment::started_with(port.run_inputs()));
        forwarded.overlay(&own);
    }
    forwarded
}
