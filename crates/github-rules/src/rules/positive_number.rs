//! `timeout-minutes` and `max-parallel` of nothing.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Job, JobBody, Step};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/positive-number",
    severity: Severity::Error,
    summary: "a number of minutes or jobs that is zero, less, or no whole one",
};

/// Looks at the numbers of a job.
pub(crate) fn check_job(job: &Job, findings: &mut Findings<'_>) {
    let strategy = job.strategy.as_ref();
    let most = strategy.and_then(|strategy| strategy.max_parallel());
    check("max-parallel", most, findings);
    let not_whole = |template: &&Template| template.as_number().is_some_and(|it| it.fract() != 0.0);
    if let Some(template) = most.filter(not_whole) {
        findings.add(RULE.finding(template.span, "`max-parallel` is a whole number of jobs"));
    }
    if let JobBody::Steps(body) = &job.body {
        check("timeout-minutes", body.timeout_minutes.as_ref(), findings);
    }
}

/// Looks at the number of a step.
pub(crate) fn check_step(step: &Step, findings: &mut Findings<'_>) {
    check("timeout-minutes", step.timeout_minutes.as_ref(), findings);
}

fn check(key: &str, template: Option<&Template>, findings: &mut Findings<'_>) {
    let Some(template) = template else { return };
    if template.as_number().is_some_and(|number| number <= 0.0) {
        let message = format!("`{key}` must be greater than zero");
        findings.add(RULE.finding(template.span, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn zero_minutes_are_none() {
        assert_eq!(
            of_step("run: x\n        timeout-minutes: 0"),
            "7:26 gh/positive-number `timeout-minutes` must be greater than zero"
        );
        assert_eq!(of_step("run: x\n        timeout-minutes: 0.5"), "");
    }
}
