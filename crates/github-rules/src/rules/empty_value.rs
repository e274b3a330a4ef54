//! A list or value that is written and empty, where only something in it would have an effect.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", at each of the keys.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Job, JobBody, Workflow};

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
    let matrix = job.strategy.as_ref().and_then(|strategy| strategy.matrix());
    for key in ["include", "exclude"] {
        check_list(key, matrix.and_then(|matrix| matrix.get(key)), findings);
    }
    let JobBody::Steps(body) = &job.body else { return };
    check_list("runs-on", Some(&body.runs_on), findings);
    check_list("labels", body.runs_on.get("labels"), findings);
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
    use crate::rules::testing::findings;

    #[test]
    fn lists_and_outputs() {
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
