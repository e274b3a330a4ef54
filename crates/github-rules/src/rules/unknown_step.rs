//! `steps.<id>` of an id that no step has.
//!
//! A warning: the workflow runs, and the expression is empty.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::View;

use crate::registry::Rule;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/unknown-step",
    severity: Severity::Warning,
    summary: "an expression names a step that is nowhere in the file",
};

/// Says that no step has this id.
pub(crate) fn report(inference: &mut Inference<'_>, node: View<'_>, name: &str) {
    inference.add(&RULE, node.range(), format!("no step has the id `{name}`, so this is empty"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn an_id_that_is_nowhere() {
        assert_eq!(
            of_step("run: echo ${{ steps.gone.outputs.x }}"),
            "6:23 gh/unknown-step no step has the id `gone`, so this is empty"
        );
    }
}
