//! The parts of actions that run before the first step and after the last one.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `pre`, `pre-if`, `post`, `post-if`. Post
//! parts run in the reverse order of their main parts, also after a failure.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;
use windlass_github_syntax::action::ActionRuns;
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::workflow::{Condition, Step, StepKind};
use windlass_kernel::NodeId;

use super::{Instance, LoadedAction, UsesStep, composite, docker, inputs, javascript};
use crate::job::cancellation::Stop;
use crate::job::conditions::{holds, survives_cancel, why_skipped};
use crate::job::context::Job;
use crate::job::files::CommandFiles;
use crate::job::lane::Lane;
use crate::job::outline;
use crate::job::run::step_variables;
use crate::job::services::ServiceAddresses;
use crate::job::state::{Ended, Frame, JobState, Outcome, StateChange};
use crate::job::steps::{Prepared, StepFuture, conclude, fail};
use crate::job::variables::Variables;

/// The post part of an action.
#[derive(Debug)]
pub(crate) struct PostStep {
    node: NodeId,
    step: String,
    loaded: Arc<LoadedAction>,
    instance: Arc<Instance>,
    env: Variables,
}

/// A part of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the first step.
    Pre,
    /// The step itself.
    Main,
    /// After the last step.
    Post,
}

/// What is to be run.
pub(crate) struct Part<'a> {
    /// The node it belongs to.
    pub node: &'a NodeId,
    /// The action.
    pub loaded: &'a LoadedAction,
    /// Which part of it.
    pub phase: Phase,
    /// The action's inputs.
    pub inputs: &'a IndexMap<String, String>,
    /// What the parts of the action share.
    pub instance: &'a Instance,
    /// The step's id.
    pub id: &'a str,
    /// What the head of the log calls it.
    pub head: &'a str,
}

impl Part<'_> {
    /// The variables that only this part has: `INPUT_<NAME>` and `STATE_<name>`.
    fn variables(&self) -> Vec<(OsString, OsString)> {
        let inputs = self.inputs.iter();
        let inputs = inputs.map(|(name, value)| (inputs::variable(name), value.clone()));
        let saved = self.instance.saved();
        let saved = saved.into_iter().map(|(name, value)| (format!("STATE_{name}"), value));
        inputs.chain(saved).map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// The environment of the part's program, over `base`: that of a step, what this part alone
    /// has, and what actions alone get, who find the services at `here`.
    pub fn environment(
        &self,
        job: &Job,
        state: &JobState,
        layers: &[&Variables],
        files: &CommandFiles,
        (base, here): (&[(OsString, OsString)], Option<&ServiceAddresses>),
    ) -> Vec<(OsString, OsString)> {
        let mut github = self.loaded.github();
        github.push(("action", self.id.into()));
        let step = step_variables(&github);
        let step: Vec<_> = step.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        let mut environment = job.environment_over(base, state, layers, files, &step);
        environment.extend(self.variables());
        if let (Some(services), Some(here)) = (&job.services, here) {
            let server_url = job.contexts.github.get("server_url").map(Value::to_text);
            let server_url = server_url.unwrap_or_default();
            environment.extend(services.environment_of_actions(&job.options, &server_url, here));
        }
        environment
    }

    /// Writes the head of the part's log.
    pub fn show(&self, lane: &mut Lane, env: &[&Variables]) {
        match self.phase {
            Phase::Post => lane.log.line(self.node, "Post job cleanup."),
            Phase::Pre | Phase::Main => {
                inputs::show(lane, self.node, self.head, self.inputs, env);
            }
        }
    }
}

/// Runs a part of a JavaScript or Docker action. `env` holds the layers above those of the job.
pub(crate) async fn run_part(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    env: &[&Variables],
    part: Part<'_>,
) -> Ended {
    let of_job = state.env.clone();
    let layers: Vec<&Variables> = [&of_job].into_iter().chain(env.iter().copied()).collect();
    part.show(lane, &layers);
    match &part.loaded.action.runs {
        ActionRuns::Docker { .. } => docker::run(job, lane, state, layers, part).await,
        _ => javascript::run(job, lane, state, layers, part).await,
    }
}

