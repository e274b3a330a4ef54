//! A job whose `permissions` leave out what one of its actions cannot do without.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `permissions`: what is not named is
//! not allowed.

use windlass_diagnostics::Severity;

use super::permission_needs;
use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/missing-permission",
    severity: Severity::Warning,
    summary: "an action needs a permission that the job does not have",
};

/// Looks at the jobs whose permissions are written down.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        let Some(permissions) = outline.permissions_of(job) else { continue };
        for (scope, need) in permission_needs::of(job) {
            if need.is_certain && permissions.level(scope) < need.level {
                let level = need.level.as_str();
                let message = format!("this needs the permission `{scope}: {level}`");
                let finding = RULE
                    .finding(need.span, message)
                    .with_secondary(permissions.span, "what is not named here is not allowed")
                    .with_help(format!("add `{scope}: {level}` to `permissions`"));
                findings.add(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{detailed, of_rule};

    const CODE: &str = "gh/missing-permission";

    #[test]
    fn what_is_not_named_is_not_allowed() {
        let text = "on: push
permissions: { contents: read, packages: read }
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - uses: github/codeql-action/upload-sarif@v3
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: a, aws-region: b }
      - uses: docker/login-action@v3
        with: { registry: ghcr.io }
      - run: docker push x
  b:
    runs-on: x
    permissions: write-all
    steps:
      - uses: actions/stale@v9
";
        insta::assert_snapshot!(detailed(CODE, text), @r"
        warning 8:15 gh/missing-permission this needs the permission `security-events: write`
          2: what is not named here is not allowed
        warning 9:15 gh/missing-permission this needs the permission `id-token: write`
          2: what is not named here is not allowed
        warning 11:15 gh/missing-permission this needs the permission `packages: write`
          2: what is not named here is not allowed
        ");
    }

    #[test]
    fn other_tokens_and_keys_need_nothing() {
        let text = "on: push
permissions: {}
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: a, aws-access-key-id: b }
      - uses: softprops/action-gh-release@v2
        with: { token: '${{ secrets.RELEASES }}' }
";
        assert_eq!(of_rule(CODE, text), "");
    }
}
