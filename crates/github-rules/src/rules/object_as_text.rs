//! An object, a list or null inside a text: what is shown is `Object`, `Array` or nothing.

use std::ops::Range;

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{View, ViewKind};

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::{Inference, Mistake};

pub(crate) const RULE: Rule = Rule {
    code: "gh/object-as-text",
    severity: Severity::Error,
    summary: "an object, a list or null becomes part of a text",
};

/// Looks at the type of a value that becomes a text.
pub(crate) fn judge(inference: &mut Inference<'_>, range: Range<usize>, of: &Type) {
    let becomes = match of {
        Type::Object(_) => "the text is the word `Object`",
        Type::Array(_) | Type::Projection(_) => "the text is the word `Array`",
        Type::Null => "the text is empty",
        _ => return,
    };
    let help = of.is_collection().then(|| "`toJSON(…)` writes it out".to_owned());
    let message = format!("{of} does not become a useful text: {becomes}");
    inference.mistakes.push(Mistake { rule: &RULE, range, message, help, meant: None });
}

/// Looks at each `${{ }}` of a text, which are the arguments of the `format` that stands for it.
pub(crate) fn judge_mixed(inference: &mut Inference<'_>, root: View<'_>) {
    let ViewKind::Call { arguments, .. } = root.kind() else { return };
    for argument in arguments.into_iter().skip(1) {
        // What is wrong inside has been said.
        let said = inference.mistakes.len();
        let of = inference.of(argument);
        inference.mistakes.truncate(said);
        judge(inference, argument.range(), &of);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn is_said_at_the_expression() {
        assert_eq!(
            of_step("run: echo a ${{ github.sha }} ${{ github.event }}"),
            "6:43 gh/object-as-text an object does not become a useful text: the text is the \
             word `Object`"
        );
        assert_eq!(of_step("run: echo ${{ toJSON(runner) }}"), "");
        assert_eq!(of_step("run: ${{ env.A && 'x' || null }}"), "");
    }
}
