//! Types of values that are written down: templates of a file and JSON.

use serde_json::Value as Json;
use windlass_github_syntax::template::{Template, TemplateKind};

use super::Type;
use super::infer::silent;
use crate::contexts::Contexts;

/// Of a value in a file; expressions in it are inferred.
pub(crate) fn of_template(template: &Template, contexts: &Contexts) -> Type {
    match &template.kind {
        TemplateKind::Null => Type::Null,
        TemplateKind::Boolean(_) => Type::Bool,
        TemplateKind::Number(_) => Type::Number,
        TemplateKind::String(text) => Type::words([text.as_str()]),
        TemplateKind::Expression(expression) => silent(expression, contexts),
        TemplateKind::Insert => Type::Any,
        TemplateKind::Sequence(items) => {
            Type::array(Type::any_of(items.iter().map(|item| of_template(item, contexts))))
        }
        TemplateKind::Mapping(pairs) => {
            let named: Option<Vec<_>> = pairs
                .iter()
                .map(|(key, value)| Some((key.as_str()?, of_template(value, contexts))))
                .collect();
            named.map_or(Type::Any, Type::closed)
        }
    }
}

/// Of a JSON value.
pub(crate) fn of_json(json: &Json) -> Type {
    match json {
        Json::Null => Type::Null,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(text) => Type::words([text.as_str()]),
        Json::Array(items) => Type::array(Type::any_of(items.iter().map(of_json))),
        Json::Object(properties) => {
            Type::closed(properties.iter().map(|(name, value)| (name.as_str(), of_json(value))))
        }
    }
}
