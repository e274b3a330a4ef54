//! One part (pre, main or post) of a JavaScript action.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `runs` for JavaScript actions. Inputs come as
//! `INPUT_<NAME>`, what an earlier part saved as `STATE_<name>`.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;
use windlass_github_syntax::action::ActionRuns;
use windlass_github_syntax::expression::Value;
use windlass_kernel::NodeId;
use windlass_session::ExecSpec;

use super::{Instance, LoadedAction, inputs, node};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::run::{Program, remember, run_spec, step_variables};
use crate::job::state::{Ended, JobState};
use crate::job::steps::fail;
use crate::job::variables::Variables;

/// What is to be run.
pub(crate) struct Part<'a> {
    /// The node it belongs to.
    pub node: &'a NodeId,
    /// The action.
    pub loaded: &'a LoadedAction,
    /// The script, relative to the action.
    pub script: &'a str,
    /// The action's inputs.
    pub inputs: &'a IndexMap<String, String>,
    /// What the parts of the action share.
    pub instance: &'a Instance,
    /// The step's id.
    pub id: &'a str,
    /// What the head of the log calls it; `None` for a post part.
    pub head: Option<&'a str>,
}

/// Runs a part of an action. `env` holds the layers above those of the job.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    env: &[&Variables],
    part: Part<'_>,
) -> Ended {
    let of_job = state.env.clone();
    let layers: Vec<&Variables> = [&of_job].into_iter().chain(env.iter().copied()).collect();
    match part.head {
        Some(head) => inputs::show(lane, part.node, head, part.inputs, &layers),
        None => lane.log.line(part.node, "Post job cleanup."),
    }
    let using = match &part.loaded.action.runs {
        ActionRuns::JavaScript { using, .. } => using.as_str(),
        _ => "node",
    };
    let host_path = job.base_environment.iter().rev().find(|(name, _)| name == "PATH");
    let host_path = host_path.map(|(_, path)| path.clone()).unwrap_or_default();
    let program = match node::find(&host_path, &job.options.tool_cache, using) {
        Ok(program) => program,
        Err(problem) => return fail(job, lane, part.node, &problem),
    };
    if !job.actions.told_node.swap(true, Ordering::Relaxed) {
        let line = format!("JavaScript actions ({using}) are run by {}", program.display());
        lane.log.line(part.node, &line);
    }
    let script = part.loaded.directory.join(part.script);
    if !script.is_file() {
        let message = format!("File not found: '{}'", script.display());
        return fail(job, lane, part.node, &message);
    }
    let mut spec = ExecSpec::new(program, job.workspace()).arguments([script]);
    let mut github = part.loaded.github();
    github.push(("action", part.id.into()));
    let step = step_variables(&github);
    let step: Vec<_> = step.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    spec.environment = job.environment(state, &layers, &lane.files, &step);
    spec.environment.extend(variables(&part));
    if let Some(services) = &job.services {
        let server_url = job.contexts.github.get("server_url").map(Value::to_text);
        let server_url = server_url.unwrap_or_default();
        spec.environment.extend(services.environment_of_actions(&job.options, &server_url));
    }
    remember(job, lane, part.node, &spec, None);
    let ran = run_spec(job, lane, state, part.node, (spec, Program::Action), &layers).await;
    part.instance.save(ran.saved);
    ran.ended
}

fn variables(part: &Part<'_>) -> Vec<(OsString, OsString)> {
    let inputs = part.inputs.iter().map(|(name, value)| (inputs::variable(name), value.clone()));
    let saved = part.instance.saved();
    let saved = saved.into_iter().map(|(name, value)| (format!("STATE_{name}"), value));
    inputs.chain(saved).map(|(name, value)| (name.into(), value.into())).collect()
}
