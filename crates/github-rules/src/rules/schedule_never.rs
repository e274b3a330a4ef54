//! Schedules that name only days which no month has, such as 30 February.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `schedule`: POSIX cron syntax.

use windlass_diagnostics::Severity;
use windlass_github_syntax::cron::Cron;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/schedule-never",
    severity: Severity::Error,
    summary: "a schedule names only days that never come",
};

/// Looks at every entry of `schedule`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for schedule in on.schedules() {
        // The reader has said so when it cannot be read.
        if Cron::parse(&schedule.cron.value).is_ok_and(|cron| !cron.has_a_day()) {
            let message = "this never fires: none of its months has such a day";
            let finding = RULE.finding(schedule.cron.span, message);
            findings.add(finding.with_help("name a day that each month has, 1 to 28"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn february_is_short() {
        let of = |cron| {
            findings(&format!(
                "on: {{schedule: [{{cron: '{cron}'}}]}}\njobs: {{a: {{runs-on: x, steps: [{{run: x}}]}}}}"
            ))
        };
        let found = "1:24 gh/schedule-never this never fires: none of its months has such a day";
        assert_eq!(of("0 0 30 FEB *"), found);
        assert_eq!(of("0 0 29 2 *"), "");
    }
}
