//! `contains(search, item)`: a part of a string, or an item of an array that equals `item`.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::fold;
use super::super::value::Value;

pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let search = arguments.value(0)?;
    let found = match &search {
        Value::Object(_) => false,
        Value::Array(items) if items.is_empty() => false,
        Value::Array(items) => {
            let item = arguments.value(1)?;
            items.iter().any(|each| item.loosely_equals(each))
        }
        scalar => {
            let item = arguments.value(1)?;
            item.is_scalar() && fold::contains(&scalar.to_text(), &item.to_text())
        }
    };
    Ok(Value::Boolean(found))
}
