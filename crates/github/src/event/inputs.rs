//! Inputs of a `workflow_dispatch` or a called workflow: checked against their declarations and
//! turned into the `inputs` context.
//!
//! Source: GitHub Docs, "Workflow syntax", `on.workflow_dispatch.inputs` and
//! `on.workflow_call.inputs`: `github.event.inputs` holds text, `inputs` keeps booleans and numbers.

use serde_json::{Map, Value};
use thiserror::Error;
use windlass_github_syntax::{
    expression::Value as Expression,
    template::Template,
    workflow::{InputType, WorkflowCall, WorkflowDispatch},
};

/// Why inputs do not fit their declaration.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InputError {
    /// No such input is declared.
    #[error("unknown input '{name}'{}", suggestion(.nearest))]
    Unknown {
        /// The given name.
        name: String,
        /// The declared name that is most like it.
        nearest: Option<String>,
    },
    /// A required input is not given.
    #[error("input '{name}' is required; give it by --input {name}=VALUE")]
    Missing {
        /// Its name.
        name: String,
    },
    /// The value is not of the declared type.
    #[error("input '{name}' is '{given}', which is no {kind}")]
    WrongType {
        /// Its name.
        name: String,
        /// The given value.
        given: String,
        /// The declared type.
        kind: &'static str,
    },
    /// The value is none of the options of a choice.
    #[error("input '{name}' is '{given}', but may only be one of: {}", .options.join(", "))]
    NotAnOption {
        /// Its name.
        name: String,
        /// The given value.
        given: String,
        /// What it may be.
        options: Vec<String>,
    },
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean '{name}'?")).unwrap_or_default()
}

/// An input's declaration, of either kind.
struct Declared<'a> {
    name: &'a str,
    kind: InputType,
    required: bool,
    default: Option<Value>,
    options: Vec<String>,
}

impl<'a> Declared<'a> {
    /// A declaration without options.
    fn new(name: &'a str, kind: InputType, required: bool, default: Option<&Template>) -> Self {
        Declared { name, kind, required, default: default.and_then(literal), options: Vec::new() }
    }
}

/// The `inputs` context of a workflow started by hand.
///
/// # Errors
/// Every input that does not fit, in the order of declaration, unknown ones last.
pub fn dispatch_inputs(
    declared: &WorkflowDispatch,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<InputError>> {
    let declared = declared.inputs.values().map(|input| Declared {
        options: input.options.iter().map(|option| option.value.clone()).collect(),
        ..Declared::new(&input.name.value, input.kind, input.required, input.default.as_ref())
    });
    check(declared.collect(), given)
}

/// The `inputs` context of a reusable workflow that is run by itself. Defaults that are
/// expressions are left to the process, which has the contexts for them.
///
/// # Errors
/// As [`dispatch_inputs`].
pub fn call_inputs(
    declared: &WorkflowCall,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<InputError>> {
    let declared = declared.inputs.values().map(|input| {
        Declared::new(&input.name.value, input.kind, input.required, input.default.as_ref())
    });
    check(declared.collect(), given)
}

/// The value of one input of a called workflow.
///
/// # Errors
/// When it is required and missing, or not of its type.
pub fn typed_input(
    name: &str,
    kind: InputType,
    required: bool,
    value: Expression,
) -> Result<Expression, InputError> {
    let input = Declared::new(name, kind, required, None);
    let value = match value {
        Expression::Null if required => return Err(InputError::Missing { name: name.to_owned() }),
        Expression::Null => empty(kind),
        Expression::Boolean(value) => typed(&input, &Value::Bool(value))?,
        other => typed(&input, &Value::String(other.to_text().into_owned()))?,
    };
    Ok(Expression::from(value))
}

fn literal(template: &Template) -> Option<Value> {
    template
        .as_bool()
        .map(Value::Bool)
        .or_else(|| template.as_number().and_then(number))
        .or_else(|| template.literal_text().map(Value::String))
}

fn check(
    declared: Vec<Declared<'_>>,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<InputError>> {
    let (mut inputs, mut errors) = (Map::new(), Vec::new());
    for input in &declared {
        let value = given
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(input.name))
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
            .or(input.default.as_ref());
        match value {
            None if input.required => {
                errors.push(InputError::Missing { name: input.name.to_owned() });
            }
            None => {
                inputs.insert(input.name.to_owned(), empty(input.kind));
            }
            Some(value) => match typed(input, value) {
                Ok(value) => {
                    inputs.insert(input.name.to_owned(), value);
                }
                Err(error) => errors.push(error),
            },
        }
    }
    for name in given.keys() {
        if !declared.iter().any(|input| input.name.eq_ignore_ascii_case(name)) {
            errors.push(InputError::Unknown {
                name: name.clone(),
                nearest: nearest(name, &declared),
            });
        }
    }
    if errors.is_empty() { Ok(inputs) } else { Err(errors) }
}

/// What an input that was not given is: GitHub gives `false`, `0` and the empty text.
fn empty(kind: InputType) -> Value {
    match kind {
        InputType::Boolean => Value::Bool(false),
        InputType::Number => Value::from(0),
        InputType::String | InputType::Choice | InputType::Environment => {
            Value::String(String::new())
        }
    }
}

fn typed(input: &Declared<'_>, value: &Value) -> Result<Value, InputError> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let wrong = || InputError::WrongType {
        name: input.name.to_owned(),
        given: text.clone(),
        kind: input.kind.as_str(),
    };
    match input.kind {
        InputType::Boolean if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        InputType::Boolean if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        InputType::Boolean => Err(wrong()),
        InputType::Number => text.trim().parse().ok().and_then(number).ok_or_else(wrong),
        InputType::Choice if !input.options.contains(&text) => Err(InputError::NotAnOption {
            name: input.name.to_owned(),
            given: text,
            options: input.options.clone(),
        }),
        InputType::String | InputType::Choice | InputType::Environment => Ok(Value::String(text)),
    }
}

