//! A list or value that is written and empty, where only something in it would have an effect.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", at each of the keys.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Condition, Job, JobBody, Step, StepKind, Workflow};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/empty-value",
    severity: Severity::Error,
    summary: "a key is written with an empty list or with nothing, which says nothing",
};

/// Looks at the lists and outputs of a workflow.
pub(crate) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    for list in &workflow.empty_lists {
        report_list(&list.value, list.span, findings);
    }
    for output in workflow.on.workflow_call().into_iter().flat_map(|call| call.outputs.values()) {
        if output.value.is_null() || output.value.as_str() == Some("") {
            let message = format!("the output `{}` is always empty", output.name.value);
            findings.add(RULE.finding(output.value.span, message));
        }
    }
    for job in workflow.jobs.values() {
        check_job(job, findings);
    }
}

fn check_job(job: &Job, findings: &mut Findings<'_>) {
    check_condition(&job.condition, findings);
    let strategy = job.strategy.as_ref();
    let nothing = strategy.filter(|it| it.template.as_mapping().is_some_and(<[_]>::is_empty));
    if let Some(nothing) = nothing {
        let span = nothing.template.span;
        findings.add(RULE.finding(span, "`strategy` is empty").with_help("remove `strategy`"));
    }
    let matrix = strategy.and_then(|strategy| strategy.matrix());
    for key in ["include", "exclude"] {
        check_list(key, matrix.and_then(|matrix| matrix.get(key)), findings);
    }
    let JobBody::Steps(body) = &job.body else { return };
    check_list("runs-on", Some(&body.runs_on), findings);
    if body.runs_on.as_mapping().is_some_and(<[_]>::is_empty) {
        findings.add(RULE.finding(body.runs_on.span, "`runs-on` names no runner"));
    }
    check_list("labels", body.runs_on.get("labels"), findings);
}

/// Looks at a step.
pub(crate) fn check_step(step: &Step, findings: &mut Findings<'_>) {
    check_condition(&step.condition, findings);
    let StepKind::Run { script, .. } = &step.kind else { return };
    if script.is_null() || script.as_str().is_some_and(|text| text.trim().is_empty()) {
        findings.add(RULE.finding(script.span, "the script is empty, so the step does nothing"));
    }
}

fn check_condition(condition: &Condition, findings: &mut Findings<'_>) {
    if condition.written.as_ref().is_some_and(|written| written.trim().is_empty()) {
        let finding = RULE.finding(condition.span, "the condition is empty");
        findings.add(finding.with_help("write a condition, or remove `if`"));
    }
}

fn check_list(key: &str, list: Option<&Template>, findings: &mut Findings<'_>) {
    if let Some(list) = list.filter(|list| list.as_sequence().is_some_and(<[Template]>::is_empty)) {
        report_list(key, list.span, findings);
    }
}

fn report_list(key: &str, span: Span, findings: &mut Findings<'_>) {
    let message = format!("the list `{key}` is empty");
    findings.add(RULE.finding(span, message).with_help(format!("fill it, or remove `{key}`")));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, of_step};

    #[test]
    fn scripts_and_conditions() {
        let script = "6:14 gh/empty-value the script is empty, so the step does nothing";
        assert_eq!(of_step("run: ''"), script);
        let condition = "7:13 gh/empty-value the condition is empty";
        assert_eq!(of_step("run: x\n        if: ''"), condition);
    }

    #[test]
    fn lists_and_outputs() {
        assert!(
            findings("on: push\njobs:\n  a: { runs-on: x }\n").starts_with("3:3 gh/empty-value")
        );
        let text = "on:
  push: { branches: [] }
  workflow_call: { outputs: { x: { value: } } }
jobs:
  a: { runs-on: { labels: [] }, needs: [], steps: [{ run: x }] }
  b: { runs-on: [], strategy: { matrix: { n: [1], include: [] } }, steps: [{ run: x }] }
";
        assert_eq!(
            findings(text),
            "2:21 gh/empty-value the list `branches` is empty\n\
             3:42 gh/empty-value the output `x` is always empty\n\
             5:27 gh/empty-value the list `labels` is empty\n\
             5:40 gh/empty-value the list `needs` is empty\n\
             6:17 gh/empty-value the list `runs-on` is empty\n\
             6:60 gh/empty-value the list `include` is empty"
        );
    }
}
