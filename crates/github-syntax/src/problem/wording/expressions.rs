//! `${{ }}` and conditions.

use super::{Words, list, words};
use crate::expression::{Availability, BUILT_IN_FUNCTION_NAMES, ExpressionError, Symbol};
use crate::problem::ProblemKind;
use crate::reader::suggestion::nearest;

pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::ExpressionNotAllowed => words(
            "gh/expression-not-allowed",
            "expressions are not evaluated here",
            "write the value itself instead of `${{ … }}`",
        ),
        ProblemKind::ExpressionEmpty => words(
            "gh/expression-empty",
            "there is no expression between `${{` and `}}`",
            "write one, or `${{ '${{' }}` for the characters themselves",
        ),
        ProblemKind::ExpressionNotClosed => words(
            "gh/expression-not-closed",
            "`}}` is missing behind this `${{`",
            "close the expression; strings in it stand in single quotes",
        ),
        ProblemKind::InsertMisplaced => words(
            "gh/insert-misplaced",
            "`insert` can only be the whole key of a mapping",
            "write `${{ insert }}: ${{ … }}`",
        ),
        ProblemKind::InsertParameters { .. } => words(
            "gh/insert-parameters",
            "`insert` takes no parameters",
            "write `${{ insert }}: ${{ … }}`",
        ),
        ProblemKind::Expression { error, source, available } => {
            expression(error, source, available)
        }
        _ => return None,
    })
}

/// Contexts that exist somewhere.
const CONTEXTS: [&str; 12] = [
    "github", "inputs", "vars", "secrets", "needs", "strategy", "matrix", "steps", "job", "jobs",
    "runner", "env",
];
/// Functions that exist somewhere, but not everywhere.
const FUNCTIONS: [&str; 5] = ["hashFiles", "success", "failure", "always", "cancelled"];

fn expression(error: &ExpressionError, source: &str, available: &'static Availability) -> Words {
    let unknown = |symbol: &Symbol, known: &[&str], elsewhere: &[&str]| {
        let exists = elsewhere.iter().any(|name| name.eq_ignore_ascii_case(&symbol.text));
        let help = match known {
            [] => String::new(),
            known => format!("available here: {}", list(known)),
        };
        if exists {
            return words(
                "gh/not-available",
                format!("`{}` is not available here", symbol.text),
                &help,
            );
        }
        words("gh/expression", error.to_string(), &help)
            .suggesting(nearest(&symbol.text, known.iter().copied()).as_ref())
    };
    match error {
        ExpressionError::UnrecognizedContext(symbol) => {
            let known: Vec<_> = available.context_names().collect();
            unknown(symbol, &known, &CONTEXTS)
        }
        ExpressionError::UnrecognizedFunction(symbol) => {
            let own = available.functions().iter().map(|function| function.name);
            let known: Vec<_> = own.chain(BUILT_IN_FUNCTION_NAMES.iter().copied()).collect();
            unknown(symbol, &known, &FUNCTIONS)
        }
        _ => {
            let help = format!("in the expression `{}`", shortened(source));
            words("gh/expression", error.to_string(), &help)
        }
    }
}

/// The beginning of an expression on one line.
fn shortened(source: &str) -> String {
    const LONGEST: usize = 80;
    let line: String = source.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
