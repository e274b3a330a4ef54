//! The very characters of the file that a problem inside a scalar is about.
//!
//! A scalar's value may differ from its characters in the file (escapes, folding, indentation), so
//! a place is only given where the characters are found as they were read.

use windlass_diagnostics::Span;

/// The `ordinal`-th `${{ … }}` of the scalar at `span`, at most to the end of its line.
pub(super) fn expression(text: &str, span: Span, ordinal: usize) -> Option<Span> {
    let start = nth_opening(text, span, ordinal)?;
    let line = text[start..span.end.offset as usize].lines().next().unwrap_or_default();
    let end = line.find("}}").map_or(line.trim_end().len(), |at| at + 2);
    Some(place(text, span, start, start + end))
}

/// A symbol of an expression: `offset` and `length` count bytes in its trimmed source.
pub(super) fn symbol(
    text: &str,
    span: Span,
    ordinal: usize,
    source: &str,
    offset: usize,
    length: usize,
) -> Option<Span> {
    let opening = nth_opening(text, span, ordinal)? + 3;
    let rest = text.get(opening..span.end.offset as usize)?;
    let start = opening + (rest.len() - rest.trim_start().len());
    within(text, span, start, source, offset, length)
}

/// The same in a scalar that is an expression without `${{`.
pub(crate) fn bare_symbol(
    text: &str,
    span: Span,
    source: &str,
    offset: usize,
    length: usize,
) -> Option<Span> {
    let slice = text.get(span.start.offset as usize..span.end.offset as usize)?;
    let start = span.start.offset as usize + slice.find(source)?;
    within(text, span, start, source, offset, length)
}

fn within(
    text: &str,
    span: Span,
    start: usize,
    source: &str,
    offset: usize,
    length: usize,
) -> Option<Span> {
    text.get(start..)?.starts_with(source).then_some(())?;
    let end = (start + offset + length).min(start + source.len());
    text.get(start + offset..end)?;
    Some(place(text, span, start + offset, end))
}

fn nth_opening(text: &str, span: Span, ordinal: usize) -> Option<usize> {
    let base = span.start.offset as usize;
    let slice = text.get(base..span.end.offset as usize)?;
    slice.match_indices("${{").nth(ordinal).map(|(at, _)| base + at)
}

/// The span of some bytes behind the start of a known span.
fn place(text: &str, known: Span, start: usize, end: usize) -> Span {
    let start = known.start.advanced(text, start);
    Span { source: known.source, start, end: start.advanced(text, end) }
}
