//! GitHub's expression language: what stands between `${{` and `}}`, and in `if:` without them.
//!
//! A staircase, one step a file: `lexer` → `parser` → `ast` → `evaluate` → `functions`.
//! The neighbours find the `${{ … }}` in a scalar and decide which contexts and functions a key
//! may use ([`Availability`]); this module knows no workflow keys, and no context by name. Values
//! of contexts, `hashFiles` and the status functions come from a [`Scope`].
//!
//! Behaviour follows the pages "Evaluate expressions in workflows and actions" and "Contexts
//! reference" of GitHub's documentation; where these are silent, what actions/runner does.

mod ast;
mod availability;
mod comparison;
mod error;
mod evaluate;
mod fold;
mod functions;
mod lexer;
mod memory;
mod number;
mod object;
mod operands;
mod parser;
mod value;
mod view;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use availability::{Availability, AvailableFunction};
pub use error::{EvaluationError, ExpressionError, Stage, Symbol};
pub use evaluate::{DEFAULT_MEMORY_LIMIT, EmptyScope, Scope};
pub use functions::BUILT_IN_FUNCTION_NAMES;
pub use object::Object;
pub use operands::Reference;
pub use value::{Kind, Value};
pub use view::{View, ViewKind};

/// Longest expression that is accepted, in UTF-16 code units, as GitHub counts them.
pub const MAXIMUM_LENGTH: usize = 21_000;

/// Deepest tree of operators, indexes and calls that is accepted.
pub const MAXIMUM_DEPTH: usize = 50;

/// A parsed expression; a clone shares the tree.
///
/// Two expressions are equal when their source text is. Serialized as its source text, which is
/// parsed again when read back, then with every context and function name allowed: what a key
/// permits was decided when the workflow was read.
#[derive(Clone)]
pub struct Expression {
    parsed: Arc<Parsed>,
}

struct Parsed {
    source: String,
    tree: ast::Tree,
}

impl Expression {
    /// Parses the text between `${{` and `}}` (without them).
    ///
    /// An empty text is an expression whose value is null.
    ///
    /// # Errors
    /// The first thing that is wrong, with its byte offset in `source`.
    pub fn parse(source: &str, available: &Availability) -> Result<Self, ExpressionError> {
        let tokens = lexer::tokens(source)?;
        let tree = parser::parse(source, &tokens, available)?;
        Ok(Self { parsed: Arc::new(Parsed { source: source.to_owned(), tree }) })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.parsed.source
    }

    /// The value in this scope. Operands that GitHub would not look at (short-circuited ones,
    /// unused arguments of `format`) are not evaluated.
    ///
    /// # Errors
    /// A function's argument is unfit, or the results together exceed [`Scope::memory_limit`].
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, EvaluationError> {
        evaluate::evaluate(&self.parsed.tree, scope)
    }

    /// Whether a function of this name (in any case) is called anywhere in it.
    ///
    /// A job or step `if` that calls none of the status functions gets `success() &&` put before
    /// it (page "Evaluate expressions", section "Status check functions").
    #[must_use]
    pub fn uses_function(&self, name: &str) -> bool {
        self.parsed.tree.function_names().any(|called| called.eq_ignore_ascii_case(name))
    }

    /// The names, in lower case, of the contexts it reads; a context read twice comes twice.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.parsed.tree.context_names()
    }

    /// Every property path that starts at a context, with its place in the source.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        operands::references(&self.parsed.tree)
    }

    /// Every context access and function call in it, as written, with its value in this scope, in
    /// the order of the source. Those that cannot be evaluated are left out.
    #[must_use]
    pub fn operands(&self, scope: &dyn Scope) -> Vec<(String, Value)> {
        operands::operands(&self.parsed.source, &self.parsed.tree, scope)
    }

    /// The same expression written in one canonical way: fully bracketed, strings quoted.
    /// Parsing it gives an expression of equal meaning.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.parsed.tree.to_string()
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Expression({:?})", self.source())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.source())
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Expression {}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.source())
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source, &Availability::any()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Expression {
        Expression::parse(source, &Availability::any()).unwrap()
    }

    #[test]
    fn travels_as_its_source() {
        let expression = parse("success() && steps.a.outputs['b'] == 1");
        let text = serde_json::to_string(&expression).unwrap();
        assert_eq!(text, "\"success() && steps.a.outputs['b'] == 1\"");
        assert_eq!(serde_json::from_str::<Expression>(&text).unwrap(), expression);
        assert!(serde_json::from_str::<Expression>("\"1 ==\"").is_err());
    }

    #[test]
    fn tells_what_it_uses() {
        let expression = parse("ALWAYS() && (github.ref || needs.*.result)");
        assert!(expression.uses_function("always"));
        assert!(!expression.uses_function("success"));
        assert_eq!(expression.contexts().collect::<Vec<_>>(), ["github", "needs"]);
    }

    #[test]
    fn canonical_form_means_the_same() {
        let expression = parse("!a.b || 'it''s' == c[0].*.d && contains(x, -1.5)");
        let canonical = expression.canonical();
        insta::assert_snapshot!(
            canonical,
            @"(!(a['b']) || (('it''s' == c[0][*]['d']) && contains(x, -1.5)))"
        );
        assert_eq!(parse(&canonical).canonical(), canonical);
    }
}
