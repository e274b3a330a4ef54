//! `spec:inputs`: what a file asks for, and the values it is given.
//!
//! [`interpolation`] puts the values into the configuration; [`specification`] reads the header.
//!
//! Source: "CI/CD inputs" in GitLab's documentation.

pub(crate) mod interpolation;
mod specification;

use indexmap::IndexMap;
use windlass_diagnostics::Span;

use crate::problem::{Problem, ProblemKind, nearest};
use crate::value::{Data, Mapping, Value};

use specification::InputSpecification;
pub(crate) use specification::Specification;

/// The kind of an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum InputType {
    #[default]
    Text,
    Number,
    Boolean,
    Array,
}

impl InputType {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::Text,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            _ => return None,
        })
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
        }
    }

    const fn fits(self, value: &Value) -> bool {
        matches!(
            (self, &value.data),
            (Self::Text, Data::Text(_))
                | (Self::Number, Data::Number(_))
                | (Self::Boolean, Data::Boolean(_))
                | (Self::Array, Data::List(_))
        )
    }
}

/// The values of a file's inputs, checked and complete.
pub(crate) type InputValues = IndexMap<String, Value>;

/// Matches the values that are given with what the file asks for. `place` is the entry of `include`
/// where a value that is missing should have been.
pub(crate) fn resolve(
    specification: &Specification,
    given: &Mapping,
    place: Option<Span>,
    problems: &mut Vec<Problem>,
) -> InputValues {
    for (name, entry) in given.entries() {
        if !specification.inputs.contains_key(name) {
            let known = specification.inputs.keys().map(String::as_str);
            let suggestion = nearest(name, known);
            let kind = ProblemKind::UnknownInput { input: name.clone(), suggestion };
            problems.push(Problem::new(entry.key, kind));
        }
    }
    let mut values = InputValues::new();
    for (name, input) in &specification.inputs {
        let rule = input.rules.iter().find(|rule| rule.applies(&values));
        let options = rule.map_or(&input.options, |rule| &rule.options);
        let default = rule.map_or(&input.default, |rule| &rule.default);
        let refuse = |span: Span, cause: String| {
            let kind = ProblemKind::Input { input: name.clone(), cause };
            Problem::new(span, kind).related(input.span, "asked for here")
        };
        let Some(value) = given.get(name).or(default.as_ref()) else {
            problems.push(refuse(
                place.unwrap_or(input.span),
                "has no value, and needs one".to_owned(),
            ));
            continue;
        };
        match check(input, options, value) {
            Ok(()) => {
                values.insert(name.clone(), value.clone());
            }
            Err(cause) => problems.push(refuse(value.span, cause)),
        }
    }
    values
}

/// Deepest nesting of a value, as of files; files that include one another with ever deeper values
/// would go on beyond it.
const DEEPEST: usize = 100;

/// Why a value does not fit, as the end of a sentence about the input.
fn check(input: &InputSpecification, options: &[Value], value: &Value) -> Result<(), String> {
    if value.depth() > DEEPEST {
        return Err(format!("is nested more than {DEEPEST} levels deep"));
    }
    if !input.kind.fits(value) {
        return Err(format!("is {}, and the value is {}", input.kind.as_str(), value.kind()));
    }
    if !options.is_empty() {
        let chosen = match &value.data {
            Data::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        let is_option =
            |item: &Value| options.iter().any(|option| option.to_json() == item.to_json());
        if let Some(other) = chosen.into_iter().find(|item| !is_option(item)) {
            let shown = options.iter().map(interpolation::shown).collect::<Vec<_>>().join(", ");
            return Err(format!("cannot be {}; it is one of {shown}", interpolation::shown(other)));
        }
    }
    if let (Some((pattern, written)), Some(text)) = (&input.pattern, value.as_text())
        && !pattern.is_match(text)
    {
        return Err(format!("is `{text}`, which does not match {written}"));
    }
    Ok(())
}
