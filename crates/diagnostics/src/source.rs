//! The texts that a diagnostic can point into, and where in them it points.
//!
//! Not for reading files: the caller hands over name and text. An included file or a reusable
//! workflow is one more source of the same map.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Which text of a [`SourceMap`] a span belongs to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SourceId(pub u32);

/// One point of a text. Lines and columns count from 1, columns in characters (Unicode scalar
/// values); the offset counts bytes from 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Position {
    /// Bytes from the start of the text.
    pub offset: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// The position of a later byte of the same text, counted on from this one.
    #[must_use]
    pub fn advanced(self, text: &str, to: usize) -> Self {
        let between = text.get(self.offset as usize..to).unwrap_or_default();
        let lines = between.bytes().filter(|byte| *byte == b'\n').count();
        let column = match between.rfind('\n') {
            Some(newline) => between[newline + 1..].chars().count() + 1,
            None => self.column as usize + between.chars().count(),
        };
        Self {
            offset: u32::try_from(to).unwrap_or(u32::MAX),
            line: self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX)),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

/// A stretch of one source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// The text it lies in.
    pub source: SourceId,
    /// Its first character.
    pub start: Position,
    /// Just behind its last character.
    pub end: Position,
}

impl Span {
    /// An empty span at one position.
    #[must_use]
    pub const fn at(source: SourceId, position: Position) -> Self {
        Self { source, start: position, end: position }
    }

    /// The span from the start of `self` to the end of `other` (both in one source).
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start, end: other.end }
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Ties a value to its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One text with its name as people know it (`.github/workflows/ci.yml`).
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
}

impl SourceFile {
    /// The name shown in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// All texts of one reading, in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text. The same name may be added twice; each has its own id.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { name: name.into(), text: text.into() });
        id
    }

    /// Every text with its id, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        (0..).map(SourceId).zip(&self.files)
    }

    /// The text with this id, if the map knows it.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The name of a source, or a placeholder for an id the map does not know.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("<unknown source>", SourceFile::name)
    }

    /// The text of a source, empty for an id the map does not know.
    #[must_use]
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", SourceFile::text)
    }
}
