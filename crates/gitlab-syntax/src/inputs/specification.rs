//! The header of a file: which inputs it asks for.
//!
//! Source: "CI/CD YAML syntax reference", section `spec:inputs`.

use indexmap::IndexMap;
use regex::Regex;
use windlass_diagnostics::Span;

use super::{InputType, InputValues, interpolation};
use crate::condition::Condition;
use crate::pattern;
use crate::problem::{Problem, ProblemKind};
use crate::value::{Mapping, Value};
use crate::variables::{Variable, Variables};

/// What a file asks for.
#[derive(Debug, Default)]
pub(crate) struct Specification {
    /// By name, in the order of the text.
    pub inputs: IndexMap<String, InputSpecification>,
    /// What it asks about itself as a component, e.g. `sha`.
    pub component: Vec<String>,
}

/// One input.
#[derive(Debug)]
pub(crate) struct InputSpecification {
    pub span: Span,
    pub kind: InputType,
    pub default: Option<Value>,
    pub options: Vec<Value>,
    /// The expression, and how it was written.
    pub pattern: Option<(Regex, String)>,
    pub rules: Vec<InputRule>,
}

/// One of `spec:inputs:rules`.
#[derive(Debug)]
pub(crate) struct InputRule {
    condition: Option<String>,
    pub options: Vec<Value>,
    pub default: Option<Value>,
}

impl InputRule {
    /// Whether its condition holds for the inputs before it.
    pub(crate) fn applies(&self, values: &InputValues) -> bool {
        let Some(condition) = &self.condition else { return true };
        let (text, variables) = as_condition(condition, values);
        Condition::parse(&text).is_ok_and(|condition| condition.holds(&variables.scope()))
    }
}

/// A condition over inputs as one over variables: each input becomes a variable, and booleans
/// become text as their inputs do.
fn as_condition(condition: &str, values: &InputValues) -> (String, Variables) {
    let mut text = condition.replace("== true", "== 'true'").replace("== false", "== 'false'");
    let mut variables = Variables::default();
    for (number, (name, value)) in values.iter().enumerate() {
        let variable = format!("INPUT_{number}");
        text = text.replace(&format!("$[[ inputs.{name} ]]"), &format!("${variable}"));
        variables.insert(variable, Variable::literal(interpolation::shown(value)));
    }
    (text, variables)
}

impl Specification {
    /// Reads a header that asks for these inputs, in its own text or in files that it includes.
    pub(crate) fn read(header: &Value, asked: &Mapping, problems: &mut Vec<Problem>) -> Self {
        let Some(spec) = header.get("spec") else { return Self::default() };
        let mut inputs = IndexMap::new();
        for (name, entry) in asked.entries() {
            if let Some(input) = input(name, entry.key, &entry.value, problems) {
                inputs.insert(name.clone(), input);
            }
        }
        let component = spec.get("component").map(Value::texts).unwrap_or_default();
        Self { inputs, component }
    }
}

fn input(
    name: &str,
    span: Span,
    value: &Value,
    problems: &mut Vec<Problem>,
) -> Option<InputSpecification> {
    let refuse = |span: Span, cause: String| {
        Problem::new(span, ProblemKind::Input { input: name.to_owned(), cause })
    };
    let kind = match value.get("type") {
        None => InputType::default(),
        // Another word has been told with the header.
        Some(word) => InputType::from_word(&interpolation::shown(word))?,
    };
    let pattern = match value.get("regex").and_then(|regex| Some((regex, regex.as_text()?))) {
        None => None,
        Some((regex, text)) => {
            // Slashes around the expression are allowed and mean nothing.
            let bare = pattern::split(text).map_or(text, |(inner, _)| inner);
            match pattern::build(bare, "") {
                Ok(pattern) => Some((pattern, text.to_owned())),
                Err(cause) => {
                    let cause = format!("has a `regex` that is no regular expression: {cause}");
                    problems.push(refuse(regex.span, cause));
                    return None;
                }
            }
        }
    };
    let rules = value.get("rules").map(Value::flattened).unwrap_or_default();
    Some(InputSpecification {
        span,
        kind,
        default: value.get("default").cloned(),
        options: options(value),
        pattern,
        rules: rules
            .into_iter()
            .map(|rule| InputRule {
                condition: rule.get("if").and_then(Value::as_scalar),
                options: options(rule),
                default: rule.get("default").filter(|default| !default.is_null()).cloned(),
            })
            .collect(),
    })
}

fn options(value: &Value) -> Vec<Value> {
    value.get("options").and_then(Value::as_list).unwrap_or_default().to_vec()
}
