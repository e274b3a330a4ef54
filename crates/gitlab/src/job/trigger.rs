//! Trigger jobs: they run nothing here, but have another pipeline made.
//!
//! Source: "Downstream pipelines"; "CI/CD YAML syntax reference", section `trigger`.

use std::sync::Arc;

use windlass_engine::JobPort;
use windlass_gitlab_syntax::pipeline::{ChildSource, Trigger, TriggerTarget};
use windlass_kernel::{AnnotationLevel, Change, JobResult, Status};
use windlass_secrets::Masker;

use super::archive;
use super::artifacts;
use super::environment;
use super::files::on_disk;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use crate::downstream::{ArtifactText, DownstreamPipeline, DownstreamRequest};
use crate::order::GitlabJobOrder;
use crate::report::{FailureReason, JobReport};

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
            let failure = FailureReason::DownstreamPipelineCreationFailed;
            fail(lane(options, port), &message, failure)
        }
    }
}

/// The lane of a job that runs nothing here, where it can be opened.
pub(super) fn lane(options: &GitlabRunnerOptions, port: &Arc<JobPort>) -> Option<Lane> {
    let masks = Masker::new();
    environment::mask(&options.levels.merged(), &masks);
    Lane::open(port.clone(), masks).ok()
}

/// Ends such a job as failed, and tells why.
pub(super) fn fail(lane: Option<Lane>, message: &str, failure: FailureReason) -> JobResult {
    if let Some(mut lane) = lane {
        lane.fail(message);
        lane.annotate(AnnotationLevel::Error, message);
    }
    JobReport { failure: Some(failure), ..JobReport::default() }.into_result(Status::Failed)
}

async fn create(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    options: &GitlabRunnerOptions,
    port: &JobPort,
) -> Result<DownstreamPipeline, String> {
    let downstream = options.downstream.as_ref();
    let downstream = downstream.ok_or("pipelines cannot be triggered here")?;
    let variables = environment::known(order, options, port.run_inputs())?;
    let started_with = environment::started_with(port.run_inputs());
    let mut request = DownstreamRequest::new(order, trigger, variables, started_with)?;
    request.artifacts = artifact_texts(order, &request.trigger, options, port).await?;
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
        let text = match artifacts::archive_of(&*options.archives, port.run(), source).await {
            Ok(archive) => {
                let wanted = artifact.clone();
                on_disk(move || archive::text(&archive, &wanted)).await
            }
            Err(error) => Err(error),
        };
        let text =
            text.map_err(|error| format!("{artifact} of the artifacts of '{job}': {error}"))?;
        texts.push(ArtifactText { job: job.clone(), artifact: artifact.clone(), text });
    }
    Ok(texts)
}
