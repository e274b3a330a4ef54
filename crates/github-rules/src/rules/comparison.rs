//! Comparisons whose answer does not depend on the values.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", section "Operators":
//! lists and objects are equal only when they are the same one, and never less or greater.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::View;

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/comparison",
    severity: Severity::Error,
    summary: "a comparison whose answer is always the same, or has no meaning",
};

/// Looks at a comparison of two types.
pub(crate) fn judge(
    inference: &mut Inference<'_>,
    node: View<'_>,
    operator: &str,
    left: &Type,
    right: &Type,
) {
    let has_meaning = match operator {
        "==" | "!=" => can_be_equal(left, right),
        _ => is_ordered(left) && is_ordered(right),
    };
    if !has_meaning {
        let message = format!("comparing {left} with {right} by `{operator}` has no meaning");
        inference.add(&RULE, node.range(), message);
    }
}

fn can_be_equal(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Array(left), Type::Array(right)) => can_be_equal(left, right),
        // `x == null` asks whether something is there.
        (Type::Null, _) | (_, Type::Null) => true,
        (Type::Array(_), Type::Object(_)) | (Type::Object(_), Type::Array(_)) => false,
        (left, right) => {
            !(left.is_scalar() && right.is_collection()
                || left.is_collection() && right.is_scalar())
        }
    }
}

const fn is_ordered(of: &Type) -> bool {
    of.is_text() || matches!(of, Type::Any | Type::Number)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn judges_by_type() {
        let of = |expression: &str| of_step(&format!("run: echo ${{{{ {expression} }}}}"));
        assert!(of("github == 'x'").contains("comparing an object with a string by `==`"));
        assert!(of("true < false").contains("gh/comparison"));
        assert_eq!(of("github.run_number > 3"), "");
        assert_eq!(of("github.event.x == null"), "");
        assert_eq!(of("fromJSON('[1]') == fromJSON('[2]')"), "");
    }
}
