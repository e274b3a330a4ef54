//! The scripts of a job: the hook, the script itself, and `after_script`. [`steps`] runs those of
//! `run`.
//!
//! Source: "CI/CD YAML syntax reference", sections `script`, `before_script` and
//! `after_script`; "Set script and after_script timeouts" of GitLab Runner's documentation.

use std::time::Duration;

use tokio::time::Instant;
use windlass_gitlab_syntax::{Variable, Variables};
use windlass_kernel::Status;

use super::coverage::Coverage;
use super::environment;
use super::lane::Lane;
use super::output::Output;
use super::program::{self, Ending, Limits};
use super::setup::Job;
use super::steps;

/// How long `after_script` may take ("CI/CD YAML syntax reference", `after_script`).
const AFTER_SCRIPT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// A script and what it has that the job has not.
struct Script<'a> {
    /// The name of its file.
    name: &'a str,
    text: String,
    /// Variables over those of the job.
    variables: Variables,
    limits: Limits,
}

/// Runs `hooks:pre_get_sources_script`.
pub(crate) async fn run_hook(job: &Job, lane: &mut Lane) -> Ending {
    lane.begin("get_sources", "Getting source from Git repository");
    let script = Script {
        name: "pre_get_sources",
        text: job.shell.script(&job.order.job.pre_get_sources_script),
        variables: Variables::default(),
        limits: job.limits.clone(),
    };
    let ending = run(job, lane, script, None).await;
    lane.end(ending.status(), ending.reason());
    ending
}

/// Runs `before_script` and `script` in one shell, or the steps of `run` one after another.
pub(crate) async fn run_script(
    job: &Job,
    lane: &mut Lane,
    coverage: Option<&mut Coverage>,
) -> Ending {
    let definition = &job.order.job;
    let mut limits = job.limits.clone();
    if let Some(limit) = job.duration("RUNNER_SCRIPT_TIMEOUT") {
        limits.deadline = limits.deadline.min(Instant::now() + limit);
    }
    if definition.run.is_empty() {
        lane.begin("step_script", "Executing \"step_script\" stage of the job script");
        let commands = definition.before_script.iter().chain(&definition.script);
        let text = job.shell.script(commands);
        let script = Script { name: "script", text, variables: Variables::default(), limits };
        let ending = run(job, lane, script, coverage).await;
        lane.end(ending.status(), ending.reason());
        return ending;
    }
    steps::run_all(job, lane, limits, coverage).await
}

/// Runs `after_script` in a shell of its own. What becomes of it matters only where
/// `AFTER_SCRIPT_IGNORE_ERRORS` is `false`; answers whether the job may pass.
pub(crate) async fn run_after_script(job: &Job, lane: &mut Lane, script: &Ending) -> bool {
    let commands = &job.order.job.after_script;
    // Not after the job's time limit, and not for a job that could not run. The script's own limit
    // leaves time for it.
    let has_time = Instant::now() < job.limits.deadline;
    if commands.is_empty() || !has_time || matches!(script, Ending::Broken(_)) {
        return true;
    }
    let status = match script {
        Ending::Exited(0) => "success",
        Ending::Cancelled => "canceled",
        _ => "failed",
    };
    lane.begin("after_script", "Running after_script");
    lane.line("Running after script...");
    let limit = job.duration("RUNNER_AFTER_SCRIPT_TIMEOUT").unwrap_or(AFTER_SCRIPT_TIMEOUT);
    let deadline = Instant::now() + limit;
    let script = Script {
        name: "after_script",
        text: job.shell.script(commands),
        variables: [("CI_JOB_STATUS", Variable::literal(status))].into_iter().collect(),
        limits: Limits { cancelled: None, deadline, ..job.limits.clone() },
    };
    let ending = run(job, lane, script, None).await;
    let ignores = job.variables.scope().expanded_value("AFTER_SCRIPT_IGNORE_ERRORS");
    let is_ignored = ignores.is_none_or(|it| it != "false");
    let (status, may_pass) = match (&ending, is_ignored) {
        (Ending::Exited(0), _) => (Status::Succeeded, true),
        (_, true) => (Status::Warning, true),
        (_, false) => (Status::Failed, false),
    };
    if let Some(reason) = ending.reason() {
        let what =
            if may_pass { "but job will continue unaffected" } else { "and the job with it" };
        lane.warn(&format!("after_script failed, {what}: {reason}"));
    }
    lane.end(status, ending.reason());
    may_pass
}

async fn run(
    job: &Job,
    lane: &mut Lane,
    script: Script<'_>,
    coverage: Option<&mut Coverage>,
) -> Ending {
    let places = job.session.places();
    let file = places.command_files.join(script.name);
    if let Err(error) = job.session.put(&file, script.text.as_bytes()).await {
        return Ending::Broken(error.to_string());
    }
    let mut variables = job.variables.clone();
    variables.overlay(&script.variables);
    let mut spec = job.shell.start(&file, &places.workspace);
    spec.environment = environment::of_script(&job.base, &variables);
    program::run(&*job.session, spec, Output::new(lane, coverage), script.limits).await
}