/// Whether an action has a pre part.
pub(crate) fn has_pre(loaded: &LoadedAction) -> bool {
    matches!(
        &loaded.action.runs,
        ActionRuns::JavaScript { pre: Some(_), .. }
            | ActionRuns::Docker { pre_entrypoint: Some(_), .. }
    )
}

/// Whether an action has a post part.
fn has_post(loaded: &LoadedAction) -> bool {
    matches!(
        &loaded.action.runs,
        ActionRuns::JavaScript { post: Some(_), .. }
            | ActionRuns::Docker { post_entrypoint: Some(_), .. }
    )
}

/// `pre-if` or `post-if`.
fn condition_of(loaded: &LoadedAction, phase: Phase) -> Option<&Condition> {
    match (&loaded.action.runs, phase) {
        (ActionRuns::JavaScript { pre_if, .. } | ActionRuns::Docker { pre_if, .. }, Phase::Pre) => {
            pre_if.as_ref()
        }
        (
            ActionRuns::JavaScript { post_if, .. } | ActionRuns::Docker { post_if, .. },
            Phase::Post,
        ) => post_if.as_ref(),
        _ => None,
    }
}

/// Puts the post part of an action on the list, once.
pub(crate) fn register_post(
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    prepared: &Prepared,
    loaded: &Arc<LoadedAction>,
    instance: &Arc<Instance>,
) {
    if !has_post(loaded) || instance.has_post.swap(true, Ordering::Relaxed) {
        return;
    }
    let mut env = frame.env.clone();
    env.extend(&prepared.env);
    let label = format!("Post {}", prepared.label);
    let node = prepared.node.child("__post");
    let job = lane.job_node.clone();
    lane.reporter.add(outline::step(node.clone(), &job, label, None));
    let step = prepared.id.clone();
    let post = PostStep { node, step, loaded: loaded.clone(), instance: instance.clone(), env };
    state.apply(StateChange::Post(Arc::new(post)));
}

/// Runs the post parts, the last one first.
pub(crate) async fn run_posts(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
) {
    while let Some(post) = state.posts.pop() {
        let start = lane.log.position();
        let ended = run_post(job, lane, state, frame, &post).await;
        if ended.outcome == Outcome::Failure {
            state.failed = true;
        }
        conclude(job, lane, &post.node, &ended, start);
    }
}

async fn run_post(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    post: &PostStep,
) -> Ended {
    let layers = [&frame.env, &post.env];
    let condition = condition_of(&post.loaded, Phase::Post);
    if let Err(ended) = begin(job, lane, state, frame, &post.node, condition, &post.env) {
        return ended;
    }
    let inputs = post.instance.inputs();
    let part = Part {
        node: &post.node,
        loaded: &post.loaded,
        phase: Phase::Post,
        inputs: &inputs,
        instance: &post.instance,
        id: &post.step,
        head: "",
    };
    run_part(job, lane, state, &layers, part).await
}

/// Looks at the condition of a part, `always()` when there is none.
///
/// # Errors
/// How the part ended, when it does not come to run.
fn begin(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    node: &NodeId,
    condition: Option<&Condition>,
    env: &Variables,
) -> Result<(), Ended> {
    if let Stop::Killed(_) = job.cancellation.now() {
        return Err(Ended::new(Outcome::Cancelled, Some("the job was cancelled".to_owned())));
    }
    lane.survives_cancel = true;
    if let Some(condition) = condition {
        let layers = [&state.env, &frame.env, env];
        let scope = job.scope(state, frame, &layers, &[]);
        if !holds(job, lane, condition, &scope, node)? {
            let reason = why_skipped(condition, &scope);
            return Err(Ended::new(Outcome::Skipped, Some(reason)));
        }
        lane.survives_cancel = survives_cancel(&condition.expression, &scope);
    }
    lane.reporter.begin(node);
    Ok(())
}

/// Runs the pre parts of the actions that a job uses, in the order of its steps.
pub(crate) async fn run_pre(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &mut Frame,
) {
    let steps = &job.order.job.steps;
    pre_of_steps(job, lane, state, frame, steps).await;
}

