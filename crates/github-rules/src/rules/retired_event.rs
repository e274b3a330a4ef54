//! Events that GitHub still takes, but that no longer occur.
//!
//! Source: GitHub Changelog, "Sunset notice: Projects (classic)", and the GraphQL reference, which
//! gives 1 April 2025 for the end of projects (classic); `project`, `project_card` and
//! `project_column` were theirs alone.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/retired-event",
    severity: Severity::Warning,
    summary: "an event of projects (classic), which GitHub has removed",
};

const RETIRED: [&str; 3] = ["project", "project_card", "project_column"];

/// Looks at the names of the events.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for event in on.events.values() {
        let name = event.name.value.as_str();
        if RETIRED.contains(&name) {
            let message =
                format!("`{name}` no longer occurs: GitHub has removed projects (classic)");
            findings.add(RULE.finding(event.name.span, message).with_help("remove the event"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn cards_are_gone() {
        let text = "on: [push, project_card]\njobs: {a: {runs-on: x, steps: [{run: x}]}}";
        assert_eq!(
            findings(text),
            "1:12 gh/retired-event `project_card` no longer occurs: GitHub has removed projects (classic)"
        );
    }
}
