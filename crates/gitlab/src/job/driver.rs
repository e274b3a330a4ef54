//! The way through one job: files are brought, the script runs, what is to be kept is kept.
//!
//! Source: "Job execution flow" of GitLab Runner's documentation: get sources, restore cache,
//! download artifacts, `step_script`, `after_script`, archive cache, upload artifacts.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;
use windlass_engine::{JobDriver, JobPort};
use windlass_gitlab_syntax::pipeline::{Artifacts, Reports};
use windlass_kernel::{AnnotationLevel, JobOrder, JobResult, RunId, Status};

use super::artifacts::{self, ScriptEnd};
use super::cache::{self, ReadyCache};
use super::coverage::Coverage;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use super::program::Ending;
use super::setup::{self, Job};
use super::{deployment, execution, foreign, trigger};
use crate::order::GitlabJobOrder;
use crate::report::{FailureReason, JobReport};

/// Runs GitLab jobs on this machine. One driver serves all jobs of a run.
pub struct GitlabJobDriver {
    options: Arc<GitlabRunnerOptions>,
}

impl GitlabJobDriver {
    /// A driver with these options.
    #[must_use]
    pub fn new(options: GitlabRunnerOptions) -> Self {
        GitlabJobDriver { options: Arc::new(options) }
    }
}

#[async_trait]
impl JobDriver for GitlabJobDriver {
    async fn run(&self, order: JobOrder, port: JobPort) -> JobResult {
        let port = Arc::new(port);
        let order = match GitlabJobOrder::read(order) {
            Ok(order) => order,
            Err(error) => return refuse(&port, &error.to_string()),
        };
        if let Some(trigger) = &order.job.trigger {
            return trigger::run(&order, trigger, &self.options, &port).await;
        }
        if let Some(project) = foreign::mirrored(&order.job) {
            return foreign::mirror(&order, project, &self.options, &port).await;
        }
        let prepared = setup::prepare(order, self.options.clone(), port.clone()).await;
        match prepared {
            Ok((job, mut lane)) => {
                let (status, report) = run(&job, &mut lane).await;
                job.close(&mut lane).await;
                report.into_result(status)
            }
            Err(message) => refuse(&port, &message),
        }
    }
}

/// A job that could not be given a place to run.
fn refuse(port: &JobPort, message: &str) -> JobResult {
    let node = port.node().clone();
    let annotation = windlass_kernel::Annotation::on(node, AnnotationLevel::Error, message);
    port.progress(vec![windlass_kernel::Change::Annotate(annotation)]);
    let failure = Some(FailureReason::RunnerSystemFailure);
    JobReport { failure, ..JobReport::default() }.into_result(Status::Failed)
}

/// Runs a job that has a place.
async fn run(job: &Job, lane: &mut Lane) -> (Status, JobReport) {
    let project = job.directory.workspace.as_path();
    let caches = cache::prepare(&job.order.job.cache, project, &job.variables);
    if let Err(failure) = bring_files(job, lane, &caches).await {
        return finish(
            lane,
            Status::Failed,
            JobReport { failure: Some(failure), ..JobReport::default() },
        );
    }
    let mut coverage = coverage_of(job, lane);
    let ending = execution::run_script(job, lane, coverage.as_mut()).await;
    let end = match ending {
        Ending::Exited(0) => ScriptEnd::Succeeded,
        Ending::Exited(_) | Ending::Broken(_) => ScriptEnd::Failed,
        // The script's own limit leaves time to keep what it made.
        Ending::TimedOut if Instant::now() < job.limits.deadline => ScriptEnd::Failed,
        Ending::Cancelled | Ending::TimedOut => ScriptEnd::Stopped,
    };
    let (mut status, mut report) = outcome(&ending, lane);
    let may_pass = execution::run_after_script(job, lane, &ending).await;
    if !may_pass && status == Status::Succeeded {
        status = Status::Failed;
        report.failure = Some(FailureReason::ScriptFailure);
    }
    cache::keep(lane, job, &caches, end).await;
    if keep_artifacts(job, lane, end, &mut report).await.is_err() {
        status = Status::Failed;
        report.failure.get_or_insert(FailureReason::RunnerSystemFailure);
    }
    if let Some(found) = coverage.and_then(|coverage| coverage.found) {
        lane.attribute("coverage", &format!("{found} %"));
    }
    deployment::tell(job, lane, &report.dotenv, status);
    if status == Status::Succeeded {
        tell_release(job, lane);
    }
    finish(lane, status, report)
}

