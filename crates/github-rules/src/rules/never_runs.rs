//! Jobs that can never run, for they need a job that never does.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.needs`: what needs a
//! job that is skipped is skipped too, unless its condition goes on all the same.

use std::collections::HashMap;

use windlass_diagnostics::{Severity, Spanned};
use windlass_github_syntax::expression::{Availability, Expression, View, ViewKind};
use windlass_github_syntax::workflow::{Job, Workflow};

use super::constant_condition;
use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/never-runs",
    severity: Severity::Warning,
    summary: "a job needs a job that never runs",
};

/// Looks at the jobs of a workflow. That the first of them never runs is told by its condition.
pub(crate) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    let jobs = || workflow.jobs.values();
    let mut pending: Vec<&Job> = jobs().filter(|job| is_off(job)).collect();
    if pending.is_empty() {
        return;
    }
    let mut dependents: HashMap<String, Vec<(&Job, &Spanned<String>)>> = HashMap::new();
    for job in jobs().filter(|job| asks_for_success(job)) {
        for need in &job.needs {
            dependents.entry(need.value.to_ascii_lowercase()).or_default().push((job, need));
        }
    }
    while let Some(skipped) = pending.pop() {
        let dependent = dependents.remove(&skipped.id.value.to_ascii_lowercase());
        for (job, need) in dependent.unwrap_or_default() {
            let (id, need_id) = (&job.id.value, &need.value);
            let message =
                format!("the job `{id}` never runs: it needs `{need_id}`, which never does");
            let help = "remove the need, or let the condition ask for `always()`";
            findings.add(RULE.finding(need.span, message).with_help(help));
            pending.push(job);
        }
    }
}

/// Whether the condition of a job is false whatever happens.
fn is_off(job: &Job) -> bool {
    let written = job.condition.written.as_deref();
    written
        .and_then(|written| Expression::parse(written, &Availability::any()).ok())
        .and_then(|expression| constant_condition::value(&expression))
        == Some(false)
}

/// Whether the job runs only where all that it needs has succeeded.
fn asks_for_success(job: &Job) -> bool {
    fn asks(node: View<'_>) -> bool {
        match node.kind() {
            ViewKind::Call { name, .. } => name == "success",
            ViewKind::And(operands) => operands.into_iter().any(asks),
            _ => false,
        }
    }
    job.condition.expression.root().is_some_and(asks)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn what_needs_a_job_that_is_off_never_runs() {
        let job =
            |id: &str, rest: &str| format!("  {id}: {{runs-on: x, steps: [{{run: x}}], {rest}}}\n");
        let text = format!(
            "on: push\njobs:\n{}{}{}{}",
            job("off", "if: false"),
            job("after", "needs: OFF"),
            job("last", "needs: after, if: github.ref == 'a'"),
            job("report", "needs: [off, last], if: always()"),
        );
        let found = findings(&text);
        let mut lines = found.lines().skip(1);
        assert_eq!(
            lines.next(),
            Some("4:49 gh/never-runs the job `after` never runs: it needs `OFF`, which never does")
        );
        assert!(lines.next().is_some_and(|line| line.starts_with("5:48 gh/never-runs")), "{found}");
        assert_eq!(lines.next(), None);
    }
}
