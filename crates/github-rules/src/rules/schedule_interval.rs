//! Schedules that ask for more than one run in five minutes.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `schedule`: the shortest interval is once
//! every five minutes.

use windlass_diagnostics::Severity;
use windlass_github_syntax::cron::Cron;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/schedule-interval",
    severity: Severity::Error,
    summary: "a schedule asks for runs less than five minutes apart",
};

/// The shortest interval in minutes.
const SHORTEST: u32 = 5;

/// Looks at every entry of `schedule`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for schedule in on.schedules() {
        let Some(gap) = smallest_gap(&schedule.cron.value) else { continue };
        if gap < SHORTEST {
            let message = format!(
                "this asks for a run {gap} minute{} after another; GitHub starts one in \
                 {SHORTEST} minutes at most",
                if gap == 1 { "" } else { "s" }
            );
            findings.add(RULE.finding(schedule.cron.span, message));
        }
    }
}

/// The smallest distance between two minutes of one hour.
fn smallest_gap(cron: &str) -> Option<u32> {
    let cron = Cron::parse(cron).ok()?;
    cron.minutes().windows(2).map(|pair| pair[1] - pair[0]).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_minutes() {
        let gap = |field| smallest_gap(&format!("{field} * * * *"));
        assert_eq!(gap("*"), Some(1));
        assert_eq!(gap("*/4"), Some(4));
        assert_eq!(gap("*/5"), Some(5));
        assert_eq!(gap("0,30,32"), Some(2));
        assert_eq!(gap("10-20/10"), Some(10));
        assert_eq!((gap("7"), gap("x"), gap("5-99")), (None, None, None));
    }
}
