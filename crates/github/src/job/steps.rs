//! The steps of a job or of a composite action, one after another.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps`; the order in
//! which `env`, `if`, `name` and `timeout-minutes` are looked at is actions/runner's `StepsRunner`.

use std::pin::Pin;
use std::sync::Arc;

use tokio::time::Instant;
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::workflow::{Step, StepKind};
use windlass_kernel::{Annotation, AnnotationLevel, Change, NodeId};

use super::actions;
use super::background::Background;
use super::cancellation::Stop;
use super::conditions::{evaluate_boolean, holds, minutes_of, survives_cancel, why_skipped};
use super::context::Job;
use super::labels;
use super::lane::{Deadline, Lane};
use super::options::AfterFailure;
use super::state::{Ended, Frame, JobState, Outcome};
use super::variables::Variables;

/// A future of a step; boxed because composite actions have steps in turn.
pub(crate) type StepFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What is known of a step before its work starts.
pub(crate) struct Prepared {
    /// Its node.
    pub node: NodeId,
    /// Its id, written or generated.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// What the head of its log calls it.
    pub head: String,
    /// Its own `env`, evaluated.
    pub env: Variables,
    /// What `github` says that differs by step.
    pub github: Vec<(&'static str, Value)>,
}

/// Runs all steps of a frame in order. `background` is there for the steps of a job: an action
/// has no background steps.
pub(crate) async fn run_steps(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &mut Frame,
    steps: &[Step],
    mut background: Option<&mut Background>,
) {
    for step in steps {
        let ended = match (&mut background, &step.kind) {
            (Some(background), _) if step.background => {
                background.start(job, lane, state, frame, step);
                continue;
            }
            (Some(background), StepKind::Parallel { steps }) => {
                background.run_parallel(job, lane, state, frame, step, steps).await
            }
            (
                Some(background),
                StepKind::Wait { .. } | StepKind::WaitAll | StepKind::Cancel { .. },
            ) => background.control(job, lane, state, frame, step).await,
            _ => run_step(job, lane, state, frame, step).await,
        };
        frame.record(&step.id.value, &ended, state);
        if ended.stop {
            state.failed = true;
            if let Some(action) = &mut frame.action {
                action.stopped = true;
            }
            skip_rest(job, lane, frame, steps, step);
            break;
        }
    }
}

/// The user has ended the job: what comes after `last` is skipped.
fn skip_rest(job: &Job, lane: &mut Lane, frame: &Frame, steps: &[Step], last: &Step) {
    let rest = steps.iter().skip_while(|step| !std::ptr::eq(*step, last)).skip(1);
    let ended = Ended::new(Outcome::Skipped, Some("the job was ended by hand".to_owned()));
    for step in rest {
        let position = lane.log.position();
        conclude(job, lane, &frame.node.child(&step.id.value), &ended, position);
    }
}

/// Runs one step: whether it runs at all, what it does, what its end means.
pub(crate) fn run_step<'a>(
    job: &'a Arc<Job>,
    lane: &'a mut Lane,
    state: &'a mut JobState,
    frame: &'a mut Frame,
    step: &'a Step,
) -> StepFuture<'a, Ended> {
    Box::pin(async move {
        let node = frame.node.child(&step.id.value);
        let start = lane.log.position();
        let before = (lane.deadline.clone(), lane.survives_cancel);
        let prepared = match prepare(job, lane, state, frame, step, node.clone()) {
            Ok(prepared) => prepared,
            Err(ended) => {
                conclude(job, lane, &node, &ended, start);
                return ended;
            }
        };
        let mut ended = loop {
            lane.program = None;
            let ended = attempt(job, lane, state, frame, step, &prepared).await;
            match ask_after_failure(job, lane, state, frame, step, &ended, &prepared).await {
                AfterFailure::Continue => break ended,
                AfterFailure::Retry => lane.log.line(&node, "Retrying the step."),
                AfterFailure::Stop => break Ended { stop: true, ..ended },
            }
        };
        (lane.deadline, lane.survives_cancel) = before;
        excuse(job, lane, state, frame, step, &prepared, &mut ended);
        conclude(job, lane, &node, &ended, start);
        ended
    })
}

