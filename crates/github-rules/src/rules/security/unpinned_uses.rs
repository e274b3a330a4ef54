//! `uses` with a name that may stand for other code tomorrow.
//!
//! Source: GitHub Docs, "Secure use reference", "Using third-party actions": only the full hash of
//! a commit cannot be moved.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::workflow::{JobBody, WorkflowReference};

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/unpinned-uses",
    severity: Severity::Warning,
    summary: "an action or workflow is used by a name that can be moved",
};

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for (_, step) in outline.steps() {
        if let Some(action) = step.action {
            judge(action.owner, action.reference, action.span, findings);
        }
    }
    for job in outline.workflow.jobs.values() {
        if let JobBody::Reusable(call) = &job.body
            && let WorkflowReference::Remote { owner, reference, .. } = &call.reference
        {
            judge(owner, reference, call.uses.span, findings);
        }
    }
}

fn judge(owner: &str, reference: &str, span: Span, findings: &mut Findings<'_>) {
    let is_hash = reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_own = ["actions", "github"].iter().any(|own| own.eq_ignore_ascii_case(owner));
    let (severity, message) = match reference.len() {
        40 | 64 if is_hash => return,
        7..40 if is_hash => {
            (RULE.severity, format!("`{reference}` is a short hash, which GitHub takes for a name"))
        }
        _ if !is_version(reference) => (
            RULE.severity,
            format!("`{reference}` is a branch: what it runs changes with each push"),
        ),
        _ if is_own => {
            (Severity::Note, format!("the tag `{reference}` can be moved to other code"))
        }
        _ => (
            RULE.severity,
            format!(
                "the tag `{reference}` of `{owner}` can be moved to other code by its owners, or \
                     by whoever gets into their account"
            ),
        ),
    };
    let help = "write the full hash of the commit, and the version in a comment behind it; make \
                sure that the commit is in that repository and not in a fork of it";
    let mut finding = RULE.finding(span, message).with_help(help);
    finding.severity = severity;
    findings.add(finding);
}

/// Whether a name looks like the tag of a version: `v4`, `1.2.3`, `release-1.2`, `v1.0-beta`.
fn is_version(reference: &str) -> bool {
    let number = reference.trim_start_matches(|character: char| !character.is_ascii_digit());
    let prefix = reference.len() - number.len();
    let has_prefix =
        matches!(&reference[..prefix], "" | "v" | "V" | "release-" | "release/v" | "release-v");
    !number.is_empty() && (has_prefix || number.contains('.'))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    #[test]
    fn hashes_tags_and_branches() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - uses: actions/checkout@main
      - uses: docker/login-action@v3.1.0
      - uses: docker/login-action@9780b0c442fbb1117ed29e0efdff1e18412f7567
      - uses: docker/login-action@9780b0c
      - uses: ./local
  b:
    uses: o/r/.github/workflows/w.yml@feature
";
        insta::assert_snapshot!(detailed("gh/unpinned-uses", text), @r"
        note 6:15 gh/unpinned-uses the tag `v4` can be moved to other code
        warning 7:15 gh/unpinned-uses `main` is a branch: what it runs changes with each push
        warning 8:15 gh/unpinned-uses the tag `v3.1.0` of `docker` can be moved to other code by its owners, or by whoever gets into their account
        warning 10:15 gh/unpinned-uses `9780b0c` is a short hash, which GitHub takes for a name
        warning 13:11 gh/unpinned-uses `feature` is a branch: what it runs changes with each push
        ");
    }
}
