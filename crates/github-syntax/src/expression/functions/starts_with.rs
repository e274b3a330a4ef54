//! `startsWith(text, prefix)`: whether a text begins with another, in any case.

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
    let prefix = arguments.value(1)?;
    let found = prefix.is_scalar() && fold::starts_with(&text.to_text(), &prefix.to_text());
    Ok(Value::Boolean(found))
}
