//! Suppressions as comments: `# windlass: allow CODE[, CODE] [until YYYY-MM-DD]: REASON`.
//!
//! A comment covers its own line and what is nested below that line by indentation; one that
//! stands alone covers the next line that is no comment in the same way. `#` and `//` begin a
//! comment, so that the same words serve YAML, shell scripts and Groovy.

use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::INVALID;
use crate::diagnostic::Diagnostic;
use crate::source::{Position, SourceId, Span};

/// What a comment begins with, behind `#` or `//`.
const MARK: &str = "windlass:";

/// A suppression in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The codes that it covers.
    pub codes: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
    /// What goes when the comment is removed: the blanks before it too, and its line where nothing
    /// else is on it.
    pub(super) removal: Span,
    lines: RangeInclusive<u32>,
}

impl Comment {
    pub(super) fn covers(&self, finding: &Diagnostic) -> bool {
        let Some(primary) = &finding.primary else { return false };
        self.codes.iter().any(|code| code == finding.code)
            && self.lines.contains(&primary.span.start.line)
    }

    pub(super) fn has_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// The suppressions in a text, and what is wrong with others.
pub(super) fn read(source: SourceId, text: &str) -> (Vec<Comment>, Vec<Diagnostic>) {
    let (mut comments, mut wrong) = (Vec::new(), Vec::new());
    if !text.contains(MARK) {
        return (comments, wrong);
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut position = Position { offset: 0, line: 1, column: 1 };
    for (index, line) in lines.iter().enumerate() {
        let Some((at, words)) = marked(line) else { continue };
        let line_start = line.as_ptr() as usize - text.as_ptr() as usize;
        position = position.advanced(text, line_start + at);
        let end = position.advanced(text, line_start + line.trim_end().len());
        let span = Span { source, start: position, end };
        let is_alone = line[..at].trim().is_empty();
        let before = if is_alone { 0 } else { line[..at].trim_end().len() };
        let behind = if is_alone { line.len() + 1 } else { line.len() };
        let start = line_position(position, line_start).advanced(text, line_start + before);
        let behind = end.advanced(text, (line_start + behind).min(text.len()));
        let removal = Span { source, start, end: behind };
        match parse(words) {
            Ok((codes, until, reason)) => {
                let lines = covered(&lines, index, is_alone);
                comments.push(Comment { codes, reason, until, span, removal, lines });
            }
            Err(message) => wrong.push(INVALID.finding(span, message).with_help(
                "write `# windlass: allow CODE until YYYY-MM-DD: REASON`; the day may be left out",
            )),
        }
    }
    (comments, wrong)
}

/// Where in a line a suppression begins, and what it says.
fn marked(line: &str) -> Option<(usize, &str)> {
    let mark = line.find(MARK)?;
    let before = line[..mark].trim_end();
    let sign = ["#", "//"].into_iter().find(|sign| before.ends_with(sign))?;
    let at = before.len() - sign.len();
    let stands_apart = line[..at].chars().next_back().is_none_or(char::is_whitespace);
    stands_apart.then(|| (at, line[mark + MARK.len()..].trim()))
}

/// Where the line of a position begins.
fn line_position(position: Position, line_start: usize) -> Position {
    let offset = u32::try_from(line_start).unwrap_or(u32::MAX);
    Position { offset, column: 1, ..position }
}

type Parts = (Vec<String>, Option<Date>, String);

fn parse(words: &str) -> Result<Parts, String> {
    let rest = words.strip_prefix("allow").filter(|rest| rest.starts_with([' ', ':']));
    let Some(rest) = rest else {
        return Err(format!("`{}` is nothing that a comment can say", first_word(words)));
    };
    let (subject, reason) = rest.split_once(':').unwrap_or((rest, ""));
    if reason.trim().is_empty() {
        return Err("a suppression without a reason has no effect".to_owned());
    }
    let (codes, until) = match subject.split_once(" until ") {
        Some((codes, day)) => {
            let day = day.trim();
            let date = day.parse().map_err(|_| format!("`{day}` is no day of the calendar"))?;
            (codes, Some(date))
        }
        None => (subject, None),
    };
    let codes: Vec<String> =
        codes.split([',', ' ']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    if codes.is_empty() {
        return Err("a suppression without a code has no effect".to_owned());
    }
    Ok((codes, until, reason.trim().to_owned()))
}

fn first_word(words: &str) -> &str {
    words.split_whitespace().next().unwrap_or_default()
}

/// The lines that a comment on the line at `index` covers, counted from 1.
fn covered(lines: &[&str], index: usize, is_alone: bool) -> RangeInclusive<u32> {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = if is_alone {
        lines[index..].iter().position(is_content).map_or(index, |skip| index + skip)
    } else {
        index
    };
    let base = indentation(lines[first]);
    let opens_list = !lines[first].trim_start().starts_with('-')
        && lines[first].split(" #").next().is_some_and(|code| code.trim_end().ends_with(':'));
    let is_nested = |line: &str| {
        let item_of_it = opens_list
            && indentation(line) == base
            && (line.trim() == "-" || line.trim_start().starts_with("- "));
        line.trim().is_empty() || indentation(line) > base || item_of_it
    };
    let below = lines[first + 1..].iter().take_while(|line| is_nested(line)).count();
    number(index.min(first))..=number(first + below)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_day_and_reason() {
        let text = "a: 1 # windlass: allow gh/a, gh/b until 2027-01-31: vendor: no tags  \n";
        let (comments, wrong) = read(SourceId(0), text);
        assert!(wrong.is_empty());
        let [comment] = comments.as_slice() else { panic!("{comments:?}") };
        assert_eq!(comment.codes, ["gh/a", "gh/b"]);
        assert_eq!(comment.until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(comment.reason, "vendor: no tags");
        assert_eq!((comment.span.start.column, comment.span.end.column), (6, 68));
    }

    #[test]
    fn words_that_only_look_alike_are_no_comment() {
        for line in
            ["image: ghcr.io/windlass:allow", "x: 'a#windlass: allow b: c'", "# a windlass: x"]
        {
            assert_eq!(marked(line), None, "{line}");
        }
    }
}
