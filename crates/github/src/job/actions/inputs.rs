//! What an action is given: `with`, its own defaults, and warnings about both.

use indexmap::IndexMap;
use windlass_github_syntax::action::ActionRuns;
use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;

use super::{LoadedAction, UsesStep};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::state::{Frame, JobState};
use crate::job::steps::Prepared;
use crate::job::variables::Variables;

/// The inputs of an action in the order of its metadata, all of them: one that is neither given
/// nor has a default is empty.
///
/// # Errors
/// A value cannot be evaluated.
pub(crate) fn evaluate(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    prepared: &Prepared,
    step: UsesStep<'_>,
    loaded: &LoadedAction,
) -> Result<IndexMap<String, String>, String> {
    let layers = [&state.env, &frame.env, &prepared.env];
    let scope = job.scope(state, frame, &layers, &prepared.github);
    let given = match step.with {
        Some(with) => with.evaluate_mapping(&scope).map_err(|error| format!("`with`: {error}"))?,
        None => Vec::new(),
    };
    let declared = &loaded.action.inputs;
    let known = |name: &str| declared.keys().find(|key| key.eq_ignore_ascii_case(name));
    warn(lane, &prepared.node, loaded, &given);
    let mut inputs: IndexMap<String, String> = IndexMap::with_capacity(declared.len());
    for (name, value) in given {
        let name = known(&name).cloned().unwrap_or(name);
        inputs.insert(name, value);
    }
    let mut github = prepared.github.clone();
    let services = job.services_for_steps();
    github.extend(services.and_then(|(it, here)| it.github_of_actions(&job.options, here)));
    let scope = job.scope(state, frame, &layers, &github);
    for (name, input) in declared {
        if inputs.contains_key(name) {
            continue;
        }
        let value = match &input.default {
            Some(default) => default
                .evaluate_string(&scope)
                .map_err(|error| format!("the default of input '{name}': {error}"))?,
            None => String::new(),
        };
        inputs.insert(name.clone(), value);
    }
    Ok(inputs)
}

fn warn(lane: &mut Lane, node: &NodeId, loaded: &LoadedAction, given: &[(String, String)]) {
    let declared = &loaded.action.inputs;
    let mut unexpected = Vec::new();
    for (name, _) in given {
        let input = declared.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        match input.map(|(_, input)| &input.deprecation_message) {
            Some(Some(message)) => {
                let text = format!("Input '{name}' has been deprecated with message: {message}");
                lane.log.issue(node, "warning", &text);
            }
            Some(None) => {}
            // GitHub Docs, "Workflow syntax", `jobs.<job_id>.steps[*].with.args`.
            None if is_of_docker(loaded, name) => {}
            None => unexpected.push(name.as_str()),
        }
    }
    if !unexpected.is_empty() {
        let valid: Vec<_> = declared.keys().map(String::as_str).collect();
        let text = format!(
            "Unexpected input(s) '{}', valid inputs are ['{}']",
            unexpected.join("', '"),
            valid.join("', '")
        );
        lane.log.issue(node, "warning", &text);
    }
}

/// Whether an input is one that every Docker action takes.
fn is_of_docker(loaded: &LoadedAction, name: &str) -> bool {
    matches!(loaded.action.runs, ActionRuns::Docker { .. })
        && ["args", "entrypoint"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The inputs as the `inputs` context.
pub(crate) fn context(inputs: &IndexMap<String, String>) -> Value {
    let pairs = inputs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Value::from(pairs.collect::<Object>())
}

/// The variable in which a program finds an input: upper case, spaces as `_`, nothing else
/// changed (GitHub Docs, "Metadata syntax reference", `inputs`).
pub(crate) fn variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

/// The head of the log of a step that uses an action.
pub(crate) fn show(
    lane: &mut Lane,
    node: &NodeId,
    head: &str,
    inputs: &IndexMap<String, String>,
    env: &[&Variables],
) {
    let mut text = format!("##[group]Run {head}\n");
    let mut given = inputs.iter().filter(|(_, value)| !value.is_empty()).peekable();
    if given.peek().is_some() {
        text.push_str("with:\n");
    }
    for (name, value) in given {
        for part in ["  ", name, ": ", value, "\n"] {
            text.push_str(part);
        }
    }
    crate::job::script::show_env(&mut text, env);
    text.push_str("##[endgroup]\n");
    lane.log.bytes(node, text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_keep_dashes() {
        assert_eq!(variable("node-version"), "INPUT_NODE-VERSION");
        assert_eq!(variable("two words"), "INPUT_TWO_WORDS");
    }
}