/// Looks at `env`, `if`, `name` and `timeout-minutes`.
///
/// # Errors
/// How the step ended, when it does not come to run.
fn prepare(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    step: &Step,
    node: NodeId,
) -> Result<Prepared, Ended> {
    let stop = *lane.stop.borrow();
    if matches!(stop, Stop::Killed(_)) || lane.is_cancelled() {
        return Err(Ended::new(Outcome::Cancelled, Some("the job was cancelled".to_owned())));
    }
    let mut github = frame.action.as_ref().map(|action| action.github.clone()).unwrap_or_default();
    github.push(("action", Value::from(step.id.value.as_str())));
    let env = match &step.env {
        None => Variables::default(),
        Some(template) => {
            let layers = [&state.env, &frame.env];
            let scope = job.scope(state, frame, &layers, &github);
            let pairs = template.evaluate_mapping(&scope);
            pairs
                .map_err(|error| {
                    lane.reporter.begin(&node);
                    fail(job, lane, &node, &format!("`env`: {error}"))
                })?
                .into_iter()
                .collect()
        }
    };
    let layers = [&state.env, &frame.env, &env];
    let scope = job.scope(state, frame, &layers, &github);
    if !holds(job, lane, &step.condition, &scope, &node)? {
        let reason = why_skipped(&step.condition, &scope);
        return Err(Ended::new(Outcome::Skipped, Some(reason)));
    }
    if frame.action.is_none() {
        // Inside an action the condition of the step that uses it decides.
        lane.survives_cancel = survives_cancel(&step.condition.expression, &scope);
    }
    let label = labels::label(step, &scope, false);
    if labels::label(step, &scope, true) != label {
        lane.reporter.add(Change::Rename { node: node.clone(), label: job.mask(&label) });
    }
    lane.reporter.begin(&node);
    if let Some(template) = &step.timeout_minutes {
        let minutes = template
            .evaluate_number(&scope)
            .map_err(|error| fail(job, lane, &node, &format!("`timeout-minutes`: {error}")))?;
        if let Some(limit) = minutes_of(minutes) {
            let at = Instant::now() + limit;
            if lane.deadline.as_ref().is_none_or(|outer| at < outer.at) {
                lane.deadline = Some(Deadline { at, minutes, label: label.clone() });
            }
        }
    }
    let head = match &step.kind {
        StepKind::Uses { uses, .. } => uses.value.clone(),
        _ => String::new(),
    };
    Ok(Prepared { node, id: step.id.value.clone(), label, head, env, github })
}

/// What the step does.
async fn attempt(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &mut Frame,
    step: &Step,
    prepared: &Prepared,
) -> Ended {
    match &step.kind {
        StepKind::Run { script, shell, working_directory } => {
            let parts = (script, shell.as_ref(), working_directory.as_ref());
            super::run::run(job, lane, state, frame, prepared, parts).await
        }
        StepKind::Uses { uses, action, with } => {
            let step = actions::UsesStep { step, uses, action, with: with.as_ref() };
            actions::run(job, lane, state, frame, prepared, step).await
        }
        _ => {
            let message = "background steps cannot be used inside an action";
            fail(job, lane, &prepared.node, message)
        }
    }
}

/// Asks the person at the terminal what to do about a failure, where there is one.
async fn ask_after_failure(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    step: &Step,
    ended: &Ended,
    prepared: &Prepared,
) -> AfterFailure {
    let (Some(hook), Some(mut failed), Outcome::Failure) =
        (&job.options.on_failure, lane.program.take(), ended.outcome)
    else {
        return AfterFailure::Continue;
    };
    if is_excused(job, state, frame, step, prepared).unwrap_or(false) {
        return AfterFailure::Continue;
    }
    failed.label.clone_from(&prepared.label);
    failed.reason = ended.reason.clone().unwrap_or_default();
    lane.log.flush();
    lane.reporter.flush();
    let mut stop = lane.stop.clone();
    tokio::select! {
        decision = hook.decide(failed) => decision,
        _ = stop.wait_for(|stop| *stop != Stop::Going) => AfterFailure::Continue,
    }
}

/// Whether `continue-on-error` holds.
fn is_excused(
    job: &Job,
    state: &JobState,
    frame: &Frame,
    step: &Step,
    prepared: &Prepared,
) -> Result<bool, String> {
    let Some(template) = &step.continue_on_error else { return Ok(false) };
    let layers = [&state.env, &frame.env, &prepared.env];
    let scope = job.scope(state, frame, &layers, &prepared.github);
    evaluate_boolean(template, &scope)
}

/// Applies `continue-on-error`: the outcome stays, the conclusion becomes a success.
fn excuse(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    step: &Step,
    prepared: &Prepared,
    ended: &mut Ended,
) {
    if ended.outcome != Outcome::Failure {
        return;
    }
    match is_excused(job, state, frame, step, prepared) {
        Ok(true) => ended.conclusion = Outcome::Success,
        Ok(false) => {}
        Err(error) => {
            let message = format!("`continue-on-error`: {error}");
            lane.log.issue(&prepared.node, "error", &message);
        }
    }
}

/// Says in the log and in an annotation why a step failed.
pub(crate) fn fail(job: &Job, lane: &mut Lane, node: &NodeId, message: &str) -> Ended {
    lane.log.issue(node, "error", message);
    lane.reporter.add(Change::Annotate(annotation(job, node, message)));
    let reason = message.lines().next().unwrap_or_default();
    Ended::new(Outcome::Failure, Some(reason.to_owned()))
}

/// An error about a node.
pub(crate) fn annotation(job: &Job, node: &NodeId, message: &str) -> Annotation {
    Annotation::on(node.clone(), AnnotationLevel::Error, job.mask(message))
}

/// Reports the end of a step, with the part of the log that is its own.
pub(crate) fn conclude(job: &Job, lane: &mut Lane, node: &NodeId, ended: &Ended, start: u64) {
    lane.log.settle(node);
    let is_excused = ended.outcome == Outcome::Failure && ended.conclusion == Outcome::Success;
    let status =
        if is_excused { windlass_kernel::Status::Warning } else { ended.conclusion.status() };
    let reason = match &ended.reason {
        Some(reason) if is_excused => Some(format!("{reason} (continue-on-error)")),
        reason => reason.clone(),
    };
    lane.reporter.add(Change::Conclude {
        node: node.clone(),
        status,
        word: ended.conclusion.word().to_owned(),
        reason: reason.map(|reason| job.mask(&reason)),
        log: lane.log.slice_since(start),
    });
}
