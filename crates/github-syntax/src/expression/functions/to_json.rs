//! `toJSON(value)`: pretty-printed JSON, indented by two spaces, as GitHub prints it.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::memory::Counter;
use super::super::value::Value;

/// Deeper values than this are refused, so that printing cannot exhaust the stack.
const MAXIMUM_VALUE_DEPTH: usize = 256;

pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let value = arguments.value(0)?;
    let mut printer = Printer { text: String::new(), counter: arguments.counter() };
    printer.print(&value, 0)?;
    Ok(Value::from(printer.text))
}

struct Printer {
    text: String,
    counter: Counter,
}

impl Printer {
    fn print(&mut self, value: &Value, depth: usize) -> Result<(), EvaluationError> {
        if depth > MAXIMUM_VALUE_DEPTH {
            return Err(EvaluationError::ValueTooDeep { limit: MAXIMUM_VALUE_DEPTH });
        }
        match value {
            Value::Null => self.push("null"),
            Value::Boolean(_) | Value::Number(_) => self.push(&value.to_text()),
            Value::String(text) => self.push(&quoted(text)),
            Value::Array(items) if items.is_empty() => self.push("[]"),
            Value::Array(items) => {
                self.push("[")?;
                for (position, item) in items.iter().enumerate() {
                    self.begin_item(position, depth + 1)?;
                    self.print(item, depth + 1)?;
                }
                self.new_line(depth)?;
                self.push("]")
            }
            Value::Object(object) if object.is_empty() => self.push("{}"),
            Value::Object(object) => {
                self.push("{")?;
                for (position, (name, item)) in object.iter().enumerate() {
                    self.begin_item(position, depth + 1)?;
                    self.push(&quoted(name))?;
                    self.push(": ")?;
                    self.print(item, depth + 1)?;
                }
                self.new_line(depth)?;
                self.push("}")
            }
        }
    }

    fn begin_item(&mut self, position: usize, depth: usize) -> Result<(), EvaluationError> {
        if position > 0 {
            self.push(",")?;
        }
        self.new_line(depth)
    }

    fn new_line(&mut self, depth: usize) -> Result<(), EvaluationError> {
        self.push("\n")?;
        self.push(&"  ".repeat(depth))
    }

    fn push(&mut self, text: &str) -> Result<(), EvaluationError> {
        self.counter.add_text(text)?;
        self.text.push_str(text);
        Ok(())
    }
}

/// A JSON string; besides what JSON demands, the line separators of Unicode are escaped.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    if json.is_ascii() {
        return json;
    }
    json.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
