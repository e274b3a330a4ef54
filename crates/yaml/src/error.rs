//! Why a text is no YAML, or more of it than is accepted. [`RULES`] lists the codes.

use windlass_diagnostics::{Diagnostic, SourceId, Span, rules};

/// A text that cannot be read as YAML. The first one ends the reading of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// The scanner or parser does not understand the text from here on.
    #[error("this is not valid YAML: {cause}")]
    Syntax {
        /// Where reading stopped.
        span: Span,
        /// What the parser expected or found.
        cause: String,
    },
    /// More bytes than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the file has {actual} bytes; at most {limit} are read")]
    TooLarge {
        /// The source that is too large.
        source_id: SourceId,
        /// Its size in bytes.
        actual: usize,
        /// The most that is read.
        limit: usize,
    },
    /// Deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("lists and mappings are nested more than {limit} levels deep here")]
    TooDeep {
        /// The first value that is too deep.
        span: Span,
        /// The deepest level that is read.
        limit: usize,
    },
    /// More values than [`Limits::nodes`](crate::Limits::nodes).
    #[error("the file has more than {limit} values")]
    TooManyNodes {
        /// The first value that is too many.
        span: Span,
        /// The most that is read.
        limit: usize,
    },
    /// An alias inside the value that its anchor names.
    #[error("this alias refers to a value that contains the alias itself")]
    RecursiveAlias {
        /// The alias.
        span: Span,
    },
}

rules! { YamlError:
    Error "yaml/recursive-alias" = RecursiveAlias, "an alias stands inside the value that it refers to";
    Error "yaml/syntax" = Syntax, "the text is not valid YAML";
    Error "yaml/too-deep" = TooDeep, "lists and mappings are nested too deep";
    Error "yaml/too-large" = TooLarge, "the file is larger than what is read";
    Error "yaml/too-many-values" = TooManyNodes, "the file has more values than are read";
}

impl YamlError {
    /// Where it is, but for a file that was not looked into.
    #[must_use]
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Syntax { span, .. }
            | Self::TooDeep { span, .. }
            | Self::TooManyNodes { span, .. }
            | Self::RecursiveAlias { span } => Some(*span),
            Self::TooLarge { .. } => None,
        }
    }

    /// The error as people read it.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let help = match self {
            Self::Syntax { .. } => "correct the YAML here; nothing after this point was read",
            Self::TooLarge { .. } => {
                "split the file, or move scripts and data into files of their own"
            }
            Self::TooDeep { .. } => "flatten the nested lists and mappings",
            Self::TooManyNodes { .. } => "split the file",
            Self::RecursiveAlias { .. } => "write the value out instead of referring to it",
        };
        let start = Span { source: self.source_id(), ..Span::default() };
        let span = self.span();
        let finding = self.rule().finding(span.unwrap_or(start), self.to_string()).with_help(help);
        Diagnostic { primary: finding.primary.filter(|_| span.is_some()), ..finding }
    }

    const fn source_id(&self) -> SourceId {
        match self {
            Self::TooLarge { source_id, .. } => *source_id,
            Self::Syntax { span, .. }
            | Self::TooDeep { span, .. }
            | Self::TooManyNodes { span, .. }
            | Self::RecursiveAlias { span } => span.source,
        }
    }
}
