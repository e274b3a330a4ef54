//! `env: ${{ … }}` where the expression can be no mapping.

use std::ops::Range;

use windlass_diagnostics::Severity;

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/mapping-expected",
    severity: Severity::Error,
    summary: "an expression stands where a mapping is wanted, but gives something else",
};

/// Looks at the type of the whole value of a key.
pub(crate) fn judge(inference: &mut Inference<'_>, range: Range<usize>, key: &str, of: &Type) {
    if of.is_scalar() && *of != Type::Null || matches!(of, Type::Array(_)) {
        let message = format!("`{key}` is a mapping, but this is {of}");
        inference.add(&RULE, range, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn a_text_is_no_mapping() {
        assert_eq!(
            of_step("run: x\n        env: ${{ github.ref }}"),
            "7:18 gh/mapping-expected `env` is a mapping, but this is a string"
        );
        assert_eq!(of_step("run: x\n        env: ${{ fromJSON(github.ref) }}"), "");
        assert_eq!(of_step("run: x\n        env: ${{ github.event }}"), "");
    }
}
