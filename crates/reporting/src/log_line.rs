//! Log bytes as lines that are safe to show among other things.
//!
//! Scripts print whatever they like: colours, progress bars, cursor movements, titles of windows,
//! binary. On a surface a line must stay a line, so only colours go through (where colours are
//! on), and of a line that was written over only its last state is kept, as a terminal would.

use std::{borrow::Cow, str};

/// A line longer than this is shown in parts; memory stays flat when no line feed ever comes.
const LINE_BYTES: usize = 64 * 1024;

const ESCAPE: char = '\u{1b}';

/// Gathers a node's bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    rest: Vec<u8>,
}

impl LineBuffer {
    /// Adds bytes and hands each line that is whole now to `line`, without its line feed.
    pub(crate) fn add(&mut self, bytes: &[u8], mut line: impl FnMut(&[u8])) {
        let mut bytes = bytes;
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (head, tail) = bytes.split_at(end);
            if self.rest.is_empty() {
                line(head);
            } else {
                self.rest.extend_from_slice(head);
                line(&self.rest);
                self.rest.clear();
            }
            bytes = tail.get(1..).unwrap_or_default();
        }
        self.rest.extend_from_slice(bytes);
        while self.rest.len() > LINE_BYTES {
            let part: Vec<u8> = self.rest.drain(..LINE_BYTES).collect();
            line(&part);
        }
    }

    /// The beginning of a line whose end has not come.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Hands out the last line if it lacks its line feed.
    pub(crate) fn end(&mut self, mut line: impl FnMut(&[u8])) {
        if !self.rest.is_empty() {
            line(&std::mem::take(&mut self.rest));
        }
    }
}

/// A line made safe: valid text, no control characters but tabs, colours only where wanted.
pub(crate) fn clean(line: &[u8], colours: bool) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // What was written over by a carriage return is gone.
    let line = memchr::memrchr(b'\r', line).map_or(line, |end| &line[end + 1..]);
    let harmless = |byte: &u8| *byte >= b' ' && *byte != 0x7f && *byte != 0xc2 || *byte == b'\t';
    // Not `all`: without a way out the loop looks at many bytes at once.
    let is_harmless = line.iter().fold(true, |so_far, byte| so_far & harmless(byte));
    match str::from_utf8(line) {
        Ok(text) if is_harmless => Cow::Borrowed(text),
        _ => Cow::Owned(filter(&String::from_utf8_lossy(line), colours)),
    }
}

fn filter(text: &str, colours: bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut coloured = false;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        if next == ESCAPE {
            let length = escape_length(after);
            let (sequence, tail) = after.split_at(length);
            if colours && is_colour(sequence) {
                kept.push(ESCAPE);
                kept.push_str(sequence);
                coloured = !matches!(sequence, "[m" | "[0m");
            }
            rest = tail;
        } else {
            if next == '\t' || !next.is_control() {
                kept.push(next);
            }
            rest = after;
        }
    }
    if coloured {
        kept.push_str("\u{1b}[0m");
    }
    kept
}

/// How many bytes belong to the escape sequence that begins before `rest` (ECMA-48).
fn escape_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.first() {
        // A control sequence: parameters and intermediates, then one final byte.
        Some(b'[') => {
            let inner = bytes[1..].iter().take_while(|byte| (0x20..=0x3f).contains(*byte)).count();
            let is_final = bytes.get(1 + inner).is_some_and(|byte| (0x40..=0x7e).contains(byte));
            1 + inner + usize::from(is_final)
        }
        // A string (title, link): up to BEL or ESC \.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let bell = rest.find('\u{7}').map(|end| end + 1);
            let terminator = rest.find("\u{1b}\\").map(|end| end + 2);
            bell.into_iter().chain(terminator).min().unwrap_or(rest.len())
        }
        // Intermediates, then one final byte.
        Some(0x20..=0x7e) => {
            let inner = bytes.iter().take_while(|byte| (0x20..=0x2f).contains(*byte)).count();
            let is_final = bytes.get(inner).is_some_and(|byte| (0x30..=0x7e).contains(byte));
            inner + usize::from(is_final)
        }
        _ => 0,
    }
}

fn is_colour(sequence: &str) -> bool {
    sequence.strip_prefix('[').and_then(|rest| rest.strip_suffix('m')).is_some_and(|inner| {
        inner.bytes().all(|byte| byte.is_ascii_digit() || b";:".contains(&byte))
    })
}

/// What a line of a log is, by the marks that runners put into logs (`##[group]`, `##[error]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    Output,
    Group,
    EndGroup,
    Command,
    Debug,
    Notice,
    Warning,
    Error,
}

