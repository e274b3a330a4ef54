//! All texts to look for at once, and the walk over a stream's bytes that finds them.
//!
//! Most of a log has nothing to do with a secret. So the walk has two gaits: while nothing has
//! begun, it only asks of each pair of bytes whether a text begins with it; from there on it
//! follows the automaton until nothing that was begun can still be completed.

use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

/// A set of texts, compiled.
pub(crate) struct PatternSet {
    automaton: NFA,
    root: StateID,
    /// Of each state, how many of the last bytes may still become one of the texts.
    depths: HashMap<StateID, usize>,
    pairs: Pairs,
}

impl PatternSet {
    /// Compiles the texts; none where there are none, or where they are so many that they cannot
    /// be compiled (4 GB of them).
    pub(crate) fn compile(texts: &[Arc<[u8]>]) -> Option<Self> {
        if texts.is_empty() {
            return None;
        }
        let automaton =
            NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(texts).ok()?;
        let root = automaton.start_state(Anchored::No).ok()?;
        let mut set = Self { automaton, root, depths: HashMap::new(), pairs: Pairs::default() };
        let mut ends = HashMap::new();
        for text in texts {
            set.pairs.add(text);
            let mut state = root;
            for (read, byte) in text.iter().enumerate() {
                if read > 0 {
                    set.depths.insert(state, read);
                }
                state = set.automaton.next_state(Anchored::No, state, *byte);
            }
            ends.insert(state, &**text);
        }
        set.find_depths_of_ends(&ends);
        Some(set)
    }

    /// Where a text ends that none continues, what may still be completed begins later: with the
    /// longest end of the text that begins another one.
    fn find_depths_of_ends(&mut self, ends: &HashMap<StateID, &[u8]>) {
        let mut found = Vec::new();
        for (end, text) in ends.iter().filter(|(end, _)| !self.depths.contains_key(end)) {
            let mut suffix = &text[1..];
            loop {
                let state = self.state_behind(suffix);
                if let Some(depth) = self.depths.get(&state) {
                    found.push((*end, *depth));
                    break;
                }
                // It may be that the text ends with another whole one, which none continues.
                match ends.get(&state) {
                    Some(other) => suffix = &other[1..],
                    None => break,
                }
            }
        }
        self.depths.extend(found);
    }

    fn state_behind(&self, bytes: &[u8]) -> StateID {
        let step = |state, byte: &u8| self.automaton.next_state(Anchored::No, state, *byte);
        bytes.iter().fold(self.root, step)
    }

    /// The state in which nothing has begun.
    pub(crate) fn start(&self) -> StateID {
        self.root
    }

    /// How many of the bytes read last must be held back in this state.
    pub(crate) fn depth(&self, state: StateID) -> usize {
        self.depths.get(&state).copied().unwrap_or(0)
    }

    /// Reads bytes on from a state, calls `found` with (bytes read of these, length) of the
    /// longest text that ends there, and answers the new state.
    pub(crate) fn walk(
        &self,
        mut state: StateID,
        bytes: &[u8],
        mut found: impl FnMut(usize, usize),
    ) -> StateID {
        let mut position = 0;
        loop {
            if state == self.root {
                match self.pairs.find(&bytes[position..]) {
                    Some(distance) => position += distance,
                    None => return state,
                }
            }
            let Some(byte) = bytes.get(position) else { return state };
            state = self.automaton.next_state(Anchored::No, state, *byte);
            position += 1;
            if self.automaton.is_match(state) {
                found(position, self.longest(state));
            }
        }
    }

    fn longest(&self, state: StateID) -> usize {
        (0..self.automaton.match_len(state))
            .map(|index| self.automaton.pattern_len(self.automaton.match_pattern(state, index)))
            .max()
            .unwrap_or(0)
    }
}

/// The pairs of bytes with which a text may begin, one bit each.
struct Pairs {
    bits: Box<[u64; 1024]>,
    first: [bool; 256],
}

impl Default for Pairs {
    fn default() -> Self {
        Self { bits: Box::new([0; 1024]), first: [false; 256] }
    }
}

impl Pairs {
    fn add(&mut self, text: &[u8]) {
        match *text {
            [] => {}
            [only] => {
                self.first[usize::from(only)] = true;
                for second in 0..=u8::MAX {
                    self.set(only, second);
                }
            }
            [first, second, ..] => {
                self.first[usize::from(first)] = true;
                self.set(first, second);
            }
        }
    }

    fn set(&mut self, first: u8, second: u8) {
        let pair = u16::from_le_bytes([first, second]);
        self.bits[usize::from(pair >> 6)] |= 1 << (pair & 63);
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let pair = u16::from_le_bytes([first, second]);
        self.bits[usize::from(pair >> 6)] & (1 << (pair & 63)) != 0
    }

    /// Where a text may begin; the last byte is judged by itself.
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let begins = bytes.windows(2).position(|pair| self.has(pair[0], pair[1]));
        begins.or_else(|| {
            let last = bytes.last()?;
            self.first[usize::from(*last)].then_some(bytes.len() - 1)
        })
    }
}
