//! What a job needs of other projects: artifacts of their jobs, or the status of their pipeline.
//!
//! Source: "CI/CD YAML syntax reference", sections `needs:project` and `needs:pipeline`.

use std::path::PathBuf;
use std::sync::Arc;

use windlass_engine::JobPort;
use windlass_gitlab_syntax::pipeline::{Job as Definition, Need};
use windlass_kernel::{Change, JobResult, Status};

use super::environment;
use super::options::GitlabRunnerOptions;
use super::setup::Job;
use super::trigger;
use crate::order::GitlabJobOrder;
use crate::report::{FailureReason, JobReport};

/// The archives of the artifacts that a job wants of jobs of other projects, with what they are
/// called.
///
/// # Errors
/// The first that are not there, as people read it: without them the job cannot run.
pub(crate) async fn artifacts(job: &Job) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = Vec::new();
    for need in job.order.job.needs.iter().flatten() {
        let Need::Project { project, job: name, reference, artifacts: true } = need else {
            continue;
        };
        let [project, name, reference] =
            [project, name, reference].map(|text| job.variables.expand(text));
        let others = job.options.others.as_ref();
        let others = others.ok_or_else(|| format!("nobody here knows jobs of {project}"))?;
        let archive = others.artifacts(&project, &name, &reference).await?;
        found.push((format!("{name} of {project} ({reference})"), archive));
    }
    Ok(found)
}

/// The project whose latest pipeline a job mirrors, where it does nothing else.
pub(crate) fn mirrored(job: &Definition) -> Option<&str> {
    let does_nothing = job.script.is_empty() && job.run.is_empty() && job.trigger.is_none();
    job.needs.iter().flatten().filter(|_| does_nothing).find_map(|need| match need {
        Need::Pipeline { project } => Some(project.as_str()),
        _ => None,
    })
}

/// Ends a job as the latest pipeline of another project did.
pub(crate) async fn mirror(
    order: &GitlabJobOrder,
    project: &str,
    options: &GitlabRunnerOptions,
    port: &Arc<JobPort>,
) -> JobResult {
    let place = "the pipeline that it mirrors".to_owned();
    port.progress(vec![Change::Started { node: port.node().clone(), place }]);
    let mut cancelled = port.cancelled();
    let status = tokio::select! {
        status = status(order, project, options, port) => status,
        _ = cancelled.wait_for(Option::is_some) => Ok((Status::Cancelled, "canceled".to_owned())),
    };
    let lane = trigger::lane(options, port);
    match status {
        Ok((status, words)) => {
            if let Some(mut lane) = lane {
                lane.line(&words);
            }
            JobReport::default().into_result(status)
        }
        Err(message) => trigger::fail(lane, &message, FailureReason::MissingDependencyFailure),
    }
}

async fn status(
    order: &GitlabJobOrder,
    project: &str,
    options: &GitlabRunnerOptions,
    port: &JobPort,
) -> Result<(Status, String), String> {
    let variables = environment::known(order, options, port.run_inputs())?;
    let project = variables.expand(project);
    let others = options.others.as_ref();
    let others = others.ok_or_else(|| format!("nobody here knows pipelines of {project}"))?;
    let status = others.status(&project).await?;
    let word = JobReport::default().into_result(status).word;
    Ok((status, format!("The latest pipeline of {project} has the status '{word}'.")))
}
