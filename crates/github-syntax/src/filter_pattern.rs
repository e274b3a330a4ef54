//! The patterns of `branches`, `tags`, `paths` and their `-ignore` forms.
//!
//! Follows the "Filter pattern cheat sheet" of the page "Workflow syntax for GitHub Actions".
//! These are not shell globs: `?` and `+` repeat the character before them. What the patterns are
//! matched against (branch of an event, changed files) is not known here.

mod compile;
mod concern;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use compile::Program;
pub use concern::{Concern, ConcernKind, Subject};

/// One pattern, such as `releases/**` or `!**.md`.
///
/// Serialized as its source text.
#[derive(Debug, Clone)]
pub struct FilterPattern {
    source: Arc<str>,
    negated: bool,
    program: Arc<Program>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct FilterPatternError {
    /// What is wrong.
    pub kind: FilterPatternErrorKind,
    /// Where: byte offset in the pattern's text.
    pub offset: usize,
}

/// The ways in which a text can be no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilterPatternErrorKind {
    /// Nothing at all.
    #[error("the pattern is empty")]
    Empty,
    /// A lone `!`.
    #[error("nothing follows `!`")]
    NothingNegated,
    /// `+` or `?` at the start or behind a wildcard.
    #[error("`{0}` repeats the character before it, but there is none")]
    NothingRepeated(char),
    /// `[` without `]`.
    #[error("the closing `]` is missing")]
    UnclosedClass,
    /// `[]`
    #[error("nothing stands between `[` and `]`")]
    EmptyClass,
    /// `[9-0]`
    #[error("the range `{0}-{1}` runs backwards")]
    BackwardRange(char, char),
    /// `\` at the end.
    #[error("nothing follows `\\`")]
    NothingEscaped,
}

impl FilterPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it first, and where.
    pub fn parse(source: &str) -> Result<Self, FilterPatternError> {
        let (negated, pattern) = match source.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, source),
        };
        let start = source.len() - pattern.len();
        if pattern.is_empty() {
            let kind = if negated {
                FilterPatternErrorKind::NothingNegated
            } else {
                FilterPatternErrorKind::Empty
            };
            return Err(FilterPatternError { kind, offset: 0 });
        }
        let program = compile::compile(pattern, start)?;
        Ok(Self { source: Arc::from(source), negated, program: Arc::new(program) })
    }

    /// As written, with the `!`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it begins with `!`, so that what it matches is taken out again.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// Whether the whole text is as the pattern says, its `!` left aside. Case matters. Takes time
    /// proportional to the product of the two lengths at most.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.program.matches(text)
    }

    /// What makes it unlikely to match anything: for checks, not for running.
    #[must_use]
    pub fn concerns(&self, subject: Subject) -> Vec<Concern> {
        concern::concerns(&self.source, subject)
    }
}

impl fmt::Display for FilterPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.source)
    }
}

impl PartialEq for FilterPattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for FilterPattern {}

impl Serialize for FilterPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for FilterPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source).map_err(serde::de::Error::custom)
    }
}

/// The patterns of one filter, in order: a text is taken in by a pattern that matches it, and
/// taken out again by a later one with `!`, as often as there are patterns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatternList {
    patterns: Vec<FilterPattern>,
}

/// What a list says about one text, and by which pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'list> {
    /// Whether the list takes the text in.
    pub matched: bool,
    /// The last pattern that matched it; none where no pattern did.
    pub pattern: Option<&'list FilterPattern>,
}

impl PatternList {
    /// A list of these patterns.
    #[must_use]
    pub fn new(patterns: Vec<FilterPattern>) -> Self {
        Self { patterns }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// The first text that is no pattern: its place in the list and what is wrong.
    pub fn parse<'s, I: IntoIterator<Item = &'s str>>(
        sources: I,
    ) -> Result<Self, (usize, FilterPatternError)> {
        let parse = |(place, source)| FilterPattern::parse(source).map_err(|error| (place, error));
        let patterns = sources.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { patterns })
    }

    /// The patterns in order.
    #[must_use]
    pub fn patterns(&self) -> &[FilterPattern] {
        &self.patterns
    }

    /// Whether the list takes this text in.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.explain(text).matched
    }

    /// Whether the list takes this text in, and which pattern decided.
    #[must_use]
    pub fn explain(&self, text: &str) -> Decision<'_> {
        let pattern = self.patterns.iter().rev().find(|pattern| pattern.matches(text));
        Decision { matched: pattern.is_some_and(|pattern| !pattern.negated), pattern }
    }

    /// The first of these texts that the list takes in, with the deciding pattern. `paths` lets a
    /// workflow run when one of the changed files is taken in.
    pub fn first_match<'t, I: IntoIterator<Item = &'t str>>(
        &self,
        texts: I,
    ) -> Option<(&'t str, &FilterPattern)> {
        texts.into_iter().find_map(|text| match self.explain(text) {
            Decision { matched: true, pattern: Some(pattern) } => Some((text, pattern)),
            _ => None,
        })
    }

    /// The first of these texts that the list does not take in. `paths-ignore` lets a workflow run
    /// when one of the changed files is not taken in.
    pub fn first_other<'t, I: IntoIterator<Item = &'t str>>(&self, texts: I) -> Option<&'t str> {
        texts.into_iter().find(|text| !self.matches(text))
    }

    /// Whether every pattern has a `!`, so that the list can take nothing in; GitHub asks for at
    /// least one without.
    #[must_use]
    pub fn only_negates(&self) -> bool {
        !self.patterns.is_empty() && self.patterns.iter().all(FilterPattern::is_negated)
    }
}

#[cfg(test)]
mod tests;
