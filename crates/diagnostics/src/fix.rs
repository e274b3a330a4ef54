//! An edit of the text that mends a finding.
//!
//! Making the edits is a function of text here ([`apply`]); reading and writing files is the
//! caller's business.

use serde::Serialize;

use crate::source::Span;

/// Edits that together mend one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What they do, as an order: "pass the value through the environment".
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the file means the same afterwards, save for the mistake. What is not safe is
    /// suggested, and never made unasked.
    pub is_safe: bool,
}

/// One stretch of a text and what takes its place. An empty stretch is a place to insert at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub replacement: String,
}

impl Fix {
    /// One edit that may be made unasked.
    pub fn safe(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            edits: vec![Edit { span, replacement: replacement.into() }],
            is_safe: true,
        }
    }

    /// One edit that somebody has to look at first.
    pub fn suggested(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self { is_safe: false, ..Self::safe(title, span, replacement) }
    }

    /// The same with one more edit.
    #[must_use]
    pub fn and(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into() });
        self
    }
}

/// The text after these fixes, and how many were made. Of fixes that touch the same characters the
/// first is made; checking again finds what is left for the others.
pub fn apply<'fix>(text: &str, fixes: impl IntoIterator<Item = &'fix Fix>) -> (String, usize) {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut made = 0;
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| {
            bytes(edit).is_some_and(|range| text.get(range).is_some())
                && !edits.iter().any(|other| meet(edit, other))
        });
        if fits && !fix.edits.is_empty() {
            edits.extend(&fix.edits);
            made += 1;
        }
    }
    edits.sort_by_key(|edit| edit.span.start.offset);
    let mut fixed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let Some(range) = bytes(edit) else { continue };
        fixed.push_str(text.get(at..range.start).unwrap_or_default());
        fixed.push_str(&edit.replacement);
        at = range.end;
    }
    fixed.push_str(text.get(at..).unwrap_or_default());
    (fixed, made)
}

fn bytes(edit: &Edit) -> Option<std::ops::Range<usize>> {
    let (start, end) = (edit.span.start.offset as usize, edit.span.end.offset as usize);
    (start <= end).then_some(start..end)
}

/// Whether two edits touch the same characters, or insert at the same place.
const fn meet(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    one.start.offset == other.start.offset
        || (one.start.offset < other.end.offset && other.start.offset < one.end.offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Position, SourceId};

    fn span(start: u32, end: u32) -> Span {
        let at = |offset| Position { offset, line: 1, column: offset + 1 };
        Span { source: SourceId(0), start: at(start), end: at(end) }
    }

    #[test]
    fn edits_are_made_in_the_order_of_the_text() {
        let later = Fix::safe("b", span(4, 5), "BB");
        let earlier = Fix::safe("a", span(0, 1), "A").and(span(2, 2), "+");
        assert_eq!(apply("a b c", [&later, &earlier]), ("A +b BB".to_owned(), 2));
    }

    #[test]
    fn of_fixes_that_meet_the_first_is_made() {
        let first = Fix::safe("a", span(0, 3), "x");
        let second = Fix::safe("b", span(2, 4), "y").and(span(5, 6), "z");
        assert_eq!(apply("abcdef", [&first, &second]), ("xdef".to_owned(), 1));
    }

    #[test]
    fn places_outside_of_the_text_are_left_alone() {
        let outside = Fix::safe("a", span(3, 9), "x");
        let inside_a_character = Fix::safe("b", span(1, 2), "x");
        assert_eq!(apply("aé", [&outside, &inside_a_character]), ("aé".to_owned(), 0));
    }
}
