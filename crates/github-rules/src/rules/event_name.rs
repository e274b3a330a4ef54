//! Conditions that ask for an event which does not exist, and jobs and steps that never run because
//! theirs asks for one which does not start the workflow.
//!
//! Source: GitHub Docs, "Contexts reference", `github.event_name`; "Reuse workflows": in a called
//! workflow it is the event of the caller, which is not known here.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{Value, View, ViewKind};
use windlass_github_syntax::reader::suggestion::nearest;
use windlass_github_syntax::schema::events::NAMES;
use windlass_github_syntax::workflow::{Condition, JobBody, Step, StepKind, Workflow};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/event-name",
    severity: Severity::Warning,
    summary: "a condition asks for an event that does not exist, or does not start the workflow",
};

/// Looks at the conditions of jobs and steps.
pub(crate) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    let events: Vec<&str> = workflow.on.events.keys().map(|name| occurs_as(name)).collect();
    if events.is_empty() || events.contains(&"workflow_call") {
        return;
    }
    for job in workflow.jobs.values() {
        check_condition(&job.condition, &events, findings);
        if let JobBody::Steps(body) = &job.body {
            check_steps(&body.steps, &events, findings);
        }
    }
}

/// The name that an event of `on` has when it occurs.
fn occurs_as(name: &str) -> &str {
    if name == "pull_request_comment" { "issue_comment" } else { name }
}

fn check_steps(steps: &[Step], events: &[&str], findings: &mut Findings<'_>) {
    for step in steps {
        check_condition(&step.condition, events, findings);
        if let StepKind::Parallel { steps } = &step.kind {
            check_steps(steps, events, findings);
        }
    }
}

fn check_condition(condition: &Condition, events: &[&str], findings: &mut Findings<'_>) {
    // Each part, and whether the condition cannot hold without it.
    let root = condition.expression.root();
    let mut pending: Vec<(View<'_>, bool)> = root.map(|root| (root, true)).into_iter().collect();
    while let Some((node, is_needed)) = pending.pop() {
        match node.kind() {
            ViewKind::Compare { operator, left, right } => {
                let asked = [(left, right), (right, left)].into_iter().find_map(asks_for);
                let Some(asked) = asked else { continue };
                let is_one_of =
                    |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(asked));
                if !is_one_of(NAMES) {
                    let message = format!("no event `{asked}` starts workflows");
                    report(condition, message, asked, NAMES, findings);
                } else if is_needed && operator == "==" && !is_one_of(events) {
                    let message =
                        format!("this never runs: `on` does not name the event `{asked}`");
                    report(condition, message, asked, events, findings);
                }
            }
            ViewKind::And(operands) => {
                pending.extend(operands.into_iter().map(|operand| (operand, is_needed)));
            }
            ViewKind::Or(operands) => {
                pending.extend(operands.into_iter().map(|operand| (operand, false)));
            }
            ViewKind::Not(operand) => pending.push((operand, false)),
            _ => {}
        }
    }
}

/// The text that `github.event_name` is compared with.
fn asks_for<'tree>((context, text): (View<'tree>, View<'tree>)) -> Option<&'tree str> {
    let ViewKind::Index { base, index } = context.kind() else { return None };
    let is_github = matches!(base.kind(), ViewKind::Context("github"));
    let is_event_name = literal(index)?.eq_ignore_ascii_case("event_name");
    if is_github && is_event_name { literal(text) } else { None }
}

fn literal(node: View<'_>) -> Option<&str> {
    match node.kind() {
        ViewKind::Literal(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn report(
    condition: &Condition,
    message: String,
    asked: &str,
    known: &[&str],
    findings: &mut Findings<'_>,
) {
    let finding = RULE.finding(condition.span, message);
    findings.add(match nearest(asked, known.iter().copied()) {
        Some(meant) => finding.with_help(format!("did you mean `{meant}`?")),
        None => finding.with_help("name the event under `on`, or remove the comparison"),
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn of(on: &str, condition: &str) -> String {
        findings(&format!(
            "on: {on}\njobs:\n  a:\n    runs-on: x\n    if: {condition}\n    steps: [{{run: x}}]\n"
        ))
    }

    #[test]
    fn an_event_must_start_the_workflow() {
        assert_eq!(
            of("push", "github.ref == 'a' && 'release' == github['EVENT_NAME']"),
            "5:9 gh/event-name this never runs: `on` does not name the event `release`"
        );
        assert_eq!(of("push", "github.ref == 'a' || github.event_name == 'release'"), "");
        assert_eq!(of("push", "github.event_name != 'release'"), "");
        assert_eq!(of("push", "github.event_name == 'PUSH'"), "");
        assert_eq!(of("pull_request_comment", "github.event_name == 'issue_comment'"), "");
    }

    #[test]
    fn an_event_must_exist() {
        let found = of("[push, pull_request]", "github.event_name != 'pul_request'");
        assert_eq!(found, "5:9 gh/event-name no event `pul_request` starts workflows");
    }

    #[test]
    fn a_called_workflow_has_the_event_of_its_caller() {
        assert_eq!(of("[push, workflow_call]", "github.event_name == 'release'"), "");
    }
}