/// Tells a marked line from output, and gives the text without the mark.
pub(crate) fn classify(line: &str) -> (LineKind, &str) {
    let marked = line.strip_prefix("##[").or_else(|| line.strip_prefix("::"));
    let Some(marked) = marked else { return (LineKind::Output, line) };
    let marks = [
        ("group", LineKind::Group),
        ("endgroup", LineKind::EndGroup),
        ("command", LineKind::Command),
        ("debug", LineKind::Debug),
        ("notice", LineKind::Notice),
        ("warning", LineKind::Warning),
        ("error", LineKind::Error),
    ];
    let end = if line.starts_with("##[") { "]" } else { "::" };
    for (name, kind) in marks {
        if let Some(text) = marked.strip_prefix(name).and_then(|rest| rest.strip_prefix(end)) {
            return (kind, text);
        }
    }
    (LineKind::Output, line)
}

/// Folds away what the runner itself writes first into a step's log: the group `Run …` with the
/// command, its shell and its environment. Pages of GitHub show it folded; lines cannot be.
#[derive(Debug, Default)]
pub(crate) enum Preamble {
    #[default]
    Expected,
    Inside,
    Over,
}

impl Preamble {
    /// Whether the next line of the log belongs to it.
    pub(crate) fn hides(&mut self, line: &str) -> bool {
        let (kind, text) = classify(line);
        let begins = kind == LineKind::Group && text.starts_with("Run ");
        let is_inside = matches!(self, Preamble::Inside);
        *self = match self {
            Preamble::Expected if begins => Preamble::Inside,
            Preamble::Inside if kind != LineKind::EndGroup => Preamble::Inside,
            _ => Preamble::Over,
        };
        is_inside || matches!(self, Preamble::Inside)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_move_the_cursor_is_removed() {
        assert_eq!(clean(b"a\x1b[2Jb\x1b[1;1Hc\x1b[Kd\x07\x08", true), "abcd");
        assert_eq!(
            clean(b"\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", true),
            "alink"
        );
        assert_eq!(clean(b"\x1b(Ba\x1b7b\x1bcd", true), "abd");
        assert_eq!(clean("a\u{9b}2Jb".as_bytes(), true), "a2Jb");
        assert_eq!(clean(b"a\tb\x1b", true), "a\tb");
        assert_eq!(clean(b"\x1b[12", true), "");
    }

    #[test]
    fn colours_stay_where_they_are_wanted_and_end_with_the_line() {
        assert_eq!(clean(b"\x1b[31mred", true), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(clean(b"\x1b[1;38;5;9mred\x1b[0m.", true), "\u{1b}[1;38;5;9mred\u{1b}[0m.");
        assert_eq!(clean(b"\x1b[31mred\x1b[0m", false), "red");
        assert_eq!(clean(b"\x1b[>4;2mred", true), "red");
    }

    #[test]
    fn of_a_line_written_over_the_last_state_stays() {
        assert_eq!(clean(b" 10%\r 50%\r100%\r", true), "100%");
        assert_eq!(clean(b"dos\r", true), "dos");
    }

    #[test]
    fn marks_are_told_from_output() {
        assert_eq!(classify("##[group]Set up"), (LineKind::Group, "Set up"));
        assert_eq!(classify("::endgroup::"), (LineKind::EndGroup, ""));
        assert_eq!(classify("##[error]no"), (LineKind::Error, "no"));
        assert_eq!(classify("##[other]no"), (LineKind::Output, "##[other]no"));
        assert_eq!(classify(":: no"), (LineKind::Output, ":: no"));
    }

    #[test]
    fn only_the_first_group_can_be_the_runners_own() {
        let mut preamble = Preamble::default();
        let log = ["##[group]Run make", "shell: bash", "##[endgroup]", "##[group]Run 2", "x"];
        assert_eq!(log.map(|line| preamble.hides(line)), [true, true, true, false, false]);
        let mut preamble = Preamble::default();
        assert_eq!(["a", "##[group]Run b"].map(|line| preamble.hides(line)), [false, false]);
    }

    proptest! {
        #[test]
        fn no_byte_gets_a_control_character_through(line in prop::collection::vec(any::<u8>(), 0..80)) {
            let shown = clean(&line, false);
            prop_assert!(shown.chars().all(|c| c == '\t' || !c.is_control()), "{shown:?}");
            let coloured = clean(&line, true);
            prop_assert_eq!(clean(coloured.as_bytes(), false), shown);
        }

        #[test]
        fn lines_do_not_depend_on_how_the_bytes_arrive(
            text in "[a-c\n]{0,60}",
            cuts in prop::collection::vec(0_usize..60, 0..6),
        ) {
            let gather = |parts: &[&[u8]]| {
                let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
                parts.iter().for_each(|part| buffer.add(part, |line| lines.push(line.to_vec())));
                buffer.end(|line| lines.push(line.to_vec()));
                lines
            };
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let mut parts = Vec::new();
            let mut from = 0;
            for cut in cuts {
                parts.push(&text.as_bytes()[from..cut]);
                from = cut;
            }
            parts.push(&text.as_bytes()[from..]);
            prop_assert_eq!(gather(&parts), gather(&[text.as_bytes()]));
        }
    }
}
