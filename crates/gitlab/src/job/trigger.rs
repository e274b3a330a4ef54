//! Trigger jobs: they run nothing here, but have another pipeline made.
//!
//! Source: "Downstream pipelines"; "CI/CD YAML syntax reference", section `trigger`.

use std::sync::Arc;

use windlass_engine::JobPort;
use windlass_gitlab_syntax::pipeline::{ChildSource, Trigger, TriggerTarget};
use windlass_kernel::{AnnotationLevel, Change, JobResult, Status};
use windlass_secrets::Masker;

use super::artifacts::ArtifactStore;
use super::environment;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use crate::downstream::{DownstreamPipeline, DownstreamRequest};
use crate::order::GitlabJobOrder;
use crate::report::{FailureReason, JobReport};

/// Runs a trigger job.
pub(crate) async fn run(
    order: &GitlabJobOrder,
    trigger: &Trigger,
    options: &GitlabRunnerOptions,
    port: &Arc<JobPort>,
    artifacts: &ArtifactStore,
) -> JobResult {
    let place = "the pipeline that it triggers".to_owned();
    port.progress(vec![Change::Started { node: port.node().clone(), place }]);
    match create(order, trigger, options, port, artifacts).await {
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
    artifacts: &ArtifactStore,
) -> Result<DownstreamPipeline, String> {
    let downstream = options.downstream.as_ref();
    let downstream = downstream.ok_or("pipelines cannot be triggered here")?;
    let variables = environment::known(order, options, port.run_inputs())?;
    let started_with = environment::started_with(port.run_inputs());
    let mut request = DownstreamRequest::new(order, trigger, variables, started_with)?;
    if let TriggerTarget::Child(includes) = &request.trigger.target {
        for include in includes {
            if let ChildSource::Artifact { job, .. } = &include.source {
                let source = order.artifacts_from.iter().find(|source| source.name == *job);
                let source = source.ok_or_else(|| {
                    format!(
                        "the job '{job}' left no artifacts, from which the pipeline would be made"
                    )
                })?;
                request.artifacts.push((job.clone(), artifacts.files_of(&source.node)));
            }
        }
    }
    downstream.create(request).await
}
