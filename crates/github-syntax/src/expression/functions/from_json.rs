//! `fromJSON(text)`: the value that a JSON text stands for.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::value::Value;

pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let value = arguments.value(0)?;
    let text = value.to_text();
    serde_json::from_str::<Value>(&text).map_err(|cause| EvaluationError::InvalidJson {
        cause: cause.to_string(),
        empty: text.trim().is_empty(),
    })
}
