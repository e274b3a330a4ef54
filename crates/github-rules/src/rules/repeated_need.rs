//! A job that is needed twice by one job.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Job;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/repeated-need",
    severity: Severity::Error,
    summary: "`needs` names a job twice",
};

/// Looks at the `needs` of a job.
pub(crate) fn check(job: &Job, findings: &mut Findings<'_>) {
    for (position, need) in job.needs.iter().enumerate() {
        let same = |other: &&windlass_diagnostics::Spanned<String>| {
            other.value.eq_ignore_ascii_case(&need.value)
        };
        if let Some(first) = job.needs[..position].iter().find(same) {
            let message = format!("`{}` is needed already", need.value);
            let finding = RULE.finding(need.span, message);
            findings.add(finding.with_secondary(first.span, "first named here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn case_does_not_matter() {
        let text = "on: push
jobs:
  a: { runs-on: x, steps: [{ run: x }] }
  b: { runs-on: x, steps: [{ run: x }], needs: [a, A] }
";
        assert_eq!(findings(text), "4:52 gh/repeated-need `A` is needed already");
    }
}
