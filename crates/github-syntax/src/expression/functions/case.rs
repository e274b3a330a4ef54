//! `case(condition, value, …, default)`: the value behind the first condition that is true.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::value::Value;

/// Conditions are looked at in order, and only the chosen value is evaluated. The parser has seen
/// to an odd number of arguments.
pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let default = arguments.len().saturating_sub(1);
    for condition in (0..default).step_by(2) {
        match arguments.value(condition)? {
            Value::Boolean(true) => return arguments.value(condition + 1),
            Value::Boolean(false) => {}
            other => return Err(EvaluationError::CasePredicate { kind: other.kind() }),
        }
    }
    arguments.value(default)
}
