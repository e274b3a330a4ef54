//! `condition && '' || 'other'`, which gives `other` whatever the condition is.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", "Operators": `&&` and `||`
//! give one of their operands, and `false`, `0`, `-0`, `''` and `null` count as false.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{View, ViewKind};

use crate::registry::Rule;
use crate::types::infer::{Inference, Mistake};

pub(crate) const RULE: Rule = Rule {
    code: "gh/unsound-ternary",
    severity: Severity::Warning,
    summary: "what is between `&&` and `||` counts as false, so it is never the answer",
};

/// Looks at the operands of `||`.
pub(crate) fn judge(inference: &mut Inference<'_>, operands: &[View<'_>]) {
    let Some((_, with_more_behind)) = operands.split_last() else { return };
    for operand in with_more_behind {
        let ViewKind::And(conditions) = operand.kind() else { continue };
        let Some(answer) = conditions.last() else { continue };
        let ViewKind::Literal(value) = answer.kind() else { continue };
        if !value.is_truthy() {
            inference.mistakes.push(Mistake {
                rule: &RULE,
                range: answer.range(),
                message: "this counts as false, so what follows `||` is taken in any case"
                    .to_owned(),
                help: Some("turn it round: `!condition && other || this`".to_owned()),
                meant: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn an_answer_that_counts_as_false() {
        let of = |expression: &str| of_step(&format!("run: echo ${{{{ {expression} }}}}"));
        assert_eq!(
            of("github.ref_type == 'tag' && '' || '--dry-run'"),
            "6:51 gh/unsound-ternary this counts as false, so what follows `||` is taken in any case"
        );
        assert!(
            of("github.ref_protected && false || github.run_id").contains("gh/unsound-ternary")
        );
        assert!(of("env.A && 0 || env.B && null || 1").matches("gh/unsound-ternary").count() == 2);
        for right in ["env.A && 'x' || ''", "env.A || ''", "env.A && env.B || 'x'", "env.A && ''"] {
            assert_eq!(of(right), "");
        }
    }
}
