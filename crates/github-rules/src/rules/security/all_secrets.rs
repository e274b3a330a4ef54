//! `toJSON(secrets)` and `secrets[…]`: every secret goes to the runner, not only those it needs.
//!
//! Source: GitHub Docs, "Secure use reference", "Use secrets for sensitive information": a job is
//! sent the secrets that its expressions name.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{Value, View, ViewKind};

use crate::findings::Findings;
use crate::outline::{Outline, each_expression, each_node};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/all-secrets",
    severity: Severity::Warning,
    summary: "every secret is handed to a step",
};

/// Looks at the values of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    outline.each_value(&mut |value| {
        each_expression(value, outline.text, &mut |view, layout| {
            each_node(view, &mut |node| {
                let Some((message, severity)) = takes_all(node) else { return };
                let span = layout.span(outline.text, &node.range());
                let mut finding =
                    RULE.finding(span, message).with_help("name the secrets that are needed");
                finding.severity = severity;
                findings.add(finding);
            });
        });
    });
}

fn takes_all(node: View<'_>) -> Option<(&'static str, Severity)> {
    let is_secrets = |view: &View<'_>| matches!(view.kind(), ViewKind::Context("secrets"));
    match node.kind() {
        ViewKind::Call { name: "toJSON", arguments } if arguments.iter().any(is_secrets) => {
            Some(("every secret is handed over", RULE.severity))
        }
        ViewKind::Index { base, index } if is_secrets(&base) => match index.kind() {
            ViewKind::Literal(Value::String(_)) => None,
            _ => Some((
                "every secret goes to the runner, since which one is meant is known only there",
                Severity::Note,
            )),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    #[test]
    fn all_one_of_all_and_one() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: make
        env:
          A: ${{ toJSON(secrets) }}
          B: ${{ secrets[matrix.name] }}
          C: ${{ secrets['c'] }}
";
        insta::assert_snapshot!(detailed("gh/all-secrets", text), @r"
        warning 8:18 gh/all-secrets every secret is handed over
        note 9:18 gh/all-secrets every secret goes to the runner, since which one is meant is known only there
        ");
    }
}
