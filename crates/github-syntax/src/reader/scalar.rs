//! Scalars: the core schema, explicit tags, and whether the value fits its key.

use windlass_diagnostics::Span;
use windlass_yaml::schema::{
    CoreValue, is_null, resolve_boolean, resolve_float, resolve_integer, resolve_plain,
};
use windlass_yaml::{Content, NodeRef, ScalarStyle};

use super::{Reader, suggestion};
use crate::expression::Availability;
use crate::problem::ProblemKind;
use crate::schema::availability::NOWHERE;
use crate::schema::{Definition, Shape};
use crate::template::{Template, TemplateKind};

impl Reader<'_> {
    /// A scalar as a value.
    pub(super) fn scalar(
        &mut self,
        node: NodeRef<'_, '_>,
        definition: &'static Definition,
        available: &'static Availability,
    ) -> Template {
        let span = node.span();
        let Some(parsed) = self.parse(node, available) else {
            // What is wrong has been said; the text stands in for the value.
            let text = node.as_str().unwrap_or_default();
            return Template::string(text, span);
        };
        let kind = match parsed {
            TemplateKind::Expression(expression) => {
                if std::ptr::eq(available, &raw const NOWHERE) {
                    self.problem(span, ProblemKind::ExpressionNotAllowed);
                }
                TemplateKind::Expression(expression)
            }
            TemplateKind::Insert => {
                self.problem(span, ProblemKind::InsertMisplaced);
                TemplateKind::Null
            }
            literal => self.fit(Template { span, kind: literal }, definition),
        };
        match &kind {
            TemplateKind::String(text) => self.count_text(text),
            TemplateKind::Expression(expression) => self.count_text(expression.source()),
            _ => self.count_value(),
        }
        Template { span, kind }
    }

    /// A scalar as a key: a string, an expression or `insert`. `None` when something is wrong
    /// with it, which has been said.
    pub(super) fn key(
        &mut self,
        node: NodeRef<'_, '_>,
        available: &'static Availability,
    ) -> Option<Template> {
        let span = node.span();
        if !matches!(node.node.content, Content::Scalar { .. }) {
            self.problem(span, ProblemKind::KeyNotScalar);
            return None;
        }
        let kind = match self.parse(node, available)? {
            kind @ (TemplateKind::String(_)
            | TemplateKind::Expression(_)
            | TemplateKind::Insert) => kind,
            literal => {
                let key = Template { span, kind: literal };
                return Some(Template::string(key.literal_text()?, span));
            }
        };
        Some(Template { span, kind })
    }

    /// The literal itself, or its text where a text is wanted; else a problem.
    fn fit(&mut self, literal: Template, definition: &'static Definition) -> TemplateKind {
        let (mut fits, mut fits_as_text) = (false, false);
        let text = literal.as_literal().unwrap_or_default();
        definition.alternatives(&mut |shape| {
            fits |= matches!(
                (shape, &literal.kind),
                (Shape::Any, _)
                    | (Shape::Null, TemplateKind::Null)
                    | (Shape::Boolean, TemplateKind::Boolean(_))
                    | (Shape::Number, TemplateKind::Number(_))
            );
            fits_as_text |= match shape {
                Shape::Text => true,
                Shape::NonEmptyText => !text.is_empty(),
                Shape::Words(words) => words.contains(&&*text),
                _ => false,
            };
        });
        if !fits && !fits_as_text {
            self.unexpected(literal.span, text.clone().into_owned(), definition);
        }
        if fits || matches!(literal.kind, TemplateKind::String(_)) {
            return literal.kind;
        }
        TemplateKind::String(text.into_owned())
    }

    pub(super) fn unexpected(&mut self, span: Span, text: String, definition: &'static Definition) {
        let suggestion = suggestion::nearest(&text, suggestion::words(definition).into_iter());
        let expected = suggestion::expected(definition);
        self.problem(span, ProblemKind::UnexpectedValue { text, suggestion, expected });
    }

    fn parse(
        &mut self,
        node: NodeRef<'_, '_>,
        available: &'static Availability,
    ) -> Option<TemplateKind> {
        let Content::Scalar { text, style } = &node.node.content else { return None };
        if let Some(tag) = &node.node.tag {
            return self.tagged(node, &tag.0, text, *style, available);
        }
        let plain = if *style == ScalarStyle::Plain { resolve_plain(text) } else { None };
        match plain {
            Some(value) => Some(core_value(value)),
            None => self.text(node, text, available),
        }
    }

    /// A scalar with an explicit tag. GitHub knows those of the core schema alone.
    fn tagged(
        &mut self,
        node: NodeRef<'_, '_>,
        tag: &str,
        text: &str,
        style: ScalarStyle,
        available: &'static Availability,
    ) -> Option<TemplateKind> {
        let span = node.span();
        let core = node.node.tag.as_ref().and_then(|tag| tag.core());
        let value = match core {
            Some("str") => return self.text(node, text, available),
            Some("null" | "bool" | "int" | "float") if style != ScalarStyle::Plain => {
                self.problem(span, ProblemKind::StyleWithTag { tag: tag.to_owned(), style });
                return None;
            }
            Some("null") => is_null(text).then_some(TemplateKind::Null),
            Some("bool") => resolve_boolean(text).map(TemplateKind::Boolean),
            Some("int") => resolve_integer(text).map(TemplateKind::Number),
            Some("float") => resolve_float(text).map(TemplateKind::Number),
            _ => {
                self.problem(span, ProblemKind::UnsupportedTag { tag: tag.to_owned() });
                return None;
            }
        };
        if value.is_none() {
            let (tag, text) = (tag.to_owned(), text.to_owned());
            self.problem(span, ProblemKind::InvalidForTag { tag, text });
        }
        value
    }
}

fn core_value(value: CoreValue) -> TemplateKind {
    match value {
        CoreValue::Null => TemplateKind::Null,
        CoreValue::Boolean(value) => TemplateKind::Boolean(value),
        CoreValue::Integer(value) | CoreValue::Float(value) => TemplateKind::Number(value),
    }
}
