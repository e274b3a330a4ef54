//! `workflow`: whether there is a pipeline, its name, and what cancels it.
//!
//! Source: "CI/CD YAML syntax reference", section `workflow`.

use super::NoPipeline;
use crate::knowledge::Knowledge;
use crate::pipeline::{AutoCancel, OnJobFailure, OnNewCommit};
use crate::problem::Problem;
use crate::reading;
use crate::rules::{Deciding, word};
use crate::sources::Origin;
use crate::value::Value;
use crate::variables::{Levels, Variables};

/// What `workflow` says.
#[derive(Default)]
pub(super) struct Decision {
    pub name: Option<String>,
    /// Of the rule that matched.
    pub variables: Variables,
    pub auto_cancel: AutoCancel,
}

pub(super) fn decide(
    workflow: Option<&Value>,
    variables: &Variables,
    knowledge: &Knowledge<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Decision, NoPipeline> {
    let Some(workflow) = workflow else { return Ok(Decision::default()) };
    let mut decision = Decision::default();
    overlay(&mut decision.auto_cancel, workflow.get("auto_cancel"));
    if let Some(rules) = workflow.get("rules").filter(|rules| !rules.is_null()) {
        let scope = knowledge.facts.levels().scope(&[variables]);
        let deciding = Deciding { scope, knowledge, origin: &Origin::Project };
        let rule = deciding.first_match(rules, problems).ok_or(NoPipeline::Workflow)?;
        if word(rule, "when").as_deref() == Some("never") {
            return Err(NoPipeline::Workflow);
        }
        decision.variables = reading::variables(rule.get("variables"));
        overlay(&mut decision.auto_cancel, rule.get("auto_cancel"));
    }
    if let Some(name) = word(workflow, "name") {
        // The history and everybody who looks at the pipeline see it.
        let levels = knowledge.facts.levels();
        let concealed = Levels { project: levels.project.concealed(), ..levels.clone() };
        let name = concealed.scope(&[variables, &decision.variables]).expand(&name);
        decision.name = Some(name).filter(|name| !name.trim().is_empty());
    }
    Ok(decision)
}

/// What is said replaces what was there.
fn overlay(auto_cancel: &mut AutoCancel, value: Option<&Value>) {
    let Some(value) = value else { return };
    match word(value, "on_new_commit").as_deref() {
        Some("conservative") => auto_cancel.on_new_commit = OnNewCommit::Conservative,
        Some("interruptible") => auto_cancel.on_new_commit = OnNewCommit::Interruptible,
        Some("none") => auto_cancel.on_new_commit = OnNewCommit::None,
        _ => {}
    }
    match word(value, "on_job_failure").as_deref() {
        Some("all") => auto_cancel.on_job_failure = OnJobFailure::All,
        Some("none") => auto_cancel.on_job_failure = OnJobFailure::None,
        _ => {}
    }
}
