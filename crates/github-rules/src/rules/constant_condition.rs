//! `if: false` and the like: a condition that nothing decides.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::expression::{EmptyScope, Expression, View, ViewKind};

use crate::findings::Findings;
use crate::registry::Rule;
use crate::types::Type;

pub(crate) const RULE: Rule = Rule {
    code: "gh/constant-condition",
    severity: Severity::Error,
    summary: "an `if` that is always true or always false",
};

/// Looks at a condition as it was written.
pub(crate) fn judge(expression: &Expression, span: Span, findings: &mut Findings<'_>) {
    let Some(always) = value(expression) else { return };
    let help = if always { "remove the `if`" } else { "remove what never happens" };
    let message = format!("this condition is always {always}");
    findings.add(RULE.finding(span, message).with_help(help));
}

/// What a condition gives that nothing decides.
pub(crate) fn value(expression: &Expression) -> Option<bool> {
    expression.root().filter(|root| is_constant(*root))?;
    expression.evaluate(&EmptyScope).ok().map(|value| value.is_truthy())
}

/// Looks at the type of a condition: lists and objects count as true, whatever is in them.
pub(crate) fn judge_type(of: &Type, span: Span, findings: &mut Findings<'_>) {
    if of.is_collection() {
        let message = format!("this condition is always true: it is {of}, whatever is in it");
        findings.add(RULE.finding(span, message));
    }
}

/// Whether no context is read and no function asks for the state of the job.
fn is_constant(node: View<'_>) -> bool {
    match node.kind() {
        ViewKind::Literal(_) | ViewKind::Wildcard => true,
        ViewKind::Context(_) => false,
        ViewKind::Call { name, arguments } => {
            const PURE: [&str; 5] = ["contains", "startsWith", "endsWith", "format", "join"];
            PURE.contains(&name) && arguments.into_iter().all(is_constant)
        }
        ViewKind::Index { base, index } => is_constant(base) && is_constant(index),
        ViewKind::Not(operand) => is_constant(operand),
        ViewKind::Compare { left, right, .. } => is_constant(left) && is_constant(right),
        ViewKind::And(operands) | ViewKind::Or(operands) => operands.into_iter().all(is_constant),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn nothing_decides() {
        assert_eq!(
            of_step("if: 1 == 2 || contains('ab', 'b')\n        run: x"),
            "6:13 gh/constant-condition this condition is always true"
        );
        assert!(of_step("if: false\n        run: x").contains("always false"));
        assert!(of_step("if: github.event\n        run: x").contains("it is an object"));
        assert_eq!(of_step("if: always() && true\n        run: x"), "");
        assert_eq!(of_step("if: env.A && false\n        run: x"), "");
    }
}
