//! How a key at the cursor is written.

use crate::outline::Entry;

/// How a key is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// The column of the key.
    pub(crate) column: usize,
    /// Whether it stands at the start of its line, so that its value may be on lines below.
    pub(crate) is_block: bool,
    /// Whether a dash stands before it.
    pub(crate) has_dash: bool,
    /// Whether its colon is there already.
    pub(crate) has_colon: bool,
}

/// What the value of a key may be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kinds {
    pub(crate) mapping: bool,
    pub(crate) sequence: bool,
    /// Something that stands on the line of the key.
    pub(crate) other: bool,
}

impl Form {
    /// Of a key at a byte that is not written yet.
    pub(crate) fn at(marked: &str, offset: usize) -> Self {
        let start = marked[..offset].rfind('\n').map_or(0, |at| at + 1);
        let line = &marked[start..offset];
        let word = line.trim_start_matches([' ', '-']);
        let is_alone = !word.contains(char::is_whitespace) && !word.contains(['{', '[', ',', ':']);
        Self {
            column: line.len() - word.len(),
            is_block: is_alone,
            has_dash: line.trim_start().starts_with('-'),
            has_colon: false,
        }
    }

    /// Of the key of an entry.
    pub(crate) fn of(marked: &str, offset: usize, entry: &Entry<'_>) -> Self {
        let has_colon = marked[entry.key_range.end..].trim_start().starts_with(':');
        Self { has_colon, ..Self::at(marked, offset) }
    }

    /// The key as it is written; where its value can only be on lines below, with the first of
    /// them.
    pub(crate) fn write(&self, name: &str, kinds: Kinds) -> String {
        if self.has_colon {
            return name.to_owned();
        }
        let indent = " ".repeat(self.column + 2);
        match (self.is_block && !kinds.other, kinds.mapping, kinds.sequence) {
            (true, true, false) => format!("{name}:\n{indent}"),
            (true, false, true) => format!("{name}:\n{indent}- "),
            _ => format!("{name}: "),
        }
    }

    /// The same for a key of the first item of a list that begins here.
    pub(crate) const fn of_item(self) -> Self {
        Self { column: self.column + 2, ..self }
    }
}
