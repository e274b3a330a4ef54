//! A job that is needed twice by one job.

use std::collections::HashMap;

use windlass_diagnostics::{Fix, Severity, Span};
use windlass_github_syntax::workflow::Job;

use crate::findings::Findings;
use crate::layout::item_with_separator;
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
        let message = format!("`{}` is needed already", need.value);
        let mut finding = RULE.finding(need.span, message).with_secondary(first, "named here");
        let removal = item_with_separator(findings.text(), need.span);
        finding.fix = removal.map(|span| Fix::safe("remove it", span, ""));
        findings.add(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{findings, mended};

    #[test]
    fn the_second_one_can_be_removed() {
        let of = |needs: &str| {
            let job = "{ runs-on: x, steps: [{ run: x }] }";
            format!(
                "on: push\njobs:\n  a: {job}\n  c: {job}\n  b:\n    runs-on: x\n    needs:{needs}\n    steps: []\n"
            )
        };
        assert_eq!(mended(RULE.code, &of(" [a, 'A', c]")), of(" [a, c]"));
        assert_eq!(
            mended(RULE.code, &of("\n      - a\n      - a # again\n      - c")),
            of("\n      - a\n      - c")
        );
    }

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
