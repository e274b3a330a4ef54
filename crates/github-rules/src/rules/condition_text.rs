//! `if: ${{ a }} && ${{ b }}`: with text around `${{ }}` the whole is a text, which is true.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions": a text that is not empty
//! counts as true.

use windlass_diagnostics::{Severity, Span};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/condition-text",
    severity: Severity::Error,
    summary: "an `if` with text around `${{ }}` is always true",
};

/// Says so of the condition at `span`.
pub(crate) fn report(span: Span, findings: &mut Findings<'_>) {
    let message = "text around `${{ }}` makes this condition always true";
    let help = "write the whole condition without `${{ }}`; mind spaces, and the line break that \
                `|` keeps";
    findings.add(RULE.finding(span, message).with_help(help));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn text_is_seen_spaces_too() {
        let code = "6:13 gh/condition-text text around `${{ }}` makes this condition always true";
        assert_eq!(of_step("if: ${{ env.A }} && ${{ env.B }}\n        run: x"), code);
        assert!(of_step("if: '${{ env.A }} '\n        run: x").contains("gh/condition-text"));
        assert!(
            of_step("if: |\n          ${{ env.A }}\n        run: x").contains("condition-text")
        );
        assert_eq!(of_step("if: '${{ env.A }}'\n        run: x"), "");
        assert_eq!(of_step("if: ${{ format('{0}', env.A) }}\n        run: x"), "");
    }
}
