//! A job that is needed twice by one job.

use std::collections::HashMap;

use windlass_diagnostics::{Severity, Span};
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
    let mut known: HashMap<String, Span> = HashMap::new();
    for need in &job.needs {
        let Some(first) = known.insert(need.value.to_lowercase(), need.span) else { continue };
        let finding = RULE.finding(need.span, format!("`{}` is needed already", need.value));
        findings.add(finding.with_secondary(first, "named here"));
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
