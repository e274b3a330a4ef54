//! `endsWith(text, suffix)`: whether a text ends with another, in any case.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::fold;
use super::super::value::Value;

/// False where either is an array or an object.
pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let text = arguments.value(0)?;
    if !text.is_scalar() {
        return Ok(Value::Boolean(false));
    }
    let suffix = arguments.value(1)?;
    let found = suffix.is_scalar() && fold::ends_with(&text.to_text(), &suffix.to_text());
    Ok(Value::Boolean(found))
}
