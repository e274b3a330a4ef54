//! `if`: parsed, and given `success()` where no status function is called.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", section "Status check
//! functions".

use std::sync::LazyLock;

use windlass_diagnostics::Span;

use super::Converter;
use crate::expression::{Availability, Expression, ExpressionError};
use crate::problem::{Problem, ProblemKind};
use crate::reader::focus;
use crate::template::{Template, TemplateKind};
use crate::workflow::Condition;

/// What counts where there is no condition; parsed once, for most jobs and steps have none.
pub(super) static SUCCESS: LazyLock<Expression> = LazyLock::new(|| whole("success()"));
/// What counts for an action's `pre` and `post` where there is no condition.
pub(super) static ALWAYS: LazyLock<Expression> = LazyLock::new(|| whole("always()"));

/// The functions that look at what happened so far.
const STATUS_FUNCTIONS: [&str; 4] = ["success", "failure", "always", "cancelled"];

impl Converter<'_> {
    pub(super) fn job_condition(&mut self, template: Option<&Template>, owner: Span) -> Condition {
        let available = self.job_condition;
        self.condition(template, owner, available, &SUCCESS)
    }

    pub(super) fn step_condition(&mut self, template: Option<&Template>, owner: Span) -> Condition {
        let available = self.step_condition;
        self.condition(template, owner, available, &SUCCESS)
    }

    /// A condition; `absent` is what counts when there is none or it cannot be parsed.
    pub(super) fn condition(
        &mut self,
        template: Option<&Template>,
        owner: Span,
        available: &'static Availability,
        absent: &Expression,
    ) -> Condition {
        let absent = |span, written| Condition { expression: absent.clone(), written, span };
        let Some(template) = template else { return absent(owner, None) };
        let span = template.span;
        let (written, parsed) = match &template.kind {
            TemplateKind::Expression(expression) => {
                (expression.source().to_owned(), Some(expression.clone()))
            }
            _ => (template.literal_text().unwrap_or_default(), None),
        };
        // A text with `${{` left in it was refused by the reader, which has said so.
        if written.trim().is_empty() || (parsed.is_none() && written.contains("${{")) {
            return absent(span, Some(written));
        }
        let complete = parsed
            .map_or_else(|| Expression::parse(&written, available), Ok)
            .and_then(|expression| complete(expression, &written, available));
        match complete {
            Ok(expression) => Condition { expression, written: Some(written), span },
            Err(error) => {
                let focus = error.symbol().and_then(|symbol| {
                    let length = symbol.text.len();
                    focus::bare_symbol(self.text, span, &written, symbol.offset, length)
                });
                let kind = ProblemKind::Expression { error, source: written.clone(), available };
                self.problems.push(Problem { span, focus, kind });
                absent(span, Some(written))
            }
        }
    }
}

/// The condition itself, or behind `success() &&` when it asks for no status.
fn complete(
    expression: Expression,
    written: &str,
    available: &Availability,
) -> Result<Expression, ExpressionError> {
    if STATUS_FUNCTIONS.iter().any(|name| expression.uses_function(name)) {
        return Ok(expression);
    }
    Expression::parse(&format!("success() && ({written})"), available)
}

/// A condition of this file's own.
fn whole(source: &'static str) -> Expression {
    Expression::parse(source, &Availability::any())
        .unwrap_or_else(|error| unreachable!("`{source}` is an expression: {error}"))
}
