//! `${{ }}` and conditions.

use super::{Words, list, words};
use crate::expression::{Availability, BUILT_IN_FUNCTION_NAMES, ExpressionError, Symbol};
use crate::problem::ProblemKind;
use crate::problem::rules::is_available_elsewhere;
use crate::reader::suggestion::nearest;

pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::ExpressionNotAllowed => words(
            "expressions are not evaluated here",
            "write the value itself instead of `${{ … }}`",
        ),
        ProblemKind::ExpressionEmpty => words(
            "there is no expression between `${{` and `}}`",
            "write one, or `${{ '${{' }}` for the characters themselves",
        ),
        ProblemKind::ExpressionNotClosed => words(
            "`}}` is missing behind this `${{`",
            "close the expression; strings in it stand in single quotes",
        ),
        ProblemKind::InsertMisplaced => words(
            "`insert` can only be the whole key of a mapping",
            "write `${{ insert }}: ${{ … }}`",
        ),
        ProblemKind::InsertParameters { .. } => {
            words("`insert` takes no parameters", "write `${{ insert }}: ${{ … }}`")
        }
        ProblemKind::Expression { error, source, available } => {
            expression(error, source, available, is_available_elsewhere(kind))
        }
        _ => return None,
    })
}

fn expression(
    error: &ExpressionError,
    source: &str,
    available: &'static Availability,
    is_available_elsewhere: bool,
) -> Words {
    let unknown = |symbol: &Symbol, known: &[&str]| {
        let help = match known {
            [] => String::new(),
            known => format!("available here: {}", list(known)),
        };
        if is_available_elsewhere {
            return words(format!("`{}` is not available here", symbol.text), &help);
        }
        words(error.to_string(), &help)
            .replacing(nearest(&symbol.text, known.iter().copied()).as_ref())
    };
    match error {
        ExpressionError::UnrecognizedContext(symbol) => {
            let known: Vec<_> = available.context_names().collect();
            unknown(symbol, &known)
        }
        ExpressionError::UnrecognizedFunction(symbol) => {
            let own = available.functions().iter().map(|function| function.name);
            let known: Vec<_> = own.chain(BUILT_IN_FUNCTION_NAMES.iter().copied()).collect();
            unknown(symbol, &known)
        }
        _ => {
            let help = format!("in the expression `{}`", shortened(source));
            words(error.to_string(), &help)
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
