//! Schedules that ask for more than one run in five minutes.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `schedule`: the shortest interval is once
//! every five minutes.

use windlass_diagnostics::Severity;
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
        let minutes = schedule.cron.value.split_whitespace().next().and_then(minutes);
        let Some(gap) = minutes.and_then(|minutes| smallest_gap(&minutes)) else { continue };
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

/// The minutes that the first field of a cron names, in order. `None` for what is not understood.
fn minutes(field: &str) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, 59),
            Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
            None if part.contains('/') => (range.parse().ok()?, 59),
            None => {
                let only = range.parse().ok()?;
                (only, only)
            }
        };
        if last > 59 {
            return None;
        }
        found.extend((first..=last).step_by(step));
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// The smallest distance between two minutes of one hour.
fn smallest_gap(minutes: &[u32]) -> Option<u32> {
    minutes.windows(2).map(|pair| pair[1] - pair[0]).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_minutes() {
        let gap = |field| minutes(field).and_then(|minutes| smallest_gap(&minutes));
        assert_eq!(gap("*"), Some(1));
        assert_eq!(gap("*/4"), Some(4));
        assert_eq!(gap("*/5"), Some(5));
        assert_eq!(gap("0,30,32"), Some(2));
        assert_eq!(gap("10-20/10"), Some(10));
        assert_eq!((gap("7"), gap("x"), gap("5-99")), (None, None, None));
    }
}
