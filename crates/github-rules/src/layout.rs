//! Where in the file the characters of an expression stand.
//!
//! A scalar that mixes text and `${{ }}` is stored as one call of `format`; this finds the way
//! back from that call to each `${{ }}`. Escapes and folded lines may hide it: then the place is
//! the whole scalar.

use std::ops::Range;

use windlass_diagnostics::{Position, Span};

/// The way from an expression's source back to the file.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The scalar.
    span: Span,
    /// Byte ranges of the source and where each begins in the file.
    pieces: Vec<(Range<usize>, usize)>,
    /// Whether text stands around `${{ }}`, so that the source is a call of `format` that nobody
    /// wrote.
    pub(crate) is_mixed: bool,
}

impl Layout {
    /// Of the expression with this source, which stands in the scalar at `span`.
    pub(crate) fn new(text: &str, span: Span, source: &str) -> Self {
        let mut layout = Self { span, pieces: Vec::new(), is_mixed: false };
        let start = span.start.offset as usize;
        let Some(slice) = text.get(start..span.end.offset as usize) else { return layout };
        let inner = expressions(slice);
        if inner.is_empty() {
            if let Some(at) = slice.find(source) {
                layout.pieces.push((0..source.len(), start + at));
            }
            return layout;
        }
        if let [only] = inner.as_slice()
            && &slice[only.clone()] == source
        {
            layout.pieces.push((0..source.len(), start + only.start));
            return layout;
        }
        let Some(mut at) = end_of_first_argument(source) else { return layout };
        for piece in inner {
            at += ", ".len();
            let written = &slice[piece.clone()];
            if source.get(at..at + written.len()) != Some(written) {
                layout.pieces.clear();
                return layout;
            }
            layout.pieces.push((at..at + written.len(), start + piece.start));
            at += written.len();
        }
        layout.is_mixed = source.get(at..) == Some(")");
        if !layout.is_mixed {
            layout.pieces.clear();
        }
        layout
    }

    /// Where a range of the source stands in the file.
    pub(crate) fn span(&self, text: &str, range: &Range<usize>) -> Span {
        let piece = self
            .pieces
            .iter()
            .find(|(piece, _)| piece.start <= range.start && range.end <= piece.end);
        let Some((piece, offset)) = piece else { return self.span };
        let start = self.span.start.advanced(text, offset + range.start - piece.start);
        let end = start.advanced(text, offset + range.end - piece.start);
        Span { source: self.span.source, start, end }
    }
}

/// What stands between each `${{` and `}}`, trimmed: byte ranges of the slice.
fn expressions(slice: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = slice[at..].find("${{") {
        let start = at + open + "${{".len();
        let Some(length) = closing(&slice[start..]) else { break };
        let inner = &slice[start..start + length];
        let leading = inner.len() - inner.trim_start().len();
        let begin = start + leading;
        found.push(begin..begin + inner.trim().len());
        at = start + length + "}}".len();
    }
    found
}

/// The same text with each `${{ }}` as underscores of its width.
pub(crate) fn without_expressions(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("${{") {
        let inner = open + "${{".len();
        let Some(length) = closing(&rest[inner..]) else { break };
        let end = inner + length + "}}".len();
        plain.push_str(&rest[..open]);
        plain.extend(rest[open..end].chars().map(|it| if it == '\n' { it } else { '_' }));
        rest = &rest[end..];
    }
    plain + rest
}

/// The offset of the `}}` that ends an expression: not one between single quotes.
fn closing(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut quoted = false;
    (0..bytes.len().saturating_sub(1)).find(|at| {
        if bytes[*at] == b'\'' {
            quoted = !quoted;
        }
        !quoted && bytes[*at] == b'}' && bytes[at + 1] == b'}'
    })
}

