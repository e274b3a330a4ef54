//! `secrets: inherit`: the called workflow has every secret, those that it does not need too.
//!
//! Source: GitHub Docs, "Reuse workflows", "Passing inputs and secrets to a reusable workflow".

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::{JobBody, SecretsPassed, WorkflowReference};

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/secrets-inherit",
    severity: Severity::Warning,
    summary: "a called workflow is given every secret",
};

/// Looks at the calls of a workflow. One of the same repository changes only with it.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in outline.workflow.jobs.values() {
        let JobBody::Reusable(call) = &job.body else { continue };
        if !matches!(call.secrets, SecretsPassed::Inherit) {
            continue;
        }
        let message = format!("`{}` is given every secret", call.uses.value);
        let mut finding = RULE.finding(call.uses.span, message).with_help(
            "pass the secrets that it needs by name: `secrets: { name: ${{ secrets.NAME }} }`",
        );
        if matches!(call.reference, WorkflowReference::Local { .. }) {
            finding.severity = Severity::Note;
        }
        findings.add(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    #[test]
    fn every_secret_or_some() {
        let text = "on: push
jobs:
  a: { uses: o/r/.github/workflows/w.yml@v1, secrets: inherit }
  b: { uses: ./.github/workflows/w.yml, secrets: inherit }
  c: { uses: o/r/.github/workflows/w.yml@v1, secrets: { T: '${{ secrets.T }}' } }
";
        insta::assert_snapshot!(detailed("gh/secrets-inherit", text), @"
        warning 3:14 gh/secrets-inherit `o/r/.github/workflows/w.yml@v1` is given every secret
        note 4:14 gh/secrets-inherit `./.github/workflows/w.yml` is given every secret
        ");
    }
}
