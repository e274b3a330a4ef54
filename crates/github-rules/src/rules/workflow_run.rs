//! `workflow_run` that names no workflow: it never starts a run.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `workflow_run`.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/workflow-run",
    severity: Severity::Error,
    summary: "`workflow_run` names no workflow, so it never starts a run",
};

/// Looks at `workflow_run`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    let Some(filter) = on.webhook("workflow_run") else { return };
    if filter.workflows.as_ref().is_none_or(Vec::is_empty)
        && let Some(event) = on.events.get("workflow_run")
    {
        let finding = RULE.finding(event.name.span, "`workflow_run` names no workflow");
        findings.add(finding.with_help("add `workflows: [name of the other workflow]` below it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn a_workflow_is_named() {
        let of = |event: &str| {
            findings(&format!(
                "on: {{ workflow_run: {event} }}\njobs: {{ a: {{ runs-on: x, steps: [{{ run: x \
                 }}] }} }}\n"
            ))
        };
        let none = "1:7 gh/workflow-run `workflow_run` names no workflow";
        assert_eq!(of("{ types: [completed] }"), none);
        assert_eq!(of("{ workflows: [CI] }"), "");
    }
}
