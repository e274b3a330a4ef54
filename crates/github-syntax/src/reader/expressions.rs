//! `${{ }}` in a scalar: where expressions start and end, and how text and expressions become one.

use windlass_yaml::NodeRef;

use super::{Reader, focus};
use crate::expression::{Availability, Expression, ExpressionError};
use crate::problem::{Problem, ProblemKind};
use crate::template::TemplateKind;

/// Where an expression starts.
const OPEN: &str = "${{";

/// A part of a scalar.
enum Segment<'text> {
    Text(&'text str),
    Expression(Expression),
    Insert,
}

/// Where the next expression starts. Few texts have a dollar at all.
fn next_open(text: &str) -> Option<usize> {
    memchr::memchr_iter(b'$', text.as_bytes()).find(|at| text[*at..].starts_with(OPEN))
}

impl Reader<'_> {
    /// A text with or without expressions. `None` when something is wrong with one, which has been
    /// said.
    pub(super) fn text(
        &mut self,
        node: NodeRef<'_, '_>,
        text: &str,
        available: &'static Availability,
    ) -> Option<TemplateKind> {
        let Some(first) = next_open(text) else {
            return Some(TemplateKind::String(text.to_owned()));
        };
        let mut segments = Vec::new();
        if first > 0 {
            segments.push(Segment::Text(&text[..first]));
        }
        let (mut at, mut ordinal) = (first, 0);
        while at < text.len() {
            let Some(end) = end_of_expression(&text[at..]) else {
                self.expression_problem(node, ordinal, ProblemKind::ExpressionNotClosed);
                return None;
            };
            let inner = &text[at + OPEN.len()..at + end - 2];
            let whole = at == 0 && end == text.len();
            segments.push(self.expression(node, ordinal, inner, whole, available)?);
            at += end;
            ordinal += 1;
            let next = next_open(&text[at..]).map_or(text.len(), |found| at + found);
            if next > at {
                segments.push(Segment::Text(&text[at..next]));
            }
            at = next;
        }
        self.join(node, &segments, available)
    }

    fn expression(
        &mut self,
        node: NodeRef<'_, '_>,
        ordinal: usize,
        inner: &str,
        whole: bool,
        available: &'static Availability,
    ) -> Option<Segment<'static>> {
        let source = inner.trim();
        if source.is_empty() {
            self.expression_problem(node, ordinal, ProblemKind::ExpressionEmpty);
            return None;
        }
        if let Some(parameters) = insert_parameters(source) {
            let kind = match parameters {
                0 if whole => return Some(Segment::Insert),
                0 => ProblemKind::InsertMisplaced,
                count => ProblemKind::InsertParameters { count },
            };
            self.expression_problem(node, ordinal, kind);
            return None;
        }
        match Expression::parse(source, available) {
            Ok(expression) => Some(Segment::Expression(expression)),
            Err(error) => {
                self.invalid_expression(node, Some(ordinal), source, error, available);
                None
            }
        }
    }

    /// One segment is what it is; several become a call of `format`, as GitHub stores them.
    fn join(
        &mut self,
        node: NodeRef<'_, '_>,
        segments: &[Segment<'_>],
        available: &'static Availability,
    ) -> Option<TemplateKind> {
        match segments {
            [Segment::Insert] => return Some(TemplateKind::Insert),
            [Segment::Expression(expression)] => {
                return Some(match quoted_literal(expression.source()) {
                    Some(literal) => TemplateKind::String(literal),
                    None => TemplateKind::Expression(expression.clone()),
                });
            }
            _ => {}
        }
        let (mut format, mut arguments, mut count) = (String::new(), String::new(), 0);
        for segment in segments {
            match segment {
                Segment::Text(text) => push_format_text(&mut format, text),
                Segment::Expression(expression) => {
                    format.push_str(&format!("{{{count}}}"));
                    arguments.push_str(", ");
                    arguments.push_str(expression.source());
                    count += 1;
                }
                Segment::Insert => {}
            }
        }
        let source = format!("format('{format}'{arguments})");
        match Expression::parse(&source, available) {
            Ok(expression) => Some(TemplateKind::Expression(expression)),
            Err(error) => {
                self.invalid_expression(node, None, &source, error, available);
                None
            }
        }
    }

    fn expression_problem(&mut self, node: NodeRef<'_, '_>, ordinal: usize, kind: ProblemKind) {
        let focus = focus::expression(self.text, node.span(), ordinal);
        self.problems.push(Problem { span: node.span(), focus, kind });
    }

    fn invalid_expression(
        &mut self,
        node: NodeRef<'_, '_>,
        ordinal: Option<usize>,
        source: &str,
        error: ExpressionError,
        available: &'static Availability,
    ) {
        let symbol = error.symbol().map(|symbol| (symbol.offset, symbol.text.len()));
        let focus = ordinal.and_then(|ordinal| {
            let (offset, length) = symbol?;
            focus::symbol(self.text, node.span(), ordinal, source, offset, length)
                .or_else(|| focus::expression(self.text, node.span(), ordinal))
        });
        let kind = ProblemKind::Expression { error, source: source.to_owned(), available };
        self.problems.push(Problem { span: node.span(), focus, kind });
    }
}

/// How many bytes an expression takes that starts with `${{`, `}}` included. A `}}` between single
/// quotes does not end it.
fn end_of_expression(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for at in OPEN.len()..bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && at > OPEN.len() && bytes[at - 1] == b'}' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The number of parameters when the expression is the directive `insert`.
fn insert_parameters(source: &str) -> Option<usize> {
    let rest = source.strip_prefix("insert")?;
    if rest.is_empty() {
        return Some(0);
    }
    rest.starts_with(char::is_whitespace).then(|| rest.split_whitespace().count())
}

/// The text of an expression that is nothing but a string literal.
fn quoted_literal(source: &str) -> Option<String> {
    let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
    // A single quote inside is doubled; a lone one ends the literal.
    let unescaped = inner.replace("''", "");
    (!unescaped.contains('\'')).then(|| inner.replace("''", "'"))
}

/// Text inside the first argument of `format`: quotes and braces are doubled.
fn push_format_text(format: &mut String, text: &str) {
    for character in text.chars() {
        if matches!(character, '\'' | '{' | '}') {
            format.push(character);
        }
        format.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_between_quotes_do_not_end_an_expression() {
        assert_eq!(end_of_expression("${{ '}}' }} rest"), Some(11));
        assert_eq!(end_of_expression("${{ 'it''s }}' }}"), Some(17));
        assert_eq!(end_of_expression("${{ a }"), None);
        assert_eq!(end_of_expression("${{}}"), Some(5));
    }

    #[test]
    fn only_a_single_literal_is_text() {
        assert_eq!(quoted_literal("'it''s'").as_deref(), Some("it's"));
        assert_eq!(quoted_literal("'a' == 'b'"), None);
        assert_eq!(quoted_literal("''").as_deref(), Some(""));
    }
}
