//! All texts to look for at once, and the walk over a stream's bytes that finds them.
//!
//! Most of a log has nothing to do with a secret. So the walk has two gaits: while nothing has
//! begun, it only looks for where a text may begin ([`Beginnings`]); from there on it follows the
//! automaton until nothing that was begun can still be completed.

use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use crate::beginnings::Beginnings;

/// A set of texts, compiled.
pub(crate) struct PatternSet {
    automaton: NFA,
    root: StateID,
    /// Of each state, how many of the last bytes may still become one of the texts.
    depths: HashMap<StateID, usize>,
    beginnings: Beginnings,
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
        let (depths, beginnings) = (HashMap::new(), Beginnings::of(texts));
        let mut set = Self { automaton, root, depths, beginnings };
        let mut ends = HashMap::new();
        for text in texts {
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
                match self.beginnings.find(&bytes[position..]) {
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