/// What comes before the script: the hook, caches and artifacts.
async fn bring_files(
    job: &Job,
    lane: &mut Lane,
    caches: &[ReadyCache],
) -> Result<(), FailureReason> {
    let project = job.directory.workspace.as_path();
    if !job.order.job.pre_get_sources_script.is_empty()
        && execution::run_hook(job, lane).await != Ending::Exited(0)
    {
        return Err(FailureReason::ScriptFailure);
    }
    cache::bring(lane, &*job.options.archives, caches, project).await;
    let sources = wanted_artifacts(job, lane.run()).await.map_err(|message| {
        lane.fail(&message);
        lane.annotate(AnnotationLevel::Error, &message);
        FailureReason::MissingDependencyFailure
    })?;
    if !sources.is_empty() {
        let brought = artifacts::bring(lane, sources, project).await;
        brought.map_err(|_| FailureReason::RunnerSystemFailure)?;
    }
    Ok(())
}

/// The archives with artifacts that the job gets, with the names of the jobs that left them.
async fn wanted_artifacts(job: &Job, run: RunId) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = foreign::artifacts(job).await?;
    found.extend(artifacts::of_earlier_jobs(job, run).await?);
    Ok(found)
}

fn coverage_of(job: &Job, lane: &mut Lane) -> Option<Coverage> {
    let expression = job.order.job.coverage.as_ref()?;
    match Coverage::new(expression) {
        Ok(coverage) => Some(coverage),
        Err(error) => {
            lane.warn(&format!("`coverage`: {error}"));
            None
        }
    }
}

/// How a job ends by its script.
fn outcome(ending: &Ending, lane: &mut Lane) -> (Status, JobReport) {
    let mut report = JobReport::default();
    match ending {
        Ending::Exited(0) | Ending::Cancelled => {}
        Ending::Exited(code) => {
            report.exit_code = Some(*code);
            report.failure = Some(FailureReason::ScriptFailure);
        }
        Ending::TimedOut => report.failure = Some(FailureReason::JobExecutionTimeout),
        Ending::Broken(message) => {
            report.failure = Some(FailureReason::RunnerSystemFailure);
            lane.annotate(AnnotationLevel::Error, message);
        }
    }
    (ending.status(), report)
}

/// The artifacts of a job, with the folder that it publishes ("CI/CD YAML syntax reference",
/// `pages:publish`).
fn artifacts_of(job: &Job, lane: &mut Lane) -> Option<Artifacts> {
    let mut artifacts = job.order.job.artifacts.as_deref().cloned();
    if let Some(pages) = &job.order.job.pages {
        let folder = pages.publish.as_ref().map(|folder| job.variables.expand(folder));
        let folder = folder.unwrap_or_else(|| "public".to_owned());
        lane.attribute("pages", &folder);
        artifacts.get_or_insert_default().paths.push(folder);
    }
    artifacts
}

/// Keeps artifacts and reads reports.
async fn keep_artifacts(
    job: &Job,
    lane: &mut Lane,
    end: ScriptEnd,
    report: &mut JobReport,
) -> Result<(), String> {
    let Some(definition) = &artifacts_of(job, lane) else { return Ok(()) };
    report.has_artifacts = artifacts::keep(lane, job, definition, end).await?;
    if end != ScriptEnd::Stopped && definition.reports != Reports::default() {
        report.dotenv = artifacts::keep_reports(lane, job, definition).await?;
    }
    Ok(())
}

/// What GitLab would release; nothing is released from here.
fn tell_release(job: &Job, lane: &mut Lane) {
    let Some(release) = &job.order.job.release else { return };
    let tag = job.variables.expand(&release.tag_name);
    let name = release.name.as_ref().map_or_else(|| tag.clone(), |name| job.variables.expand(name));
    lane.line(&format!("GitLab would make the release '{name}' of the tag {tag} now."));
    lane.attribute("release", &format!("{name} ({tag})"));
}

/// The last line of the log.
fn finish(lane: &mut Lane, status: Status, report: JobReport) -> (Status, JobReport) {
    match (status, report.exit_code) {
        (Status::Succeeded, _) => lane.line("\x1b[32;1mJob succeeded\x1b[0;m"),
        (_, Some(code)) => lane.fail(&format!("Job failed: exit code {code}")),
        (Status::TimedOut, _) => lane.fail("Job failed: execution took longer than it may"),
        (Status::Cancelled, _) => lane.warn("Job was canceled"),
        _ => lane.fail("Job failed"),
    }
    (status, report)
}
