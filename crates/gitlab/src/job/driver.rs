//! The way through one job: files are brought, the script runs, what is to be kept is kept.
//!
//! Source: "Job execution flow" of GitLab Runner's documentation: get sources, restore cache,
//! download artifacts, `step_script`, `after_script`, archive cache, upload artifacts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use windlass_engine::{JobDriver, JobPort};
use windlass_gitlab_syntax::pipeline::{Artifacts, Need, Reports};
use windlass_gitlab_syntax::{Variable, Variables};
use windlass_kernel::{AnnotationLevel, JobOrder, JobResult, Status};

use super::artifacts::{self, ArtifactStore, ScriptEnd};
use super::cache::{self, ReadyCache};
use super::coverage::Coverage;
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use super::output::Output;
use super::program::{self, Ending, Limits};
use super::setup::{self, Job};
use super::{environment, reports, trigger};
use crate::order::GitlabJobOrder;
use crate::report::{FailureReason, JobReport};

/// How long `after_script` may take ("CI/CD YAML syntax reference", `after_script`).
const AFTER_SCRIPT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

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
    let ending = run_script(job, lane, coverage.as_mut()).await;
    let end = match ending {
        Ending::Exited(0) => ScriptEnd::Succeeded,
        Ending::Exited(_) | Ending::Broken(_) => ScriptEnd::Failed,
        // The script's own limit leaves time to keep what it made.
        Ending::TimedOut if Instant::now() < job.limits.deadline => ScriptEnd::Failed,
        Ending::Cancelled | Ending::TimedOut => ScriptEnd::Stopped,
    };
    let (mut status, mut report) = outcome(&ending, lane);
    if after_script(job, lane, &ending).await.is_err() && status == Status::Succeeded {
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
    let hook = &job.order.job.pre_get_sources_script;
    if !hook.is_empty() {
        lane.begin("get_sources", "Getting source from Git repository");
        let text = job.shell.script(hook);
        let ending =
            run_text(job, lane, "pre_get_sources", &text, &[], None, job.limits.clone()).await;
        let is_fine = ending == Ending::Exited(0);
        lane.end(if is_fine { Status::Succeeded } else { Status::Failed }, reason(&ending));
        if !is_fine {
            return Err(FailureReason::ScriptFailure);
        }
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

/// Runs `before_script` and `script` in one shell, or the steps of `run` one after another.
async fn run_script(job: &Job, lane: &mut Lane, mut coverage: Option<&mut Coverage>) -> Ending {
    let definition = &job.order.job;
    let mut limits = job.limits.clone();
    if let Some(limit) = job.duration("RUNNER_SCRIPT_TIMEOUT") {
        limits.deadline = limits.deadline.min(Instant::now() + limit);
    }
    if definition.run.is_empty() {
        lane.begin("step_script", "Executing \"step_script\" stage of the job script");
        let text = job.shell.script(definition.before_script.iter().chain(&definition.script));
        let ending = run_text(job, lane, "script", &text, &[], coverage, limits).await;
        lane.end(status_of(&ending), reason(&ending));
        return ending;
    }
    for (number, step) in definition.run.iter().enumerate() {
        lane.begin(&format!("step_{number}"), &format!("Executing step \"{}\"", step.name));
        let ending = match &step.script {
            Some(script) => {
                let text = job.shell.script([script]);
                let variable = |(name, value): (&String, &String)| {
                    (name.clone(), Variable::new(value.as_str()))
                };
                let own: Vec<_> = step.env.iter().map(variable).collect();
                let coverage = coverage.as_deref_mut();
                run_text(job, lane, "script", &text, &own, coverage, limits.clone()).await
            }
            None => Ending::Broken(format!(
                "the step '{}' calls another one, which cannot be run here; write it as a `script`",
                step.name
            )),
        };
        lane.end(status_of(&ending), reason(&ending));
        if ending != Ending::Exited(0) {
            return ending;
        }
    }
    Ending::Exited(0)
}

/// Runs `after_script` in a shell of its own. What becomes of it matters only where
/// `AFTER_SCRIPT_IGNORE_ERRORS` is `false`.
async fn after_script(job: &Job, lane: &mut Lane, script: &Ending) -> Result<(), ()> {
    let commands = &job.order.job.after_script;
    // "CI/CD YAML syntax reference", `after_script`: not after a time limit, and not for a job that
    // could not run; the script's own limit leaves time for it.
    let has_time = Instant::now() < job.limits.deadline;
    if commands.is_empty() || !has_time || matches!(script, Ending::Broken(_)) {
        return Ok(());
    }
    let status = match script {
        Ending::Exited(0) => "success",
        Ending::Cancelled => "canceled",
        _ => "failed",
    };
    lane.begin("after_script", "Running after_script");
    lane.line("Running after script...");
    let limit = job.duration("RUNNER_AFTER_SCRIPT_TIMEOUT").unwrap_or(AFTER_SCRIPT_TIMEOUT);
    let limits = Limits { cancelled: None, deadline: Instant::now() + limit, ..job.limits.clone() };
    let own = [("CI_JOB_STATUS".to_owned(), Variable::literal(status))];
    let text = job.shell.script(commands);
    let ending = run_text(job, lane, "after_script", &text, &own, None, limits).await;
    let is_fine = ending == Ending::Exited(0);
    let is_ignored = job
        .variables
        .scope()
        .expanded_value("AFTER_SCRIPT_IGNORE_ERRORS")
        .is_none_or(|it| it != "false");
    if !is_fine {
        let reason = reason(&ending).unwrap_or_default();
        lane.warn(&format!(
            "after_script failed, {}: {reason}",
            if is_ignored { "but job will continue unaffected" } else { "and the job with it" }
        ));
    }
    let status = match (is_fine, is_ignored) {
        (true, _) => Status::Succeeded,
        (false, true) => Status::Warning,
        (false, false) => Status::Failed,
    };
    lane.end(status, reason(&ending));
    if status == Status::Failed { Err(()) } else { Ok(()) }
}

/// Runs a script with some variables over those of the job.
async fn run_text(
    job: &Job,
    lane: &mut Lane,
    name: &str,
    text: &str,
    own: &[(String, Variable)],
    coverage: Option<&mut Coverage>,
    limits: Limits,
) -> Ending {
    let places = job.session.places();
    let file = places.command_files.join(name);
    if let Err(error) = job.session.put(&file, text.as_bytes()).await {
        return Ending::Broken(error.to_string());
    }
    let mut variables = job.variables.clone();
    variables.overlay(&own.iter().cloned().collect::<Variables>());
    let mut spec = job.shell.start(&file, &places.workspace);
    spec.environment = environment::of_script(&job.base, &variables);
    program::run(&*job.session, spec, Output::new(lane, coverage), limits).await
}

fn status_of(ending: &Ending) -> Status {
    match ending {
        Ending::Exited(0) => Status::Succeeded,
        Ending::Exited(_) | Ending::Broken(_) => Status::Failed,
        Ending::TimedOut => Status::TimedOut,
        Ending::Cancelled => Status::Cancelled,
    }
}

fn reason(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Exited(0) => None,
        Ending::Exited(code) => Some(format!("exit code {code}")),
        Ending::TimedOut => Some("it ran longer than it may".to_owned()),
        Ending::Cancelled => Some("canceled".to_owned()),
        Ending::Broken(message) => Some(message.clone()),
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
    (status_of(ending), report)
}

/// The artifacts of a job, with the folder that it publishes ("CI/CD YAML syntax reference",
/// `pages:publish`).
fn artifacts_of(job: &Job, lane: &mut Lane) -> Option<Artifacts> {
    let mut artifacts = job.order.job.artifacts.clone();
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
