//! The rates that were reached, which no change may fall below.

/// Corpus and the least share of cases that must pass, in per mille of those that count.
pub const RATES: &[(&str, usize)] = &[
    ("github/expressions", 1000),
    ("github/reader", 1000),
    ("github/starter", 1000),
    ("github/lint-ok", 1000),
    ("guides/github", 1000),
];

/// The least share of a corpus in per mille; 0 for one that has none recorded.
#[must_use]
pub fn recorded(corpus: &str) -> usize {
    RATES.iter().find(|(name, _)| *name == corpus).map_or(0, |(_, rate)| *rate)
}
