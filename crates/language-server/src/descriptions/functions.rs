//! Functions of expressions.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", sections "Functions" and
//! "Status check functions".

use windlass_github_syntax::expression::{Availability, BUILT_IN_FUNCTION_NAMES};

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it gives.
    pub description: &'static str,
}

/// A function by its name in any case.
#[must_use]
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|known| known.name.eq_ignore_ascii_case(name))
}

/// The functions that an expression may call.
pub fn callable(available: &Availability) -> impl Iterator<Item = &'static Function> {
    let declared = available.functions().iter().map(|function| function.name);
    BUILT_IN_FUNCTION_NAMES.into_iter().chain(declared).filter_map(function)
}

const fn of(name: &'static str, signature: &'static str, description: &'static str) -> Function {
    Function { name, signature, description }
}

const FUNCTIONS: &[Function] = &[
    of(
        "case",
        "case(condition, value, …, default)",
        "The value behind the first condition that is true; the default when none is.",
    ),
    of(
        "contains",
        "contains(search, item)",
        "Whether a text contains another, or a list an element. Not by case.",
    ),
    of("endsWith", "endsWith(text, end)", "Whether a text ends with another. Not by case."),
    of("format", "format(text, value, …)", "The text with `{0}`, `{1}`, … replaced by the values."),
    of("fromJSON", "fromJSON(text)", "The value that JSON stands for."),
    of(
        "join",
        "join(list, separator)",
        "The elements as one text; the separator is a comma unless given.",
    ),
    of("startsWith", "startsWith(text, start)", "Whether a text starts with another. Not by case."),
    of("toJSON", "toJSON(value)", "The value as indented JSON."),
    of(
        "hashFiles",
        "hashFiles(pattern, …)",
        "The SHA-256 of the files in the workspace that fit the patterns; empty when none do.",
    ),
    of("success", "success()", "Whether everything so far has succeeded."),
    of("failure", "failure()", "Whether an earlier step, or a job that is needed, has failed."),
    of(
        "always",
        "always()",
        "True, also when the run is cancelled. `!cancelled()` is mostly what is meant.",
    ),
    of("cancelled", "cancelled()", "Whether the run was cancelled."),
];

#[cfg(test)]
mod tests {
    use windlass_github_syntax::schema::availability::{JOB_IF, STEP_IF};

    use super::*;

    #[test]
    fn every_function_is_described() {
        assert_eq!(callable(&STEP_IF).count(), 13);
        assert_eq!(callable(&JOB_IF).count(), 12);
    }
}
