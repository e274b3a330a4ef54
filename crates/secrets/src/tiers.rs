//! The texts to look for, sorted into tiers by age, so that adding one costs little.
//!
//! One set of all texts would have to be compiled anew for each `::add-mask::`. Instead a new text
//! joins a small tier; a tier that has grown too large moves into the next, eight times larger
//! one. What is known from the start ends up in one tier.

use std::collections::HashSet;
use std::sync::Arc;

use crate::pattern_set::PatternSet;

/// Most texts in the first tier.
const FIRST_TIER: usize = 128;
/// How many times larger each next tier may be.
const GROWTH: usize = 8;

type Text = Arc<[u8]>;

/// All texts.
#[derive(Default)]
pub(crate) struct Tiers {
    known: HashSet<Text>,
    added: Vec<Text>,
    tiers: Vec<Tier>,
}

#[derive(Default)]
struct Tier {
    texts: Vec<Text>,
    compiled: Option<Arc<PatternSet>>,
}

impl Tiers {
    /// Adds texts; whether any is new.
    pub(crate) fn add(&mut self, texts: Vec<Vec<u8>>) -> bool {
        let before = self.added.len();
        for text in texts {
            let text = Text::from(text);
            if self.known.insert(text.clone()) {
                self.added.push(text);
            }
        }
        self.added.len() > before
    }

    /// The compiled tiers that are not empty.
    pub(crate) fn compiled(&mut self) -> Vec<Arc<PatternSet>> {
        self.settle();
        for tier in &mut self.tiers {
            if tier.compiled.is_none() {
                tier.compiled = PatternSet::compile(&tier.texts).map(Arc::new);
            }
        }
        self.tiers.iter().filter_map(|tier| tier.compiled.clone()).collect()
    }

    /// Moves what was added to its tier.
    fn settle(&mut self) {
        let mut moving = std::mem::take(&mut self.added);
        let mut capacity = FIRST_TIER;
        let mut level = 0;
        while !moving.is_empty() {
            if self.tiers.len() == level {
                self.tiers.push(Tier::default());
            }
            let tier = &mut self.tiers[level];
            tier.compiled = None;
            tier.texts.append(&mut moving);
            if tier.texts.len() > capacity {
                moving = std::mem::take(&mut tier.texts);
            }
            capacity = capacity.saturating_mul(GROWTH);
            level += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_stay_few() {
        let mut tiers = Tiers::default();
        for number in 0..2_000 {
            assert!(tiers.add(vec![format!("secret {number}").into_bytes()]));
            if number % 50 == 0 {
                assert!(tiers.compiled().len() <= 3);
            }
        }
        assert!(!tiers.add(vec![b"secret 7".to_vec()]));
        let texts: usize = tiers.tiers.iter().map(|tier| tier.texts.len()).sum();
        assert_eq!(texts + tiers.added.len(), 2_000);
    }

    #[test]
    fn what_is_known_from_the_start_is_one_tier() {
        let mut tiers = Tiers::default();
        tiers.add((0..5_000).map(|number| format!("secret {number}").into_bytes()).collect());
        assert_eq!(tiers.compiled().len(), 1);
    }
}
