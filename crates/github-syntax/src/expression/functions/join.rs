//! `join(array, separator)`: the items' texts with a separator between them, by default `,`.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::value::Value;

/// A scalar instead of an array is its own text; an object is the empty text. A separator that is
/// an array or an object counts as not given.
pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let items = match arguments.value(0)? {
        Value::Array(items) => items,
        Value::Object(_) => return Ok(Value::from("")),
        scalar => return Ok(Value::from(scalar.to_text().as_ref())),
    };
    let mut separator = Value::from(",");
    if items.len() > 1 && arguments.len() > 1 {
        let given = arguments.value(1)?;
        if given.is_scalar() {
            separator = given;
        }
    }
    let separator = separator.to_text();
    let mut counter = arguments.counter();
    let mut joined = String::new();
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            counter.add_text(&separator)?;
            joined.push_str(&separator);
        }
        let text = item.to_text();
        counter.add_text(&text)?;
        joined.push_str(&text);
    }
    Ok(Value::from(joined))
}
