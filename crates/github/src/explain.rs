//! Why a condition was false, in the values of its operands.

use windlass_github_syntax::expression::{Expression, Scope, Value};

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 60;

/// `if: github.ref == 'refs/heads/main' is false (github.ref = 'refs/heads/dev')`.
pub(crate) fn false_condition(written: &str, expression: &Expression, scope: &dyn Scope) -> String {
    let operands: Vec<String> = expression
        .operands(scope)
        .into_iter()
        // What GitHub puts before a condition is only worth a word when it decided.
        .filter(|(source, value)| written.contains(source.as_str()) || !value.is_truthy())
        .map(|(source, value)| format!("{source} = {}", shown(&value)))
        .collect();
    let condition = format!("if: {} is false", written.trim());
    if operands.is_empty() { condition } else { format!("{condition} ({})", operands.join(", ")) }
}

/// A value as it would be written in an expression, shortened.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("'{text}'"),
        Value::Null => "null".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(object) => format!("an object of {}", object.len()),
        other => other.to_text().into_owned(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
