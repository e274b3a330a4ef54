//! What a project says of its findings: how bad each rule is taken, and which findings stand.
//!
//! A finding stands when a suppression covers it: a comment beside it ([`comment`]) or an entry of
//! the settings ([`settings`]). A suppression needs a reason. It may have a last day; after that
//! day it covers nothing and is itself reported. The day is handed in: there is no clock here.

pub mod comment;
pub mod settings;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Fix;
use crate::rule::Rule;
use crate::source::SourceId;
use comment::Comment;
use settings::CheckSettings;

/// A suppression that covers nothing because of how it is written.
pub const INVALID: Rule = Rule {
    code: "windlass/suppression-invalid",
    severity: Severity::Warning,
    summary: "a suppression without a code or a reason, or with a day that does not exist",
};
/// A suppression whose last day has passed.
pub const EXPIRED: Rule = Rule {
    code: "windlass/suppression-expired",
    severity: Severity::Warning,
    summary: "a suppression whose last day has passed",
};
/// A suppression of nothing.
pub const UNUSED: Rule = Rule {
    code: "windlass/suppression-unused",
    severity: Severity::Note,
    summary: "a suppression of what is not found any more",
};

/// The rules about suppressions, by code.
pub const RULES: &[Rule] = &[EXPIRED, INVALID, UNUSED];

/// The findings of one text after the project had its say.
#[derive(Debug, Default)]
pub struct Judged {
    /// What is reported, in the order of the text.
    pub reported: Vec<Diagnostic>,
    /// What stands, in the order of the text.
    pub suppressed: Vec<Diagnostic>,
}

/// What a project says, on a day.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The settings of the project.
    pub settings: CheckSettings,
    /// The day on which suppressions that end are looked at.
    pub today: Date,
}

impl Policy {
    /// Judges the findings of one text. `path` is its path from the project's root.
    #[must_use]
    pub fn judge(
        &self,
        found: Vec<Diagnostic>,
        source: SourceId,
        path: &str,
        text: &str,
    ) -> Judged {
        let (comments, mut reported) = comment::read(source, text);
        let mut used = vec![false; comments.len()];
        let mut judged = Judged::default();
        for mut finding in found {
            match self.settings.level(finding.code) {
                Some(None) => continue,
                Some(Some(severity)) => finding.severity = severity,
                None => {}
            }
            let covering = comments.iter().position(|comment| comment.covers(&finding));
            if let Some(position) = covering {
                used[position] = true;
            }
            let by_comment =
                covering.is_some_and(|position| !comments[position].has_expired(self.today));
            if by_comment || self.settings.suppresses(finding.code, path, self.today) {
                judged.suppressed.push(finding);
            } else {
                reported.push(finding);
            }
        }
        let complaints = comments.iter().zip(used);
        reported.extend(complaints.filter_map(|(it, used)| complaint(it, used, self.today)));
        reported.sort_by_key(Diagnostic::offset);
        judged.reported = reported;
        judged
    }
}

fn complaint(comment: &Comment, is_used: bool, today: Date) -> Option<Diagnostic> {
    let codes = comment.codes.join(", ");
    if !is_used {
        let message = format!("nothing here is found by {codes} any more");
        let fix = Fix::safe("remove the comment", comment.removal, "");
        return Some(UNUSED.finding(comment.span, message).with_fix(fix));
    }
    let until = comment.until.filter(|_| comment.has_expired(today))?;
    let message = format!("this suppression of {codes} ended on {until}");
    let help = "mend what it covered, or set a later day and say why";
    Some(EXPIRED.finding(comment.span, message).with_help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Position, Span};

    const TODAY: Date = jiff::civil::date(2026, 11, 27);

    /// Findings of `x/bad` wherever the text says `awry`, judged: what is reported, line and code.
    fn reported(text: &str, settings: &str) -> Vec<String> {
        let found = text.match_indices("awry").map(|(offset, word)| {
            let start = Position { offset: 0, line: 1, column: 1 }.advanced(text, offset);
            let end = start.advanced(text, offset + word.len());
            let span = Span { source: SourceId(0), start, end };
            Diagnostic::error("x/bad", span, "bad")
        });
        let settings = settings::read(settings);
        let policy = Policy { settings, today: TODAY };
        let judged = policy.judge(found.collect(), SourceId(0), "a/ci.yml", text);
        let line = |it: &Diagnostic| {
            format!("{} {}", it.primary.as_ref().unwrap().span.start.line, it.code)
        };
        judged.reported.iter().map(line).collect()
    }

    #[test]
    fn a_comment_covers_its_line_or_what_follows_it() {
        assert_eq!(reported("a: awry # windlass: allow x/bad: known\nb: awry\n", ""), ["2 x/bad"]);
        let above = "# windlass: allow x/bad: known\na:\n  b: awry\n  c: |\n    awry\nd: awry\n";
        assert_eq!(reported(above, ""), ["6 x/bad"]);
        let list = "# windlass: allow x/bad: known\na:\n- awry\n- awry\nd: awry\n";
        assert_eq!(reported(list, ""), ["5 x/bad"]);
    }

    #[test]
    fn a_suppression_holds_on_its_last_day_and_not_after() {
        let until = |day| format!("a: awry # windlass: allow x/bad until {day}: soon\n");
        assert_eq!(reported(&until("2026-11-27"), ""), [""; 0]);
        let after = reported(&until("2026-11-26"), "");
        assert_eq!(after, ["1 x/bad", "1 windlass/suppression-expired"]);
    }

    #[test]
    fn without_a_reason_nothing_is_covered() {
        for comment in
            ["allow x/bad", "allow x/bad:", "allow : why", "allow x/bad until 2026-02-30: why"]
        {
            let found = reported(&format!("a: awry # windlass: {comment}\n"), "");
            assert_eq!(found, ["1 x/bad", "1 windlass/suppression-invalid"], "{comment}");
        }
    }

    #[test]
    fn what_covers_nothing_is_told() {
        let text = "a: good # windlass: allow x/bad: known\n";
        assert_eq!(reported(text, ""), ["1 windlass/suppression-unused"]);
    }

    #[test]
    fn a_suppression_of_nothing_can_be_removed() {
        let text = "# windlass: allow x/bad: known\na: é # windlass: allow x/bad: known\nb: c\n";
        let judged = Policy::default().judge(Vec::new(), SourceId(0), "a/ci.yml", text);
        let fixes = judged.reported.iter().filter_map(|finding| finding.fix.as_ref());
        assert_eq!(crate::fix::apply(text, fixes), ("a: é\nb: c\n".to_owned(), 2));
    }

    #[test]
    fn settings_change_levels_and_suppress_by_path() {
        let text = "a: awry\n";
        assert_eq!(reported(text, "[rules]\n\"x/bad\" = \"off\"\n"), [""; 0]);
        let of = |path| {
            format!(
                "[[suppress]]\ncode = \"x/bad\"\npaths = [\"{path}\"]\nreason = \"old\"\nuntil = 2026-12-01\n"
            )
        };
        assert_eq!(reported(text, &of("a/*.yml")), [""; 0]);
        assert_eq!(reported(text, &of("b/**")), ["1 x/bad"]);
        let expired = "[[suppress]]\ncode = \"x/bad\"\nreason = \"old\"\nuntil = \"2026-11-01\"\n";
        assert_eq!(reported(text, expired), ["1 x/bad"]);
    }
}
