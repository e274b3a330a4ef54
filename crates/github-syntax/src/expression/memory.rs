//! How much memory the results of one evaluation take together, by the same reckoning as
//! actions/runner: what an operand took is forgotten once its operator has given a scalar.

use super::error::EvaluationError;
use super::value::Value;

/// What anything that is not a string takes, in bytes.
const OBJECT_BYTES: usize = 24;
/// What a string takes besides its characters, in bytes.
const STRING_BYTES: usize = 26;
/// What an array takes for each of its items, in bytes.
pub(super) const ITEM_BYTES: usize = 8;

pub(super) struct Memory {
    limit: usize,
    total: usize,
    /// Bytes by depth in the tree.
    levels: Vec<usize>,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, total: 0, levels: Vec::new() }
    }

    /// Counts the result of a node at this depth.
    pub(super) fn add(
        &mut self,
        level: usize,
        bytes: usize,
        forget_deeper: bool,
    ) -> Result<(), EvaluationError> {
        if forget_deeper && self.levels.len() > level + 1 {
            self.total -= self.levels.drain(level + 1..).sum::<usize>();
        }
        if self.levels.len() <= level {
            self.levels.resize(level + 1, 0);
        }
        self.levels[level] += bytes;
        self.total += bytes;
        if self.total > self.limit { Err(self.exceeded()) } else { Ok(()) }
    }

    /// A counter for one result that is under construction.
    pub(super) fn counter(&self) -> Counter {
        Counter { limit: self.limit, bytes: 0 }
    }

    fn exceeded(&self) -> EvaluationError {
        EvaluationError::MemoryExceeded { limit: self.limit }
    }
}

/// Bytes of one result while it is built.
pub(super) struct Counter {
    limit: usize,
    bytes: usize,
}

impl Counter {
    /// Counts text that is about to be appended.
    pub(super) fn add_text(&mut self, text: &str) -> Result<(), EvaluationError> {
        self.add(text_bytes(text))
    }

    /// Counts bytes.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), EvaluationError> {
        self.bytes += bytes;
        if self.bytes > self.limit {
            return Err(EvaluationError::MemoryExceeded { limit: self.limit });
        }
        Ok(())
    }
}

/// Characters are counted as UTF-16, two bytes each.
fn text_bytes(text: &str) -> usize {
    let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    2 * units
}

/// What a value itself takes; its items are not its own.
pub(super) fn value_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => STRING_BYTES + text_bytes(text),
        _ => OBJECT_BYTES,
    }
}