fn pre_of_steps<'a>(
    job: &'a Arc<Job>,
    lane: &'a mut Lane,
    state: &'a mut JobState,
    frame: &'a Frame,
    steps: &'a [Step],
) -> StepFuture<'a, ()> {
    Box::pin(async move {
        for step in steps {
            let StepKind::Uses { uses, action, with } = &step.kind else { continue };
            let Some(loaded) = job.actions.get(action) else { continue };
            let step = UsesStep { step, uses, action, with: with.as_ref() };
            match &loaded.action.runs {
                _ if has_pre(&loaded) => {
                    pre_of_action(job, lane, state, frame, step, &loaded).await;
                }
                ActionRuns::Composite { steps } if composite_has_pre(job, steps, 0) => {
                    let prepared = prepared(job, state, frame, step);
                    let given = inputs::evaluate(job, lane, state, frame, &prepared, step, &loaded);
                    let node = prepared.node.clone();
                    let inner = given.and_then(|given| {
                        composite::frame(job, frame, node, &prepared.env, &loaded, &given)
                    });
                    if let Ok(inner) = inner {
                        pre_of_steps(job, lane, state, &inner, steps).await;
                    }
                }
                _ => {}
            }
        }
    })
}

/// Whether an action that composite steps use has a pre part, however deep.
fn composite_has_pre(job: &Job, steps: &[Step], depth: usize) -> bool {
    depth < super::resolve::MAXIMUM_DEPTH
        && steps.iter().any(|step| {
            let StepKind::Uses { action, .. } = &step.kind else { return false };
            job.actions.get(action).is_some_and(|loaded| match &loaded.action.runs {
                ActionRuns::Composite { steps } => composite_has_pre(job, steps, depth + 1),
                _ => has_pre(&loaded),
            })
        })
}

/// What is known of a step before the job's first one. A value that cannot be had yet is left
/// out: it may come from a step.
fn prepared(job: &Job, state: &JobState, frame: &Frame, step: UsesStep<'_>) -> Prepared {
    let layers = [&state.env, &frame.env];
    let scope = job.scope(state, frame, &layers, &[]);
    let env = step.step.env.as_ref().and_then(|env| env.evaluate_mapping(&scope).ok());
    let github = frame.action.as_ref().map(|action| action.github.clone()).unwrap_or_default();
    Prepared {
        node: frame.node.child(&step.step.id.value),
        id: step.step.id.value.clone(),
        label: crate::job::labels::label(step.step, &scope, true),
        head: step.uses.value.clone(),
        env: env.unwrap_or_default().into_iter().collect(),
        github,
    }
}

async fn pre_of_action(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    step: UsesStep<'_>,
    loaded: &Arc<LoadedAction>,
) {
    let prepared = prepared(job, state, frame, step);
    let node = prepared.node.child("__pre");
    let label = format!("Pre {}", prepared.label);
    lane.reporter.add(outline::step(node.clone(), &job.node, label, None));
    let start = lane.log.position();
    let condition = condition_of(loaded, Phase::Pre);
    let begun = begin(job, lane, state, frame, &node, condition, &prepared.env);
    let ended = match begun {
        Err(ended) => ended,
        Ok(()) => match inputs::evaluate(job, lane, state, frame, &prepared, step, loaded) {
            Err(problem) => fail(job, lane, &node, &problem),
            Ok(given) => {
                let instance = job.actions.instance(&prepared.node);
                instance.set_inputs(&given);
                register_post(lane, state, frame, &prepared, loaded, &instance);
                let part = Part {
                    node: &node,
                    loaded,
                    phase: Phase::Pre,
                    inputs: &given,
                    instance: &instance,
                    id: &step.step.id.value,
                    head: &step.uses.value,
                };
                run_part(job, lane, state, &[&frame.env, &prepared.env], part).await
            }
        },
    };
    if ended.outcome == Outcome::Failure {
        state.failed = true;
    }
    conclude(job, lane, &node, &ended, start);
}
