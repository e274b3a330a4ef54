//! A property of a text, number or boolean, and a number as the name of a property.

use std::ops::Range;

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::View;

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/no-properties",
    severity: Severity::Error,
    summary: "an expression looks into a value that has no properties",
};

/// Says that `base` is a scalar.
pub(crate) fn report(inference: &mut Inference<'_>, node: View<'_>, base: View<'_>, of: &Type) {
    let message = format!("`{}` is {of}, which has no properties", Inference::source(base));
    inference.add(&RULE, node.range(), message);
}

/// Says that a list is looked into by number or by `.*`.
pub(crate) fn report_list(
    inference: &mut Inference<'_>,
    node: View<'_>,
    base: View<'_>,
    name: &str,
) {
    let base = Inference::source(base);
    let message = format!("`{base}` is a list, which has no property `{name}`");
    inference.add(&RULE, node.range(), message);
}

/// Says that an object is not looked into by number.
pub(crate) fn report_number(inference: &mut Inference<'_>, range: Range<usize>) {
    let message = "properties of an object have names, not numbers".to_owned();
    inference.add(&RULE, range, message);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn looks_into_scalars() {
        assert_eq!(
            of_step("run: echo ${{ github.repository.owner }} ${{ github.event.a.b[0] }}"),
            "6:23 gh/no-properties `github.repository` is a string, which has no properties"
        );
        assert!(of_step("run: echo ${{ fromJSON('[1]').x }}").contains("is a list"));
        assert_eq!(of_step("run: echo ${{ fromJSON('[1]')[0] }}"), "");
        assert!(of_step("run: echo ${{ env[0] }}").contains("gh/no-properties"));
    }
}
