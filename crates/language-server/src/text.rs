//! A text with the positions of the protocol: lines from 0, columns in the units that server and
//! client agreed on.
//!
//! Source: Language Server Protocol 3.17, "Text Documents" and "Position".

use std::ops::Range;

use lsp_types::{Position, PositionEncodingKind, Range as LspRange};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-16 code units, which every client understands.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
}

impl Encoding {
    /// Bytes where the client offers them, since that is what the texts are; else UTF-16.
    #[must_use]
    pub fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers_bytes = offered.is_some_and(|kinds| kinds.contains(&PositionEncodingKind::UTF8));
        if offers_bytes { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name in the protocol.
    #[must_use]
    pub const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf8 => PositionEncodingKind::UTF8,
        }
    }

    const fn width(self, character: char) -> usize {
        match self {
            Self::Utf16 => character.len_utf16(),
            Self::Utf8 => character.len_utf8(),
        }
    }
}

/// A text and where its lines start.
#[derive(Debug, Clone)]
pub struct Text {
    content: String,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Text {
    /// A text whose positions are in this encoding.
    #[must_use]
    pub fn new(content: String, encoding: Encoding) -> Self {
        let starts = line_starts(&content);
        Self { content, starts, encoding }
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// What its columns count.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte at a position. What lies outside of the text is brought to the nearest place in
    /// it, as the protocol asks of columns.
    #[must_use]
    pub fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.content.len() };
        let rest = &self.content[start..self.line_end(line)];
        let mut column = 0;
        for (at, character) in rest.char_indices() {
            let next = column + self.encoding.width(character);
            if next > position.character as usize {
                return start + at;
            }
            column = next;
        }
        start + rest.len()
    }

    /// The position of a byte.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor(&self.content, offset);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.content.get(start..offset).unwrap_or_default();
        let column: usize = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: number(line), character: number(column) }
    }

    /// The range of some bytes.
    #[must_use]
    pub fn range(&self, bytes: &Range<usize>) -> LspRange {
        LspRange { start: self.position(bytes.start), end: self.position(bytes.end) }
    }

    /// Puts `replacement` in the place of a range, or of everything.
    pub fn replace(&mut self, range: Option<LspRange>, replacement: &str) {
        match range {
            None => replacement.clone_into(&mut self.content),
            Some(range) => {
                let (start, end) = (self.offset(range.start), self.offset(range.end));
                self.content.replace_range(start.min(end)..start.max(end), replacement);
            }
        }
        self.starts = line_starts(&self.content);
    }

    /// Just behind the last character of a line, its line break left out.
    fn line_end(&self, line: usize) -> usize {
        let Some(next) = self.starts.get(line + 1).copied() else { return self.content.len() };
        let start = self.starts[line];
        let with_break = &self.content[start..next];
        start + with_break.trim_end_matches(['\n', '\r']).len()
    }
}

/// Where lines start: the protocol's line breaks are `\n`, `\r\n` and `\r`.
fn line_starts(content: &str) -> Vec<usize> {
    let bytes = content.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        let breaks = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        if breaks {
            starts.push(at + 1);
        }
    }
    starts
}

/// The nearest boundary of a character at or before a byte.
fn floor(content: &str, offset: usize) -> usize {
    let mut at = offset.min(content.len());
    while !content.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        let utf16 = Text::new("a\n😀é x".to_owned(), Encoding::Utf16);
        assert_eq!(utf16.position(9), at(1, 4));
        assert_eq!(utf16.offset(at(1, 3)), 8);
        let utf8 = Text::new("a\n😀é x".to_owned(), Encoding::Utf8);
        assert_eq!(utf8.position(9), at(1, 7));
        assert_eq!(utf8.offset(at(1, 6)), 8);
    }

    #[test]
    fn places_outside_of_the_text_become_the_nearest_in_it() {
        let text = Text::new("ab\r\ncd".to_owned(), Encoding::Utf16);
        assert_eq!(text.offset(at(0, 99)), 2);
        assert_eq!(text.offset(at(9, 0)), 6);
        assert_eq!(text.position(99), at(1, 2));
    }

    #[test]
    fn changes_are_made_in_place() {
        let mut text = Text::new("on: push\njobs:\n".to_owned(), Encoding::Utf16);
        text.replace(Some(LspRange { start: at(0, 4), end: at(0, 8) }), "fork");
        assert_eq!(text.as_str(), "on: fork\njobs:\n");
        text.replace(None, "x\ny");
        assert_eq!(text.position(3), at(1, 1));
    }

    proptest! {
        #[test]
        fn a_position_leads_back_to_its_byte(content in "[a😀é\r\n]{0,30}", offset in 0..100_usize) {
            for encoding in [Encoding::Utf16, Encoding::Utf8] {
                let text = Text::new(content.clone(), encoding);
                let offset = floor(&content, offset);
                let back = text.offset(text.position(offset));
                // Between `\r` and `\n` there is no position of its own.
                prop_assert!(back == offset || content.as_bytes()[back] == b'\r');
            }
        }
    }
}
