//! From templates to values: every `${{ }}` evaluated in one scope.
//!
//! Recursion is as deep as the template, which the reader limits. What type a key wants is the
//! caller's business: [`Template::evaluate_boolean`] and its kin refuse all others, as GitHub does.

use std::borrow::Cow;

use windlass_diagnostics::Span;

use super::{Template, TemplateKind};
use crate::expression::{EvaluationError, Kind, Object, Scope, Value};

/// Why a template has no value, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{cause}")]
pub struct TemplateError {
    /// The template, or the part of it, that failed.
    pub span: Span,
    /// Why.
    pub cause: TemplateErrorCause,
}

/// Why a template has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TemplateErrorCause {
    /// An expression could not be evaluated.
    #[error("`{source_text}` cannot be evaluated: {error}")]
    Expression {
        /// The expression.
        source_text: String,
        /// Why.
        error: EvaluationError,
    },
    /// A value of another type was wanted.
    #[error("expected {expected}, but the value is {}", shown(.found))]
    Type {
        /// What was wanted, e.g. `a number`.
        expected: &'static str,
        /// What there was.
        found: Value,
    },
    /// A key that an expression gave is in the mapping already.
    #[error("the key `{key}` is defined twice once its expressions are evaluated")]
    DuplicateKey {
        /// The key.
        key: String,
    },
}

fn shown(value: &Value) -> Cow<'static, str> {
    match value.kind() {
        Kind::Null => Cow::Borrowed("empty"),
        Kind::Array => Cow::Borrowed("a list"),
        Kind::Object => Cow::Borrowed("a mapping"),
        Kind::Boolean | Kind::Number => Cow::Owned(value.to_text().into_owned()),
        Kind::String => Cow::Owned(format!("the text `{}`", value.to_text())),
    }
}

/// The text of a number as expressions print it.
pub(super) fn number_text(number: f64) -> String {
    Value::Number(number).to_text().into_owned()
}

impl Template {
    /// The value in this scope.
    ///
    /// # Errors
    /// An expression fails, `${{ insert }}` stands before something else than a mapping, or two
    /// keys become the same.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, TemplateError> {
        Ok(match &self.kind {
            TemplateKind::Null | TemplateKind::Insert => Value::Null,
            TemplateKind::Boolean(value) => Value::Boolean(*value),
            TemplateKind::Number(value) => Value::Number(*value),
            TemplateKind::String(text) => Value::from(text.as_str()),
            TemplateKind::Expression(expression) => {
                expression.evaluate(scope).map_err(|error| TemplateError {
                    span: self.span,
                    cause: TemplateErrorCause::Expression {
                        source_text: expression.source().to_owned(),
                        error,
                    },
                })?
            }
            TemplateKind::Sequence(items) => {
                let items = items.iter().map(|item| item.evaluate(scope));
                Value::from(items.collect::<Result<Vec<_>, _>>()?)
            }
            TemplateKind::Mapping(pairs) => Value::from(evaluate_pairs(pairs, scope)?),
        })
    }

    /// The text of a scalar. Null is empty.
    ///
    /// # Errors
    /// As [`Template::evaluate`]; or the value is a list or mapping.
    pub fn evaluate_string(&self, scope: &dyn Scope) -> Result<String, TemplateError> {
        if let TemplateKind::String(text) = &self.kind {
            return Ok(text.clone());
        }
        let value = self.evaluate(scope)?;
        if value.is_scalar() {
            Ok(value.to_text().into_owned())
        } else {
            Err(self.wrong("text", value))
        }
    }

    /// A boolean.
    ///
    /// # Errors
    /// As [`Template::evaluate`]; or the value is no boolean (a text `true` is none).
    pub fn evaluate_boolean(&self, scope: &dyn Scope) -> Result<bool, TemplateError> {
        match self.evaluate(scope)? {
            Value::Boolean(value) => Ok(value),
            other => Err(self.wrong("true or false", other)),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// As [`Template::evaluate`]; or the value is no number (a text `5` is none).
    pub fn evaluate_number(&self, scope: &dyn Scope) -> Result<f64, TemplateError> {
        match self.evaluate(scope)? {
            Value::Number(value) => Ok(value),
            other => Err(self.wrong("a number", other)),
        }
    }

    /// A mapping of texts, in order: `env`, `with`, `outputs`. Null is an empty one.
    ///
    /// # Errors
    /// As [`Template::evaluate`]; or the value is no mapping, or a value in it is no scalar.
    pub fn evaluate_mapping(
        &self,
        scope: &dyn Scope,
    ) -> Result<Vec<(String, String)>, TemplateError> {
        let value = self.evaluate(scope)?;
        let object = match &value {
            Value::Null => return Ok(Vec::new()),
            Value::Object(object) => object,
            _ => return Err(self.wrong("a mapping", value)),
        };
        let mut pairs = Vec::with_capacity(object.len());
        for (key, item) in object.iter() {
            if !item.is_scalar() {
                return Err(self.wrong("text", item.clone()));
            }
            pairs.push((key.to_owned(), item.to_text().into_owned()));
        }
        Ok(pairs)
    }

    fn wrong(&self, expected: &'static str, found: Value) -> TemplateError {
        TemplateError { span: self.span, cause: TemplateErrorCause::Type { expected, found } }
    }
}

fn evaluate_pairs(
    pairs: &[(Template, Template)],
    scope: &dyn Scope,
) -> Result<Object, TemplateError> {
    let mut object = Object::with_capacity(pairs.len());
    for (key, value) in pairs {
        if matches!(key.kind, TemplateKind::Insert) {
            match value.evaluate(scope)? {
                Value::Object(inserted) => {
                    for (name, item) in inserted.iter() {
                        add(&mut object, key.span, name, item.clone())?;
                    }
                }
                Value::Null => {}
                other => return Err(value.wrong("a mapping to insert", other)),
            }
            continue;
        }
        let name = key.evaluate_string(scope)?;
        add(&mut object, key.span, &name, value.evaluate(scope)?)?;
    }
    Ok(object)
}

fn add(object: &mut Object, span: Span, key: &str, value: Value) -> Result<(), TemplateError> {
    if object.contains(key) {
        let cause = TemplateErrorCause::DuplicateKey { key: key.to_owned() };
        return Err(TemplateError { span, cause });
    }
    object.insert(key, value);
    Ok(())
}
