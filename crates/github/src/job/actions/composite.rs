//! A composite action: steps of its own, in a scope of its own.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `runs` for composite actions. Its `env` does
//! not leak, what its steps write to `GITHUB_ENV` does; `steps`, `inputs` and the status functions
//! are its own.

use std::sync::Arc;

use indexmap::IndexMap;
use windlass_github_syntax::expression::{Object, Value};
use windlass_github_syntax::workflow::Step;

use super::{LoadedAction, inputs, resolve};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::outline;
use crate::job::state::{ActionFrame, Ended, Frame, JobState, Outcome};
use crate::job::steps::{Prepared, fail, run_steps};
use crate::job::variables::Variables;

/// A composite action with its inputs.
pub(crate) struct Composite<'a> {
    pub loaded: &'a LoadedAction,
    pub steps: &'a [Step],
    pub inputs: IndexMap<String, String>,
}

/// The frame of an action's steps. `env` is what the step that uses it sets.
///
/// # Errors
/// When actions are nested too deeply.
pub(crate) fn frame(
    job: &Job,
    outer: &Frame,
    node: windlass_kernel::NodeId,
    env: &Variables,
    loaded: &LoadedAction,
    given: &IndexMap<String, String>,
) -> Result<Frame, String> {
    let depth = outer.action.as_ref().map_or(1, |action| action.depth + 1);
    if depth > resolve::MAXIMUM_DEPTH {
        return Err(format!(
            "Composite action depth exceeded: actions use actions more than {} deep.",
            resolve::MAXIMUM_DEPTH
        ));
    }
    let mut variables = outer.env.clone();
    variables.extend(env);
    let mut github = loaded.github();
    let directory = job.session.inside(&loaded.directory).unwrap_or_default();
    github.push(("action_path", Value::from(directory.to_string_lossy().as_ref())));
    let action = ActionFrame {
        inputs: inputs::context(given),
        github,
        failed: false,
        cancelled: false,
        stopped: false,
        depth,
    };
    Ok(Frame { node, steps: Arc::default(), env: variables, action: Some(action) })
}

/// Runs the steps of a composite action.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    outer: &Frame,
    prepared: &Prepared,
    composite: Composite<'_>,
) -> Ended {
    let Composite { loaded, steps, inputs } = composite;
    let node = &prepared.node;
    let mut frame = match frame(job, outer, node.clone(), &prepared.env, loaded, &inputs) {
        Ok(frame) => frame,
        Err(problem) => return fail(job, lane, node, &problem),
    };
    {
        let layers = [&state.env, &outer.env, &prepared.env];
        inputs::show(lane, node, &prepared.head, &inputs, &layers);
    }
    let declared = {
        let layers = [&state.env, &frame.env];
        let github = frame.action.as_ref().map(|action| action.github.clone()).unwrap_or_default();
        let scope = job.scope(state, &frame, &layers, &github);
        let file = &loaded.action.source_name;
        let mut changes = Vec::new();
        let mask = |text: &str| job.mask(text);
        outline::declare_steps(&mut changes, node, file, steps, &scope, &mask);
        changes
    };
    declared.into_iter().for_each(|change| lane.reporter.add(change));
    run_steps(job, lane, state, &mut frame, steps, None).await;
    let (failed, cancelled) =
        frame.action.as_ref().map_or((false, false), |action| (action.failed, action.cancelled));
    let outcome = match (cancelled, failed) {
        (true, _) => Outcome::Cancelled,
        (false, true) => Outcome::Failure,
        (false, false) => Outcome::Success,
    };
    let reason = match outcome {
        Outcome::Failure => Some("a step of the action failed".to_owned()),
        Outcome::Cancelled => Some("the operation was canceled".to_owned()),
        _ => None,
    };
    let mut ended = Ended::new(outcome, reason);
    ended.stop = frame.action.as_ref().is_some_and(|action| action.stopped);
    match outputs(job, state, &frame, loaded) {
        Ok(outputs) => ended.outputs = outputs,
        Err(problem) => {
            let outputs = std::mem::take(&mut ended.outputs);
            let stop = ended.stop;
            ended = Ended { outputs, stop, ..fail(job, lane, node, &problem) };
        }
    }
    ended
}

/// The outputs, evaluated with what the action's own steps left.
fn outputs(
    job: &Job,
    state: &JobState,
    frame: &Frame,
    loaded: &LoadedAction,
) -> Result<Object, String> {
    let layers = [&state.env, &frame.env];
    let github = frame.action.as_ref().map(|action| action.github.clone()).unwrap_or_default();
    let scope = job.scope(state, frame, &layers, &github);
    let mut outputs = Object::with_capacity(loaded.action.outputs.len());
    for (name, output) in &loaded.action.outputs {
        let Some(value) = &output.value else { continue };
        let value = value
            .evaluate_string(&scope)
            .map_err(|error| format!("the output '{name}': {error}"))?;
        outputs.insert(name.as_str(), value);
    }
    Ok(outputs)
}
