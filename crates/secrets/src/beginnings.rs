//! Where in a piece of a log one of the texts may begin.
//!
//! Nearly every byte of a log is passed over here, so this is what masking costs. The first three
//! bytes of all texts are looked for with the processor's vector instructions; where it has none,
//! or the texts are too many for that, every pair of bytes is looked up in a table.

use std::{collections::BTreeSet, sync::Arc};

use aho_corasick::packed::Searcher;

/// How many first bytes of a text are looked for.
const PREFIX: usize = 3;

/// How texts begin.
pub(crate) struct Beginnings {
    /// The first bytes of all texts; `None` where that is not to be had.
    prefixes: Option<Searcher>,
    pairs: Pairs,
}

impl Beginnings {
    /// How these texts begin.
    pub(crate) fn of(texts: &[Arc<[u8]>]) -> Self {
        let mut pairs = Pairs::default();
        texts.iter().for_each(|text| pairs.add(text));
        let prefixes: BTreeSet<&[u8]> = texts.iter().map(|text| prefix(text)).collect();
        Beginnings { prefixes: Searcher::new(prefixes), pairs }
    }

    /// The first place where a text may begin, also one that ends after these bytes.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<usize> {
        let Some(prefixes) = &self.prefixes else { return self.pairs.find(bytes) };
        if let Some(found) = prefixes.find(bytes)
            && found.start() + PREFIX <= bytes.len()
        {
            return Some(found.start());
        }
        // Of what begins in the last bytes there may not be a whole prefix.
        let last = bytes.len().saturating_sub(PREFIX - 1);
        self.pairs.find(&bytes[last..]).map(|distance| last + distance)
    }
}

fn prefix(text: &[u8]) -> &[u8] {
    &text[..text.len().min(PREFIX)]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// No beginning is passed over, however little of it is there yet.
        #[test]
        fn the_first_beginning_is_found(
            texts in proptest::collection::vec("[ab]{1,5}", 1..6),
            bytes in "[abc]{0,80}",
        ) {
            let texts: Vec<Arc<[u8]>> =
                texts.iter().map(|text| Arc::from(text.as_bytes())).collect();
            let begins = |at: &usize| {
                let rest = &bytes.as_bytes()[*at..];
                texts.iter().any(|text| {
                    let length = rest.len().min(text.len());
                    text[..length] == rest[..length]
                })
            };
            let first = (0..bytes.len()).find(begins);
            let found = Beginnings::of(&texts).find(bytes.as_bytes());
            // One that is no beginning costs a look; one that is missed costs a secret.
            prop_assert!(found <= first || first.is_none(), "{found:?} {first:?}");
            prop_assert!(found.is_some() || first.is_none());
        }
    }
}
