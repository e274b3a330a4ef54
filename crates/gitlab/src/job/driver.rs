//! The way through one job: files are brought, the script runs, what is to be kept is kept.
//!
//! Source: "Job execution flow" of GitLab Runner's documentation: get sources, restore cache,
//! download artifacts, `step_script`, `after_script`, archive cache, upload artifacts.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;
use windlass_engine::{JobDriver, JobPort};
use windlass_gitlab_syntax::Variables;
use windlass_gitlab_syntax::pipeline::{Artifacts, Need, Reports};
use windlass_kernel::{AnnotationLevel, JobOrder, JobResult, Status};

use super::artifacts::{self, ArtifactStore, ScriptEnd};
use super::cache::{self, ReadyCache};
use super::coverage::Coverage;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use super::program::Ending;
use super::setup::{self, Job};
use super::{execution, reports, trigger};
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
        let artifacts = ArtifactStore::new(self.options.artifacts.join(port.run().to_string()));
        let order = match GitlabJobOrder::read(order) {
            Ok(order) => order,
            Err(error) => return refuse(&port, &error.to_string()),
        };
        if let Some(trigger) = &order.job.trigger {
            return trigger::run(&order, trigger, &self.options, &port, &artifacts).await;
        }
        let prepared = setup::prepare(order, self.options.clone(), port.clone(), artifacts).await;
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
    cache::keep(lane, &caches, (&job.options.caches, project), end).await;
    if keep_artifacts(job, lane, end, &mut report).await.is_err() {
        status = Status::Failed;
        report.failure.get_or_insert(FailureReason::RunnerSystemFailure);
    }
    if let Some(found) = coverage.and_then(|coverage| coverage.found) {
        lane.attribute("coverage", &format!("{found} %"));
    }
    tell_environment(job, lane, &report.dotenv);
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
    cache::bring(lane, caches, (&job.options.caches, project)).await;
    tell_foreign_needs(job, lane);
    let sources = &job.order.artifacts_from;
    if !sources.is_empty() {
        let brought = artifacts::bring(lane, &job.artifacts, sources, project).await;
        brought.map_err(|_| FailureReason::RunnerSystemFailure)?;
    }
    Ok(())
}

/// What other projects have is on their GitLab ("CI/CD YAML syntax reference", `needs:project`).
fn tell_foreign_needs(job: &Job, lane: &mut Lane) {
    for need in job.order.job.needs.iter().flatten() {
        if let Need::Project { project, job: name, artifacts: true, .. } = need {
            let project = job.variables.expand(project);
            lane.warn(&format!(
                "the artifacts of '{name}' of {project} are not here, so the job runs without them"
            ));
        }
    }
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
    let project = job.directory.workspace.as_path();
    let variables = &job.variables;
    let kept = artifacts::keep(lane, &job.artifacts, definition, (project, variables), end).await;
    report.has_artifacts = kept?;
    if end != ScriptEnd::Stopped && definition.reports != Reports::default() {
        let (reports, variables) = (definition.reports.clone(), variables.clone());
        let (project, to) = (project.to_owned(), job.artifacts.reports_of(lane.node().as_str()));
        let found =
            tokio::task::spawn_blocking(move || reports::take(&reports, &project, &variables, &to));
        let found = found.await.map_err(|error| error.to_string())?;
        found.warnings.iter().for_each(|warning| lane.warn(warning));
        found.attributes.iter().for_each(|(name, value)| lane.attribute(name, value));
        report.dotenv = found.dotenv;
    }
    Ok(())
}

/// What the job deploys to; the address may hold variables that the script reported
/// ("Environments", set a dynamic environment URL).
fn tell_environment(job: &Job, lane: &mut Lane, dotenv: &Variables) {
    let Some(environment) = &job.order.job.environment else { return };
    let mut variables = job.variables.clone();
    variables.overlay(dotenv);
    lane.attribute("environment", &variables.expand(&environment.name));
    if let Some(url) = &environment.url {
        lane.attribute("environment-url", &variables.expand(url));
    }
    if let Some(time) = &environment.auto_stop_in {
        lane.attribute("environment-stops-in", &variables.expand(time));
    }
    if let Some(job) = &environment.on_stop {
        lane.attribute("environment-stopped-by", job);
    }
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
