//! `schedule` without a time.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::{EventKind, Triggers};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/schedule-empty",
    severity: Severity::Error,
    summary: "`schedule` says no time, so it never starts a run",
};

/// Looks at `schedule`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    let Some(event) = on.events.get("schedule") else { return };
    if matches!(&event.kind, EventKind::Schedule(schedules) if schedules.is_empty()) {
        let finding = RULE.finding(event.name.span, "`schedule` has no `cron`, so it never fires");
        findings.add(finding.with_help("add `- cron: '30 5 * * 1'` below it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn needs_a_time() {
        let text = "on: schedule\njobs: { a: { runs-on: x, steps: [{ run: x }] } }\n";
        assert_eq!(
            findings(text),
            "1:5 gh/schedule-empty `schedule` has no `cron`, so it never fires"
        );
    }
}
