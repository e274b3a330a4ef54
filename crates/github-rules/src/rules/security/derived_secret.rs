//! `fromJSON(secrets.X).y`: only the whole secret is masked in logs, a part of it is not.
//!
//! Source: GitHub Docs, "Secure use reference", "Use secrets for sensitive information": never use
//! structured data as a secret.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{View, ViewKind};

use crate::findings::Findings;
use crate::outline::{Outline, each_expression, each_node, path};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/derived-secret",
    severity: Severity::Warning,
    summary: "a part of a secret is used, which logs do not mask",
};

/// Looks at the values of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    outline.each_value(&mut |value| {
        each_expression(value, outline.text, &mut |view, layout| {
            each_node(view, &mut |node| {
                let Some(secret) = part_of(node) else { return };
                let span = layout.span(outline.text, &node.range());
                let message = format!("this part of `{secret}` is not masked in logs");
                findings.add(RULE.finding(span, message).with_help(
                    "store each part as a secret of its own, or print `::add-mask::` with the part \
                     before it is used",
                ));
            });
        });
    });
}

/// The secret that `fromJSON(secrets.X).name` takes a part of.
fn part_of(node: View<'_>) -> Option<String> {
    let ViewKind::Index { base, .. } = node.kind() else { return None };
    let ViewKind::Call { name: "fromJSON", arguments } = base.kind() else { return None };
    path(*arguments.first()?).filter(|path| path.starts_with("secrets."))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn a_part_and_the_whole() {
        assert_eq!(
            of_step("run: a\n        env: { A: '${{ fromJSON(secrets.KEYS).a.b }}' }"),
            "7:24 gh/derived-secret this part of `secrets.KEYS` is not masked in logs"
        );
        assert_eq!(of_step("run: a\n        env: { A: '${{ secrets.KEYS }}' }"), "");
        assert_eq!(of_step("run: a\n        env: { A: '${{ fromJSON(env.KEYS).a }}' }"), "");
    }
}
