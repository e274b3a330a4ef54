//! A value of a workflow file that may hold expressions, before and without evaluation.
//!
//! A string that mixes text and `${{ }}` is one expression here, a call of `format`, as GitHub
//! stores it. Templates are serialized into job orders, so the driver beside the workspace
//! evaluates them with the contexts it has by then. Evaluation: [`evaluate`].

pub mod evaluate;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use windlass_diagnostics::Span;

use crate::expression::Expression;

pub use evaluate::TemplateError;

/// One value and where it was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    /// Where it was written.
    pub span: Span,
    /// What it is.
    pub kind: TemplateKind,
}

/// What a template is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number; infinite and NaN exist (`.inf`, `.nan`).
    #[serde(with = "number")]
    Number(f64),
    /// Text without expressions.
    String(String),
    /// One expression.
    Expression(Expression),
    /// `${{ insert }}`, only as a key: the mapping that is its value is merged in.
    Insert,
    /// A list.
    Sequence(Vec<Template>),
    /// A mapping in the order of the file; keys are strings, expressions or `Insert`.
    Mapping(Vec<(Template, Template)>),
}

impl Template {
    /// A text at a place.
    pub fn string(text: impl Into<String>, span: Span) -> Self {
        Self { span, kind: TemplateKind::String(text.into()) }
    }

    /// The text, when it is a literal string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            TemplateKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, when it is a literal one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            TemplateKind::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, when it is a literal one.
    #[must_use]
    pub const fn as_number(&self) -> Option<f64> {
        match &self.kind {
            TemplateKind::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The expression, when the whole value is one.
    #[must_use]
    pub const fn as_expression(&self) -> Option<&Expression> {
        match &self.kind {
            TemplateKind::Expression(expression) => Some(expression),
            _ => None,
        }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.kind {
            TemplateKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs, when it is a mapping.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&[(Self, Self)]> {
        match &self.kind {
            TemplateKind::Mapping(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.kind, TemplateKind::Null)
    }

    /// The value under a literal key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let pairs = self.as_mapping()?;
        pairs.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// A literal scalar as the text it becomes where a string is wanted: null is empty, booleans
    /// are `true` and `false`, numbers as expressions print them. `None` for all else.
    #[must_use]
    pub fn literal_text(&self) -> Option<String> {
        self.as_literal().map(Cow::into_owned)
    }

    /// As [`Self::literal_text`], borrowed where that is possible.
    pub(crate) fn as_literal(&self) -> Option<Cow<'_, str>> {
        match &self.kind {
            TemplateKind::Null => Some(Cow::Borrowed("")),
            TemplateKind::Boolean(true) => Some(Cow::Borrowed("true")),
            TemplateKind::Boolean(false) => Some(Cow::Borrowed("false")),
            TemplateKind::Number(value) => Some(evaluate::number_text(*value).into()),
            TemplateKind::String(text) => Some(text.into()),
            _ => None,
        }
    }

    /// Whether no expression is left anywhere in it.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        match &self.kind {
            TemplateKind::Expression(_) | TemplateKind::Insert => false,
            TemplateKind::Sequence(items) => items.iter().all(Self::is_literal),
            TemplateKind::Mapping(pairs) => {
                pairs.iter().all(|(key, value)| key.is_literal() && value.is_literal())
            }
            _ => true,
        }
    }

    /// Every expression in it, keys included, in the order of the file.
    pub fn expressions<'a>(&'a self, found: &mut Vec<&'a Expression>) {
        match &self.kind {
            TemplateKind::Expression(expression) => found.push(expression),
            TemplateKind::Sequence(items) => {
                items.iter().for_each(|item| item.expressions(found));
            }
            TemplateKind::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                key.expressions(found);
                value.expressions(found);
            }),
            _ => {}
        }
    }
}

/// Numbers through formats that have no infinity and no NaN: those travel as words.
mod number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Word(String),
    }

    // serde's `with` hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        if number.is_finite() { number.serialize(to) } else { number.to_string().serialize(to) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        match Written::deserialize(from)? {
            Written::Number(number) => Ok(number),
            Written::Word(word) => word.parse().map_err(serde::de::Error::custom),
        }
    }
}
