//! `${{ secrets.X }}` in a script: it stands in the script's file, and on command lines.
//!
//! Source: GitHub Docs, "Using secrets in GitHub Actions": "avoid passing secrets between processes
//! from the command line, whenever possible".

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{View, ViewKind};
use windlass_github_syntax::workflow::StepKind;

use super::pass_by_environment;
use crate::findings::Findings;
use crate::outline::{Outline, each_expression, path};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/secret-in-script",
    severity: Severity::Warning,
    summary: "a secret becomes part of a script",
};

/// Looks at the scripts of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for (_, step) in outline.steps() {
        let StepKind::Run { script, .. } = &step.step.kind else { continue };
        each_expression(script, outline.text, &mut |view, layout| {
            let Some(secret) = given(view) else { return };
            let span = layout.span(outline.text, &view.range());
            let message = format!(
                "`{secret}` becomes part of the script: other programs see it in the list of \
                 processes, and the shell reads its characters"
            );
            let mut finding = RULE.finding(span, message).with_help(
                "give it to the step as a variable in `env`, and read the variable in the script",
            );
            finding.fix = pass_by_environment::fix(step, outline.text, span);
            findings.add(finding);
        });
    }
}

/// The secret that an expression gives; one that it only compares is not shown.
fn given(view: View<'_>) -> Option<String> {
    match view.kind() {
        ViewKind::Index { .. } => path(view).filter(|path| path.starts_with("secrets.")),
        ViewKind::And(operands) => given(*operands.last()?),
        ViewKind::Or(nodes) => nodes.into_iter().find_map(given),
        ViewKind::Call { name: "format" | "join", arguments } => {
            arguments.into_iter().find_map(given)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn a_secret_that_is_given_and_one_that_is_asked_for() {
        assert_eq!(
            of_step("run: deploy --key=${{ secrets.KEY }}"),
            "6:31 gh/secret-in-script `secrets.KEY` becomes part of the script: other programs see it \
             in the list of processes, and the shell reads its characters"
        );
        assert!(of_step("run: a ${{ secrets.A || 'b' }}").contains("`secrets.A`"));
        assert_eq!(of_step("run: a ${{ secrets.A != '' }}"), "");
        assert_eq!(of_step("run: a ${{ secrets.A && 'set' || 'not set' }}"), "");
        assert_eq!(of_step("run: a\n        env: { A: '${{ secrets.A }}' }"), "");
    }
}
