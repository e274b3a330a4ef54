//! Where a parser event stands in the text: byte offsets from the parser's character counts, and
//! the places that people would point at where the parser reports another.

use saphyr_parser::{Marker, Span as ParserSpan};
use windlass_diagnostics::{Position, SourceId, Span};

/// Turns the parser's markers, which count characters, into positions with byte offsets. Markers
/// come nearly in order, so walking from the last one is cheap.
pub(crate) struct Cursor<'text> {
    pub(crate) source: SourceId,
    text: &'text str,
    ascii: bool,
    /// Bytes of the byte order mark, which the parser does not see.
    base: usize,
    characters: usize,
    bytes: usize,
}

impl<'text> Cursor<'text> {
    pub(crate) fn new(source: SourceId, text: &'text str, base: usize) -> Self {
        Self { source, text, ascii: text.is_ascii(), base, characters: 0, bytes: 0 }
    }

    pub(crate) fn position(&mut self, marker: Marker) -> Position {
        let offset = self.base + self.byte_offset(marker.index());
        Position {
            offset: saturating(offset),
            line: saturating(marker.line()),
            column: saturating(marker.col() + 1),
        }
    }

    /// Where the `|` or `>` of a block scalar stands; the parser reports its first line of text.
    /// `after` is the end of the value or key before it.
    pub(crate) fn block_scalar_header(&self, after: u32, reported: Position) -> Position {
        let start = (after as usize).saturating_sub(self.base);
        let end = (reported.offset as usize).saturating_sub(self.base);
        let Some(between) = self.text.get(start..end) else { return reported };
        let mut comment = false;
        let mut before = ' ';
        for (at, character) in between.char_indices() {
            match character {
                '\n' => comment = false,
                '#' if before.is_whitespace() => comment = true,
                '|' | '>' if !comment && before.is_whitespace() => {
                    return self.earlier(reported, start + at);
                }
                _ => {}
            }
            before = character;
        }
        reported
    }

    /// How many bytes of a block scalar's text count, when the text of the file ends with it: the
    /// parser adds a line break that is not there. YAML 1.2.2, 8.1.1.2 "Block Chomping Indicator".
    pub(crate) fn block_scalar_length(
        &self,
        header: Position,
        end: Position,
        value: &str,
    ) -> Option<usize> {
        let end = (end.offset as usize).saturating_sub(self.base);
        if end < self.text.trim_end_matches('\0').len() || self.text.ends_with('\n') {
            return None;
        }
        let header = (header.offset as usize).saturating_sub(self.base);
        let indicators = self.text.get(header..)?.lines().next()?;
        let indicators = indicators.split([' ', '\t', '#']).next()?;
        let last_line = self.text.rsplit('\n').next()?;
        let content = value.trim_end_matches('\n').len();
        let breaks = value.len() - content;
        let kept = match (last_line.trim().is_empty(), indicators.contains('+')) {
            (false, _) => 0,
            (true, true) => breaks.saturating_sub(1),
            (true, false) => breaks.min(1),
        };
        Some(content + kept)
    }

    /// An absent value stands behind its colon, where the parser reports the colon.
    pub(crate) fn behind_colon(&self, reported: Position) -> Position {
        let at = (reported.offset as usize).saturating_sub(self.base);
        if self.text.as_bytes().get(at) == Some(&b':') {
            let Position { offset, line, column } = reported;
            return Position { offset: offset + 1, line, column: column + 1 };
        }
        reported
    }

    /// A list starts at its tag or anchor, its first dash or its bracket. For a list that is not indented deeper than its
    /// key the parser reports the first item.
    pub(crate) fn first_dash(&self, reported: Position) -> Position {
        let at = (reported.offset as usize).saturating_sub(self.base);
        let Some(before) = self.text.get(..at) else { return reported };
        let rest = &self.text.as_bytes()[at..];
        let dash = rest.first() == Some(&b'-') && rest.get(1).is_none_or(u8::is_ascii_whitespace);
        if dash || matches!(rest.first(), Some(b'[' | b'!' | b'&')) {
            return reported;
        }
        // Tags, anchors, comments and line breaks may stand between the dash and its item.
        let mut line_end = before.len();
        loop {
            let line_start = before[..line_end].rfind('\n').map_or(0, |newline| newline + 1);
            let line = &before[line_start..line_end];
            let content = line.trim_start();
            if content.starts_with('-') {
                return self.earlier(reported, line_start + (line.len() - content.len()));
            }
            let skippable = content.is_empty() || content.starts_with('#');
            if line_start == 0 || (!skippable && line_end != before.len()) {
                return reported;
            }
            line_end = line_start - 1;
        }
    }

    /// The position of an earlier byte of the text, counted back from a known one.
    fn earlier(&self, known: Position, at: usize) -> Position {
        let until = ((known.offset as usize).saturating_sub(self.base)).max(at);
        let lines = self.text[at..until].bytes().filter(|byte| *byte == b'\n').count();
        let line_start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            offset: saturating(self.base + at),
            line: known.line.saturating_sub(saturating(lines)).max(1),
            column: saturating(self.text[line_start..at].chars().count() + 1),
        }
    }

    fn byte_offset(&mut self, index: usize) -> usize {
        if self.ascii {
            return index.min(self.text.len());
        }
        if index >= self.characters {
            let rest = &self.text[self.bytes..];
            let forward = index - self.characters;
            let step = rest.char_indices().nth(forward).map_or(rest.len(), |(at, _)| at);
            self.bytes += step;
        } else {
            let back = self.characters - index;
            let before = &self.text[..self.bytes];
            self.bytes = before.char_indices().rev().nth(back - 1).map_or(0, |(at, _)| at);
        }
        self.characters = index;
        self.bytes
    }

    pub(crate) fn span(&mut self, span: ParserSpan) -> Span {
        let start = self.position(span.start);
        Span { source: self.source, start, end: self.position(span.end) }
    }
}

pub(crate) fn saturating(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
