//! The type of an expression, and what the rules have to say on the way.

use std::ops::Range;
use std::rc::Rc;

use windlass_github_syntax::expression::{Expression, Value, View, ViewKind};

use super::{Type, literal};
use crate::contexts::Contexts;
use crate::registry::Rule;
use crate::rules::{
    comparison, format_arguments, function_argument, never_equal, no_properties, unknown_property,
    unsound_ternary,
};

/// Something wrong in an expression.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) rule: &'static Rule,
    /// Byte range in the source of the expression.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The word that ends the range, and the one that was most likely meant.
    pub(crate) meant: Option<(String, String)>,
}

/// Infers in the light of what the contexts hold.
pub(crate) struct Inference<'run> {
    pub(crate) contexts: &'run Contexts,
    pub(crate) mistakes: Vec<Mistake>,
}

/// The type alone.
pub(crate) fn silent(expression: &Expression, contexts: &Contexts) -> Type {
    let mut inference = Inference::new(contexts);
    expression.root().map_or(Type::Null, |root| inference.of(root))
}

impl<'run> Inference<'run> {
    pub(crate) const fn new(contexts: &'run Contexts) -> Self {
        Self { contexts, mistakes: Vec::new() }
    }

    /// The text of a node, bracketed where it is more than a path.
    pub(crate) fn source(node: View<'_>) -> String {
        match node.kind() {
            ViewKind::Context(name) => name.to_owned(),
            ViewKind::Index { base, index } => match index.kind() {
                ViewKind::Literal(Value::String(name)) => {
                    format!("{}.{name}", Self::source(base))
                }
                ViewKind::Wildcard => format!("{}.*", Self::source(base)),
                _ => format!("{}[…]", Self::source(base)),
            },
            ViewKind::Call { name, .. } => format!("{name}(…)"),
            _ => "(…)".to_owned(),
        }
    }

    pub(crate) fn add(&mut self, rule: &'static Rule, range: Range<usize>, message: String) {
        self.mistakes.push(Mistake { rule, range, message, help: None, meant: None });
    }

    /// The type of a node. The depth of an expression is bounded by its parser.
    pub(crate) fn of(&mut self, node: View<'_>) -> Type {
        match node.kind() {
            ViewKind::Literal(value) => of_literal(value),
            ViewKind::Context(name) => self.contexts.get(name),
            ViewKind::Wildcard => Type::Any,
            ViewKind::Not(operand) => {
                self.of(operand);
                Type::Bool
            }
            ViewKind::Compare { operator, left, right } => {
                let (left, right) = (self.of(left), self.of(right));
                comparison::judge(self, node, operator, &left, &right);
                never_equal::judge(self, node, operator, &left, &right);
                Type::Bool
            }
            ViewKind::And(operands) => self.of_one_of(operands),
            ViewKind::Or(operands) => {
                unsound_ternary::judge(self, &operands);
                self.of_one_of(operands)
            }
            ViewKind::Index { base, index } => self.index(node, base, index),
            ViewKind::Call { name, arguments } => self.call(name, &arguments),
        }
    }

    fn of_one_of(&mut self, operands: Vec<View<'_>>) -> Type {
        let types: Vec<Type> = operands.into_iter().map(|node| self.of(node)).collect();
        Type::any_of(types)
    }

    fn index(&mut self, node: View<'_>, base: View<'_>, index: View<'_>) -> Type {
        let of = self.of(base);
        if matches!(index.kind(), ViewKind::Wildcard) {
            return projection(&of);
        }
        let index_type = self.of(index);
        let name = match index.kind() {
            ViewKind::Literal(Value::String(name)) => Some(name),
            _ => None,
        };
        match &of {
            Type::Object(object) => match (name, index_type) {
                (Some(name), _) => object.property(name).unwrap_or_else(|| {
                    unknown_property::report(self, node, base, name, object);
                    Type::Any
                }),
                (None, Type::Number) => {
                    no_properties::report_number(self, index.range());
                    Type::Any
                }
                _ => object.any_property(),
            },
            Type::Projection(element) => match (&**element, name) {
                (Type::Object(object), Some(name)) => {
                    let property = object.property(name).unwrap_or(Type::Any);
                    Type::Projection(Rc::new(property))
                }
                (_, Some(_)) => Type::Projection(Rc::new(Type::Any)),
                (element, None) => element.clone(),
            },
            Type::Array(element) => {
                if let Some(name) = name.filter(|name| name.parse::<f64>().is_err()) {
                    no_properties::report_list(self, node, base, name);
                    return Type::Any;
                }
                (**element).clone()
            }
            Type::Bool | Type::Number | Type::String | Type::Words(_) => {
                no_properties::report(self, node, base, &of);
                Type::Any
            }
            Type::Null | Type::Any => Type::Any,
        }
    }

    fn call(&mut self, name: &str, arguments: &[View<'_>]) -> Type {
        let types: Vec<Type> = arguments.iter().map(|argument| self.of(*argument)).collect();
        function_argument::judge(self, name, arguments, &types);
        match name.to_ascii_lowercase().as_str() {
            "contains" | "startswith" | "endswith" | "success" | "failure" | "always"
            | "cancelled" => Type::Bool,
            "format" => {
                format_arguments::judge(self, arguments);
                Type::String
            }
            "join" | "tojson" | "hashfiles" => Type::String,
            "fromjson" => match arguments.first().map(|argument| argument.kind()) {
                Some(ViewKind::Literal(Value::String(text))) => {
                    serde_json::from_str(text).map_or(Type::Any, |json| literal::of_json(&json))
                }
                _ => Type::Any,
            },
            _ => Type::Any,
        }
    }
}

fn of_literal(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Boolean(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(text) => Type::words([text.to_string()]),
        Value::Array(_) | Value::Object(_) => Type::Any,
    }
}

/// What `.*` gives.
fn projection(of: &Type) -> Type {
    let element = match of {
        Type::Array(element) | Type::Projection(element) => (**element).clone(),
        Type::Object(object) => object.any_property(),
        _ => Type::Any,
    };
    Type::Projection(Rc::new(element))
}

impl super::ObjectType {
    /// What is known of a property whose name is not known.
    fn any_property(&self) -> Type {
        Type::any_of(self.properties.values().chain(&self.others).cloned())
    }
}