/// Where the literal of `format('…'` ends.
fn end_of_first_argument(source: &str) -> Option<usize> {
    let start = "format('".len();
    let rest = source.strip_prefix("format('")?.as_bytes();
    let mut at = 0;
    while at < rest.len() {
        if rest[at] == b'\'' {
            if rest.get(at + 1) != Some(&b'\'') {
                return Some(start + at + 1);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// The span of some bytes of a scalar, `range` counted from the scalar's start.
pub(crate) fn part(text: &str, span: Span, range: Range<usize>) -> Span {
    let base = span.start.offset as usize;
    let start = span.start.advanced(text, base + range.start);
    let end = start.advanced(text, base + range.end);
    Span { source: span.source, start, end }
}

/// An item of a list that is not its first, with what separates it from the item before: its whole
/// line, or the comma in braces. `None` where neither is in front of it.
pub(crate) fn item_with_separator(text: &str, item: Span) -> Option<Span> {
    let (from, to) = (item.start.offset as usize, item.end.offset as usize);
    let before = text.get(..from)?;
    if let Some(list) = before.trim_end().strip_suffix(',') {
        let start = line_start(text, item, list.len());
        return Some(Span { start: start.advanced(text, list.len()), ..item });
    }
    let line = before.rsplit('\n').next()?;
    if line.trim() != "-" {
        return None;
    }
    let behind = text.get(to..)?;
    let rest = behind.split_inclusive('\n').next().unwrap_or_default();
    let is_all = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    let start = line_start(text, item, from - line.len());
    is_all.then(|| Span { start, end: item.end.advanced(text, to + rest.len()), ..item })
}

/// The start of the line on which a byte before `place` stands.
fn line_start(text: &str, place: Span, offset: usize) -> Position {
    let between = text.get(offset..place.start.offset as usize).unwrap_or_default();
    let lines = u32::try_from(between.matches('\n').count()).unwrap_or_default();
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let offset = u32::try_from(start).unwrap_or_default();
    Position { offset, line: place.start.line.saturating_sub(lines), column: 1 }
}

/// How far a place is indented, when only blanks and the `-` of lists stand before it on its line:
/// there a line can be put in before it. `None` in braces and behind other words.
pub(crate) fn indentation(text: &str, offset: usize) -> Option<usize> {
    let line = text.get(..offset)?.rsplit('\n').next()?;
    line.trim_start_matches([' ', '-']).is_empty().then_some(line.len())
}

/// Where the key in front of a value stands; the value's place when something else is between.
pub(crate) fn key_before(text: &str, value: Span, key: &str) -> Span {
    let before = text.get(..value.start.offset as usize).unwrap_or_default();
    let behind_key = before.trim_end().strip_suffix(':').map(str::trim_end);
    let Some(outside) = behind_key.and_then(|text| text.strip_suffix(key)) else { return value };
    let start = line_start(text, value, outside.len()).advanced(text, outside.len());
    let end = start.advanced(text, outside.len() + key.len());
    Span { source: value.source, start, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        let start = Position { offset: 0, line: 1, column: 1 };
        let end = Position { offset: u32::try_from(text.len()).unwrap(), ..start };
        Span { end, ..Span::at(windlass_diagnostics::SourceId(0), start) }
    }

    #[test]
    fn finds_the_second_expression_of_a_mixed_text() {
        let text = "|\n  a ${{ x }}\n  b ${{ y.z }}\n";
        let layout = Layout::new(text, span(text), "format('a {0}\nb {1}\n', x, y.z)");
        assert!(layout.is_mixed);
        let at = layout.span(text, &(26..29));
        assert_eq!((at.start.line, at.start.column, at.end.column), (3, 9, 12));
    }

    #[test]
    fn a_written_format_is_not_a_mixed_text() {
        let text = "${{ format('{0}', x) }}";
        let layout = Layout::new(text, span(text), "format('{0}', x)");
        assert!(!layout.is_mixed);
        assert_eq!(layout.span(text, &(14..15)).start.column, 19);
    }
}
