//! From a prepared `run` step, or any other program of a step, to its end.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use windlass_github_syntax::expression::{Object, Value};
use windlass_github_syntax::template::Template;
use windlass_kernel::{AnnotationLevel, Change, NodeId};
use windlass_session::{ExecSpec, Session};

use super::annotations::Place;
use super::cancellation::describe;
use super::commands::{Commands, Effects};
use super::context::Job;
use super::files::{self, Written, key_values};
use super::lane::{Deadline, Lane};
use super::matchers::matching::Matching;
use super::options::{FailedIn, FailedStep};
use super::program::{Ending, run_program};
use super::script::{Script, launch};
use super::state::{Ended, Frame, JobState, Outcome, StateChange};
use super::steps::{Prepared, fail};
use super::variables::Variables;

/// Runs a `run` step.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    prepared: &Prepared,
    parts: (&Template, Option<&Template>, Option<&Template>),
) -> Ended {
    let node = &prepared.node;
    let env = state.env.clone();
    let layers = [&env, &frame.env, &prepared.env];
    let script = {
        let scope = job.scope(state, frame, &layers, &prepared.github);
        Script::evaluate(job, frame, &scope, parts)
    };
    let script = match script {
        Ok(script) => script,
        Err(error) => return fail(job, lane, node, &error.to_string()),
    };
    let step = step_variables(&prepared.github);
    let step: Vec<(&str, &OsStr)> =
        step.iter().map(|(name, value)| (*name, OsStr::new(value))).collect();
    let launch = match launch(job, lane, state, node, &script, &layers, &step).await {
        Ok(launch) => launch,
        Err(message) => return fail(job, lane, node, &message),
    };
    remember(job, lane, node, &launch.spec, Some(launch.file));
    let execution =
        Execution { session: &*job.session, spec: launch.spec, program: Program::Script };
    run_spec(job, lane, state, node, execution, &layers).await.ended
}

/// The variables that differ by step: what `github` says of it, as `GITHUB_*`.
pub(crate) fn step_variables(github: &[(&'static str, Value)]) -> Vec<(&'static str, String)> {
    let name = |property: &str| match property {
        "action" => Some("GITHUB_ACTION"),
        "action_path" => Some("GITHUB_ACTION_PATH"),
        "action_ref" => Some("GITHUB_ACTION_REF"),
        "action_repository" => Some("GITHUB_ACTION_REPOSITORY"),
        _ => None,
    };
    let variables = github.iter();
    variables
        .filter_map(|(property, value)| Some((name(property)?, value.to_text().into_owned())))
        .collect()
}

/// What a program of a step came to.
pub(crate) struct Ran {
    /// How the step ended by it.
    pub ended: Ended,
    /// The state it saved for the post part of its action.
    pub saved: Vec<(String, String)>,
}

/// Keeps what a person needs to see if the program fails, where somebody would be asked.
pub(crate) fn remember(
    job: &Job,
    lane: &mut Lane,
    node: &NodeId,
    spec: &ExecSpec,
    script: Option<PathBuf>,
) {
    let engine = job.options.containers.engine.known();
    let container = job.own_container.as_ref().zip(engine).map(|(container, engine)| FailedIn {
        id: container.id.clone(),
        engine: engine.kind(),
        socket: engine.socket().to_owned(),
    });
    lane.program = job.options.on_failure.is_some().then(|| FailedStep {
        node: node.clone(),
        label: String::new(),
        reason: String::new(),
        directory: spec.directory.clone(),
        environment: spec.environment.clone(),
        script,
        container,
    });
}

/// What kind of program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A script, or a tool that the step calls: a bad exit code is told as an error.
    Script,
    /// A part of an action, which tells by itself what went wrong.
    Action,
}

/// A program to be run.
pub(crate) struct Execution<'a> {
    /// Where.
    pub session: &'a dyn Session,
    /// What.
    pub spec: ExecSpec,
    /// As what.
    pub program: Program,
}

