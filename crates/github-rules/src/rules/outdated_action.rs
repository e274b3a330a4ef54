//! An action made for a version of Node.js that GitHub's runners no longer have.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `runs.using`: `node20` and `node24` are left;
//! actions for older versions are run by a newer one, which they were not made for.

use windlass_diagnostics::{Severity, Spanned};

use crate::actions::ActionInterface;
use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/outdated-action",
    severity: Severity::Warning,
    summary: "an action needs a version of Node.js that GitHub has removed",
};

/// What GitHub has removed.
const REMOVED: [&str; 2] = ["node12", "node16"];

/// Looks at the action that a step uses.
pub(crate) fn check(uses: &Spanned<String>, action: &ActionInterface, findings: &mut Findings<'_>) {
    if !REMOVED.iter().any(|removed| action.using.eq_ignore_ascii_case(removed)) {
        return;
    }
    let (uses_text, using) = (&uses.value, &action.using);
    let message = format!("`{uses_text}` needs the runtime `{using}`, which GitHub has removed");
    findings.add(RULE.finding(uses.span, message).with_help("use a newer version of the action"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn a_version_for_a_removed_runtime() {
        assert!(of_step("uses: actions/checkout@v3").starts_with("6:15 gh/outdated-action"));
        assert!(of_step("uses: actions/checkout@v2.7.0").contains("`node12`"));
        assert_eq!(of_step("uses: actions/checkout@v4"), "");
    }
}
