//! A rule: what all findings of one code have in common, and the macro that declares the rules of
//! a type of errors.
//!
//! Where a rule speaks and what it says is told where it lives; its page is `docs/rules/<code>.md`.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// What all findings of one code have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable code, e.g. `gh/unknown-key`. Never changes once released.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// One line about what it finds, without a full stop.
    pub summary: &'static str,
}

impl Rule {
    /// Its page in the documentation, below the project's root.
    #[must_use]
    pub fn page(&self) -> String {
        format!("docs/rules/{}.md", self.code)
    }

    /// A finding of this rule.
    pub fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: self.severity, ..Diagnostic::error(self.code, span, message) }
    }
}

/// Declares the rules that the variants of an enum belong to: the list `RULES`, and `rule` on the
/// enum. A variant without a rule does not compile, and nothing is in the one but not in the
/// other.
///
/// A line is severity, code, the variants, summary. `Variant if predicate` is for a variant whose
/// rule depends on what it holds. Last, behind `..`, come variants that know their rule themselves.
#[macro_export]
macro_rules! rules {
    (
        $kinds:ident:
        $($severity:ident $code:literal = $($kind:ident $(if $predicate:path)?)|+, $summary:literal;)+
        $(.. $other:pat => $rule:expr;)*
    ) => {
        /// Every rule that is declared here.
        pub const RULES: &[$crate::Rule] = &[$($crate::Rule {
            code: $code,
            severity: $crate::Severity::$severity,
            summary: $summary,
        }),+];

        impl $kinds {
            /// The rule that this belongs to.
            #[must_use]
            pub fn rule(&self) -> $crate::Rule {
                match self {
                    $($($kinds::$kind { .. } $(if $predicate(self))? => $crate::Rule {
                        code: $code,
                        severity: $crate::Severity::$severity,
                        summary: $summary,
                    },)+)+
                    $($other => $rule,)*
                }
            }
        }
    };
}