/// Runs a program and takes in all it hands over.
pub(crate) async fn run_spec(
    job: &Job,
    lane: &mut Lane,
    state: &mut JobState,
    node: &NodeId,
    execution: Execution<'_>,
    env: &[&Variables],
) -> Ran {
    let Execution { session, spec, program } = execution;
    let variable = |name: &str| env.iter().rev().find_map(|layer| layer.get(name));
    let commands = Commands::new(job.debug, variable);
    let matching = Matching::new(&state.matchers);
    lane.reporter.flush();
    let killed_before = job.host.memory_kills();
    let finished = run_program(session, lane, node, spec, commands, matching).await;
    tell_memory_kills(job, lane, node, killed_before);
    for change in finished.matchers {
        state.apply(change.into());
    }
    let mut effects = finished.effects;
    let written = lane.files.take(&*job.session).await;
    let mut problems = take_in(job, lane, state, node, &mut effects, written);
    let ended = match finished.ending {
        Ending::Exited(exit) if exit.success() => {
            if effects.failed && problems.is_empty() {
                problems.push("a workflow command could not be carried out".to_owned());
            }
            problems.into_iter().next().map(|problem| Ended::new(Outcome::Failure, Some(problem)))
        }
        Ending::Exited(exit) => {
            let code = exit.code();
            if program == Program::Script {
                let message = format!("Process completed with exit code {code}.");
                lane.log.issue(node, "error", &message);
                effects.annotations.add(AnnotationLevel::Error, message, Place::default());
            }
            Some(Ended::new(Outcome::Failure, Some(format!("exit code {code}"))))
        }
        Ending::NotStarted(error) => Some(fail(job, lane, node, &error.to_string())),
        Ending::Broken(message) => Some(fail(job, lane, node, &message)),
        Ending::TimedOut => {
            let message = lane.deadline.as_ref().map_or_else(String::new, |deadline| {
                let Deadline { label, minutes, .. } = deadline;
                format!("The action '{label}' has timed out after {minutes} minutes.")
            });
            Some(fail(job, lane, node, &message))
        }
        Ending::Cancelled => {
            lane.log.issue(node, "error", "The operation was canceled.");
            let reason = lane.stop.borrow().reason();
            let reason = reason.map_or("a later step cancelled it", describe);
            Some(Ended::new(Outcome::Cancelled, Some(reason.to_owned())))
        }
    };
    let mut ended = ended.unwrap_or_else(|| Ended::new(Outcome::Success, None));
    ended.outputs = effects.outputs.drain(..).collect::<Object>();
    if let Some(overflow) = effects.annotations.overflow() {
        lane.log.line(node, &overflow);
    }
    let workspace = &session.places().workspace;
    let reported = effects.annotations.into_reported(node, workspace, |text| job.mask(text));
    reported.for_each(|annotation| lane.reporter.add(Change::Annotate(annotation)));
    Ran { ended, saved: effects.state.into_iter().collect() }
}

/// Says why processes ended that had no part in it: exit code 137 alone leaves one puzzled.
fn tell_memory_kills(job: &Job, lane: &mut Lane, node: &NodeId, before: u64) {
    let count = job.host.memory_kills().saturating_sub(before);
    let limit = job.options.isolation.limits.memory;
    if let (1.., Some(limit)) = (count, limit) {
        let what = if count == 1 { "a process".to_owned() } else { format!("{count} processes") };
        let message = format!(
            "The system killed {what} of this job: out of memory, of which it may have {limit} \
             (`[run.limits]` in windlass.toml)"
        );
        lane.log.issue(node, "warning", &message);
    }
}

/// Takes in what a program wrote to its command files and said by commands; answers what was
/// wrong with it, which fails the step.
fn take_in(
    job: &Job,
    lane: &mut Lane,
    state: &mut JobState,
    node: &NodeId,
    effects: &mut Effects,
    written: Written,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut problem = |lane: &mut Lane, effects: &mut Effects, file: &str, cause: &str| {
        let message = format!("Unable to process file command '{file}' successfully.\n{cause}");
        lane.log.issue(node, "error", &message);
        effects.annotations.add(AnnotationLevel::Error, message, Place::default());
        problems.push(format!("{file}: {cause}"));
    };
    for path in files::path::parse(&written.path) {
        state.apply(StateChange::Path(path.to_owned()));
    }
    for path in std::mem::take(&mut effects.paths) {
        state.apply(StateChange::Path(path));
    }
    for (name, value) in std::mem::take(&mut effects.environment) {
        state.apply(StateChange::Variable(name, value));
    }
    match key_values::parse(&written.environment) {
        Ok(pairs) => {
            for (name, value) in pairs {
                match files::environment::refusal(&name) {
                    Some(refusal) => {
                        lane.log.issue(node, "error", &refusal);
                        effects.annotations.add(AnnotationLevel::Error, refusal, Place::default());
                    }
                    None => state.apply(StateChange::Variable(name, value)),
                }
            }
        }
        Err(error) => problem(lane, effects, "env", &error.to_string()),
    }
    match key_values::parse(&written.output) {
        Ok(pairs) => effects.outputs.extend(pairs),
        Err(error) => problem(lane, effects, "output", &error.to_string()),
    }
    match key_values::parse(&written.state) {
        Ok(pairs) => effects.state.extend(pairs),
        Err(error) => problem(lane, effects, "state", &error.to_string()),
    }
    if !written.summary.is_empty() {
        let markdown = job.mask(&written.summary);
        lane.reporter.add(Change::Summarize { node: node.clone(), markdown });
    }
    for message in written.problems {
        lane.log.issue(node, "error", &message);
        effects.annotations.add(AnnotationLevel::Error, message, Place::default());
    }
    problems
}
