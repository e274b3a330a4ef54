//! Masking of a stream that comes in pieces cut anywhere.
//!
//! What comes out does not depend on the cuts. Held back is only what may still become a secret;
//! as no text that is looked for contains a line break, the end of a line is never held back.

use std::sync::Arc;

use aho_corasick::automaton::StateID;

use crate::MASK;
use crate::masker::Masker;
use crate::pattern_set::PatternSet;

/// Masks one stream of bytes. Secrets that overlap or touch become one `***`.
pub struct MaskingStream {
    masker: Masker,
    generation: u64,
    walks: Vec<Walk>,
    /// The last bytes, not yet given out.
    held: Vec<u8>,
    /// What of the held bytes is secret.
    secret: Ranges,
    /// Whether what was given out last is a mask, which a secret that follows at once joins.
    ends_masked: bool,
}

struct Walk {
    patterns: Arc<PatternSet>,
    state: StateID,
}

impl MaskingStream {
    pub(crate) fn new(masker: Masker) -> Self {
        let (patterns, generation) = masker.patterns();
        Self {
            masker,
            generation,
            walks: patterns.into_iter().map(Walk::new).collect(),
            held: Vec::new(),
            secret: Ranges::default(),
            ends_masked: false,
        }
    }

    /// Takes bytes in and appends to `out` what is certain by now.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        if self.generation != self.masker.generation() {
            self.follow_additions();
        }
        if self.walks.is_empty() {
            out.extend_from_slice(chunk);
            return;
        }
        let before = self.held.len();
        let held_back = self.look_for_secrets(before, chunk);
        let certain = (before + chunk.len()).saturating_sub(held_back);
        self.give_out(certain, chunk, out);
    }

    /// Reads bytes that begin at this position and notes the secrets that end in them. Answers how
    /// many of the last bytes may still become one.
    fn look_for_secrets(&mut self, position: usize, bytes: &[u8]) -> usize {
        let (mut held_back, mut ranges) = (0, Vec::new());
        for walk in &mut self.walks {
            let found = |read: usize, length: usize| {
                let end = position + read;
                ranges.push((end.saturating_sub(length), end));
            };
            walk.state = walk.patterns.walk(walk.state, bytes, found);
            held_back = held_back.max(walk.patterns.depth(walk.state));
        }
        if self.walks.len() > 1 {
            ranges.sort_unstable_by_key(|(_, end)| *end);
        }
        for (start, end) in ranges {
            self.secret.add(start, end);
        }
        held_back
    }

    /// Appends to `out` what is still held back: the stream has ended. It may be used again.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.give_out(self.held.len(), &[], out);
        self.ends_masked = false;
        for walk in &mut self.walks {
            walk.state = walk.patterns.start();
        }
    }

    /// How many bytes are held back.
    #[must_use]
    pub fn held_back(&self) -> usize {
        self.held.len()
    }

    /// Looks at what is held back once more, now with the added secrets.
    fn follow_additions(&mut self) {
        let (patterns, generation) = self.masker.patterns();
        self.generation = generation;
        self.walks = patterns.into_iter().map(Walk::new).collect();
        let held = std::mem::take(&mut self.held);
        let mut ranges = std::mem::take(&mut self.secret).ranges;
        self.look_for_secrets(0, &held);
        ranges.append(&mut self.secret.ranges);
        ranges.sort_unstable_by_key(|(_, end)| *end);
        for (start, end) in ranges {
            self.secret.add(start, end);
        }
        self.held = held;
    }

    /// Gives out the first `certain` of the held bytes and those of the chunk; holds the rest.
    fn give_out(&mut self, certain: usize, chunk: &[u8], out: &mut Vec<u8>) {
        let mut position = 0;
        for (start, end) in self.secret.take_before(certain) {
            if position < start {
                self.copy(position, start, chunk, out);
                self.ends_masked = false;
            }
            if !self.ends_masked {
                out.extend_from_slice(MASK.as_bytes());
                self.ends_masked = true;
            }
            position = end;
        }
        if position < certain {
            self.copy(position, certain, chunk, out);
            self.ends_masked = false;
        }
        self.secret.forget_before(certain);
        let from_chunk = certain.saturating_sub(self.held.len());
        self.held.drain(..certain.min(self.held.len()));
        self.held.extend_from_slice(&chunk[from_chunk..]);
    }

    /// Appends the bytes from `start` to `end`, counted from the first held one.
    fn copy(&self, start: usize, end: usize, chunk: &[u8], out: &mut Vec<u8>) {
        let held = self.held.len();
        if start < held {
            out.extend_from_slice(&self.held[start..end.min(held)]);
        }
        if end > held {
            out.extend_from_slice(&chunk[start.saturating_sub(held)..end - held]);
        }
    }
}

impl Walk {
    fn new(patterns: Arc<PatternSet>) -> Self {
        let state = patterns.start();
        Self { patterns, state }
    }
}

/// Ranges of positions that neither overlap nor touch, in order.
#[derive(Debug, Default)]
struct Ranges {
    ranges: Vec<(usize, usize)>,
}

impl Ranges {
    /// Adds a range that ends no earlier than those before.
    fn add(&mut self, mut start: usize, mut end: usize) {
        while let Some((last_start, last_end)) = self.ranges.last().copied() {
            if last_end < start {
                break;
            }
            start = start.min(last_start);
            end = end.max(last_end);
            self.ranges.pop();
        }
        self.ranges.push((start, end));
    }

    /// The ranges before a position; one that reaches beyond is cut there.
    fn take_before(&self, position: usize) -> Vec<(usize, usize)> {
        let before = self.ranges.iter().take_while(|(start, _)| *start < position);
        before.map(|(start, end)| (*start, (*end).min(position))).collect()
    }

    /// Counts positions from this one on and drops what lies before.
    fn forget_before(&mut self, position: usize) {
        self.ranges.retain_mut(|(start, end)| {
            *start = start.saturating_sub(position);
            *end = end.saturating_sub(position);
            *end > 0
        });
    }
}
