//! The functions of the language itself, one a file: names, numbers of arguments, dispatch.
//!
//! Page "Evaluate expressions in workflows and actions", section "Functions". `hashFiles` and the
//! status functions need a job and are answered by the [`Scope`](super::Scope).

mod case;
mod contains;
mod ends_with;
mod format;
mod from_json;
mod join;
mod starts_with;
mod to_json;

use super::error::EvaluationError;
use super::evaluate::Arguments;
use super::value::Value;

/// A function that every expression may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Case,
    Contains,
    EndsWith,
    Format,
    FromJson,
    Join,
    StartsWith,
    ToJson,
}

/// The names of the functions that every expression may call, as the documentation spells them.
pub const BUILT_IN_FUNCTION_NAMES: [&str; 8] =
    ["case", "contains", "endsWith", "format", "fromJSON", "join", "startsWith", "toJSON"];

const ALL: [BuiltIn; 8] = [
    BuiltIn::Case,
    BuiltIn::Contains,
    BuiltIn::EndsWith,
    BuiltIn::Format,
    BuiltIn::FromJson,
    BuiltIn::Join,
    BuiltIn::StartsWith,
    BuiltIn::ToJson,
];

impl BuiltIn {
    /// The function of this name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|built_in| built_in.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        BUILT_IN_FUNCTION_NAMES[self as usize]
    }

    /// Fewest and most arguments.
    pub(super) fn arity(self) -> (usize, usize) {
        match self {
            Self::Case => (3, 255),
            Self::Contains | Self::EndsWith | Self::StartsWith => (2, 2),
            Self::Format => (1, 255),
            Self::FromJson | Self::ToJson => (1, 1),
            Self::Join => (1, 2),
        }
    }

    pub(super) fn call(self, arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
        match self {
            Self::Case => case::call(arguments),
            Self::Contains => contains::call(arguments),
            Self::EndsWith => ends_with::call(arguments),
            Self::Format => format::call(arguments),
            Self::FromJson => from_json::call(arguments),
            Self::Join => join::call(arguments),
            Self::StartsWith => starts_with::call(arguments),
            Self::ToJson => to_json::call(arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_name() {
        for (built_in, name) in ALL.into_iter().zip(BUILT_IN_FUNCTION_NAMES) {
            assert_eq!(BuiltIn::named(&name.to_uppercase()), Some(built_in));
        }
        assert_eq!(BuiltIn::named("success"), None);
    }
}
