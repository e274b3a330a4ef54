//! Rules for GitHub workflows and actions beyond what GitHub's own reader refuses: what would only
//! show at run time, or would never do what was meant.
//!
//! A rule is one file under `rules`: its code, severity and summary are declared there and nowhere
//! else, [`RULES`] lists them, and `docs/rules/<code>.md` is its page. Everything is a plain
//! function of syntax trees: no files, no network, no clock. A rule that is not certain is silent.

mod actions;
mod contexts;
mod file;
mod findings;
mod known;
mod layout;
mod neighbours;
mod outline;
mod project;
mod registry;
mod rules;
pub mod scripts;
mod shell;
mod sites;
mod types;
mod untrusted;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod pages;

use windlass_diagnostics::Diagnostic;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Job, JobBody, JobSteps, Step, StepKind, Workflow};

pub use actions::{ActionInterface, InputInterface};
pub use file::{FileKind, check_file};
pub use known::{Known, KnownContexts};
pub use neighbours::{ACTION_FILES, Neighbours, Texts};
pub use project::{NoProject, Project};
pub use registry::{RULES, Rule, every_rule};
pub use rules::shellcheck::shellcheck_finding;

use findings::Findings;
use outline::Outline;

/// Checks a workflow that could be read. `text` is what it was read from; findings come in the
/// order of the text.
#[must_use]
pub fn check_workflow(workflow: &Workflow, text: &str, project: &dyn Project) -> Vec<Diagnostic> {
    let mut findings = Findings::new(text);
    sites::workflow(workflow, project, &mut findings);
    rules::filter_pattern::check(&workflow.on, &mut findings);
    rules::filter_nothing::check(&workflow.on, &mut findings);
    rules::retired_event::check(&workflow.on, &mut findings);
    rules::schedule_interval::check(&workflow.on, &mut findings);
    rules::schedule_never::check(&workflow.on, &mut findings);
    rules::schedule_empty::check(&workflow.on, &mut findings);
    rules::dispatch_inputs::check(&workflow.on, &mut findings);
    rules::default_never_used::check(&workflow.on, &mut findings);
    rules::environment_name::check(workflow.env.as_ref(), &mut findings);
    rules::shell::check_defaults(workflow, &mut findings);
    rules::never_runs::check(workflow, &mut findings);
    rules::empty_value::check(workflow, &mut findings);
    rules::timezone::check(&workflow.on, &mut findings);
    rules::dispatch_options::check(&workflow.on, &mut findings);
    rules::workflow_run::check(&workflow.on, &mut findings);
    for job in workflow.jobs.values() {
        check_job(job, project, &mut findings);
    }
    let outline = Outline::new(workflow, text);
    rules::security::check(&outline, &mut findings);
    rules::delivery::check(&outline, &mut findings);
    findings.in_order()
}

fn check_job(job: &Job, project: &dyn Project, findings: &mut Findings<'_>) {
    rules::repeated_need::check(job, findings);
    rules::positive_number::check_job(job, findings);
    rules::missing_timeout::check(job, findings);
    let matrix = job.strategy.as_ref().and_then(|strategy| strategy.matrix());
    if let Some(matrix) = matrix {
        rules::matrix_repetition::check(matrix, findings);
        rules::matrix_exclude::check(matrix, findings);
    }
    let JobBody::Steps(body) = &job.body else { return };
    rules::environment_name::check(body.env.as_ref(), findings);
    rules::shell::check_job(body, findings);
    rules::runner_label::check(&body.runs_on, matrix, findings);
    if let Some(container) = &body.container {
        rules::container_image::check(container, findings);
    }
    rules::registry_credentials::check(body, findings);
    check_steps(&body.steps, Some(body), project, findings);
}

fn check_steps(
    steps: &[Step],
    job: Option<&JobSteps>,
    project: &dyn Project,
    findings: &mut Findings<'_>,
) {
    for step in steps {
        rules::environment_name::check(step.env.as_ref(), findings);
        rules::positive_number::check_step(step, findings);
        rules::empty_value::check_step(step, findings);
        rules::deprecated_command::check(step, findings);
        rules::docker_tag::check(step, findings);
        rules::shell::check_step(step, job, findings);
        match &step.kind {
            StepKind::Uses { uses, action, with } => {
                let Some(action) = project.interface(action) else { continue };
                rules::outdated_action::check(uses, &action, findings);
                let given = with.as_ref().map_or(Some(&[][..]), Template::as_mapping);
                let Some(given) = given else { continue };
                rules::action_input::check(uses, &action, given, findings);
                rules::deprecated_input::check(uses, &action, given, findings);
            }
            StepKind::Parallel { steps } => check_steps(steps, job, project, findings),
            _ => {}
        }
    }
}

/// Checks the metadata of an action, as [`check_workflow`] does a workflow.
#[must_use]
pub fn check_action(action: &Action, text: &str, project: &dyn Project) -> Vec<Diagnostic> {
    let mut findings = Findings::new(text);
    sites::action(action, project, &mut findings);
    rules::action_metadata::check(action, &mut findings);
    if let ActionRuns::Composite { steps } = &action.runs {
        check_steps(steps, None, project, &mut findings);
    }
    rules::security::check_action(action, &mut findings);
    findings.in_order()
}
