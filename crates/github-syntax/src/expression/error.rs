//! What can be wrong with an expression: while it is read, and while it is evaluated.
//!
//! The errors carry facts (token, offset, limits); their text is Windlass' own wording. GitHub's
//! official wording is rendered from the same facts where conformance is tested.

use super::{MAXIMUM_DEPTH, MAXIMUM_LENGTH};

/// The piece of the source that an [`ExpressionError`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The characters as they stand in the source.
    pub text: String,
    /// Where they begin: byte offset in the expression's source.
    pub offset: usize,
}

/// Which step refused the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The characters do not form tokens.
    Lexing,
    /// The tokens do not form an expression.
    Parsing,
}

/// Why a text is not an expression that is allowed where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Longer than [`MAXIMUM_LENGTH`]; `length` in UTF-16 code units.
    #[error(
        "the expression is {length} characters long; GitHub accepts at most {limit}",
        limit = MAXIMUM_LENGTH
    )]
    TooLong {
        /// UTF-16 code units.
        length: usize,
    },
    /// Not a number, name, operator or complete string.
    #[error("`{}` is not a number, a name or an operator{}", .0.text, string_hint(.0))]
    InvalidToken(Symbol),
    /// A token where another was expected.
    #[error("did not expect `{}` here", .0.text)]
    UnexpectedSymbol(Symbol),
    /// The expression stops too early; the symbol is its last token.
    #[error("the expression ends after `{}`, but something must follow", .0.text)]
    UnexpectedEnd(Symbol),
    /// A context that does not exist or may not be used here.
    #[error("there is no context `{}` here", .0.text)]
    UnrecognizedContext(Symbol),
    /// A function that does not exist or may not be used here.
    #[error("there is no function `{}` here", .0.text)]
    UnrecognizedFunction(Symbol),
    /// Fewer arguments than the function needs.
    #[error("`{}` needs at least {minimum} argument(s)", .function.text)]
    TooFewArguments {
        /// The function's name.
        function: Symbol,
        /// How many it needs.
        minimum: usize,
    },
    /// More arguments than the function takes.
    #[error("`{}` takes at most {maximum} argument(s)", .function.text)]
    TooManyArguments {
        /// The function's name.
        function: Symbol,
        /// How many it takes.
        maximum: usize,
    },
    /// `case` takes pairs and a default, so an odd number.
    #[error("`{}` takes pairs of a condition and a value, then a default", .0.text)]
    EvenArguments(Symbol),
    /// Deeper than [`MAXIMUM_DEPTH`].
    #[error("the expression is nested deeper than {limit} levels", limit = MAXIMUM_DEPTH)]
    TooDeep,
}

fn string_hint(symbol: &Symbol) -> &'static str {
    if symbol.text.starts_with('"') {
        "; strings stand in single quotes"
    } else if symbol.text.starts_with('\'') {
        "; the closing quote is missing"
    } else {
        ""
    }
}

impl ExpressionError {
    /// The step that found it.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::TooLong { .. } | Self::InvalidToken(_) => Stage::Lexing,
            _ => Stage::Parsing,
        }
    }

    /// The token it is about; none for the two limits.
    #[must_use]
    pub fn symbol(&self) -> Option<&Symbol> {
        match self {
            Self::TooLong { .. } | Self::TooDeep => None,
            Self::InvalidToken(symbol)
            | Self::UnexpectedSymbol(symbol)
            | Self::UnexpectedEnd(symbol)
            | Self::UnrecognizedContext(symbol)
            | Self::UnrecognizedFunction(symbol)
            | Self::EvenArguments(symbol)
            | Self::TooFewArguments { function: symbol, .. }
            | Self::TooManyArguments { function: symbol, .. } => Some(symbol),
        }
    }

    /// Byte offset in the source; 0 for the two limits.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.symbol().map_or(0, |symbol| symbol.offset)
    }
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The strings and arrays made on the way take more memory than is allowed.
    #[error("evaluating the expression takes more than {limit} bytes of memory")]
    MemoryExceeded {
        /// Bytes.
        limit: usize,
    },
    /// `format`'s first argument is malformed.
    #[error(
        "`format` cannot read its format string `{format}`: a placeholder is `{{0}}`, a brace is written `{{{{` or `}}}}`"
    )]
    InvalidFormat {
        /// The format string.
        format: String,
    },
    /// `format`'s first argument names an argument that was not given.
    #[error("`format` was given fewer arguments than its format string `{format}` names")]
    MissingFormatArgument {
        /// The format string.
        format: String,
    },
    /// `{0:…}`, which no kind of value supports.
    #[error("`format` does not support the format specifier `{specifier}` for {kind}")]
    FormatSpecifier {
        /// What stands after the colon.
        specifier: String,
        /// The kind of the argument's value.
        kind: super::Kind,
    },
    /// `fromJSON`'s argument is not JSON.
    #[error("`fromJSON` was given text that is not JSON: {cause}")]
    InvalidJson {
        /// What the JSON reader said, with line and column.
        cause: String,
        /// Whether there was nothing but white space.
        empty: bool,
    },
    /// `toJSON`'s argument is nested too deeply.
    #[error("`toJSON` was given a value nested deeper than {limit} levels")]
    ValueTooDeep {
        /// Levels.
        limit: usize,
    },
    /// A condition of `case` that is neither true nor false.
    #[error("a condition of `case` must be true or false, but is {kind}")]
    CasePredicate {
        /// The kind of its value.
        kind: super::Kind,
    },
    /// No function of this name, neither built in nor in the scope.
    #[error("there is no function `{name}` here")]
    UnknownFunction {
        /// As called.
        name: String,
    },
    /// A function that the scope answers (`hashFiles`, …) could not.
    #[error("`{function}` failed: {cause}")]
    FunctionFailed {
        /// The function's name.
        function: String,
        /// Why, for people.
        cause: String,
    },
}