fn number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        // Whole numbers read back as they were written.
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        return Some(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}

fn nearest(name: &str, declared: &[Declared<'_>]) -> Option<String> {
    declared
        .iter()
        .map(|input| (strsim::jaro_winkler(name, input.name), input.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declared(kind: InputType, required: bool, default: Option<Value>) -> Declared<'static> {
        let options = vec!["dev".to_owned(), "prod".to_owned()];
        Declared { name: "target", kind, required, default, options }
    }

    fn given(value: Value) -> Map<String, Value> {
        Map::from_iter([("target".to_owned(), value)])
    }

    #[test]
    fn booleans_and_numbers_become_values() {
        let boolean = check(vec![declared(InputType::Boolean, false, None)], &given(json!("true")));
        assert_eq!(boolean.unwrap()["target"], json!(true));
        let number = check(vec![declared(InputType::Number, false, None)], &given(json!("8")));
        assert_eq!(number.unwrap()["target"], json!(8));
        let wrong = check(vec![declared(InputType::Number, false, None)], &given(json!("eight")));
        assert_eq!(
            wrong.unwrap_err()[0].to_string(),
            "input 'target' is 'eight', which is no number"
        );
    }

    #[test]
    fn a_choice_takes_only_its_options() {
        let refused = check(vec![declared(InputType::Choice, false, None)], &given(json!("qa")));
        assert_eq!(
            refused.unwrap_err()[0].to_string(),
            "input 'target' is 'qa', but may only be one of: dev, prod"
        );
    }

    #[test]
    fn defaults_fill_in_and_required_ones_are_asked_for() {
        let filled = check(vec![declared(InputType::String, true, Some(json!("x")))], &Map::new());
        assert_eq!(filled.unwrap()["target"], json!("x"));
        let missing = check(vec![declared(InputType::String, true, None)], &Map::new());
        assert!(
            matches!(&missing.unwrap_err()[0], InputError::Missing { name } if name == "target")
        );
    }

    #[test]
    fn unknown_names_get_a_suggestion() {
        let given = Map::from_iter([("traget".to_owned(), json!("x"))]);
        let errors = check(vec![declared(InputType::String, false, None)], &given).unwrap_err();
        assert_eq!(errors[0].to_string(), "unknown input 'traget'; did you mean 'target'?");
    }
}
