//! An expression where a boolean, a number or a label is wanted that gives something else.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions": `continue-on-error`, `fail-fast` and
//! `cancel-in-progress` are booleans, `timeout-minutes` and `max-parallel` numbers. A text is
//! refused at run time even if it reads like one.

use std::ops::Range;

use windlass_diagnostics::Severity;

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::{Inference, Mistake};

pub(crate) const RULE: Rule = Rule {
    code: "gh/value-type",
    severity: Severity::Error,
    summary: "an expression gives a value that is not of the type that is wanted",
};

/// Looks at the type of a value where `wanted` is the only one that fits.
pub(crate) fn judge(inference: &mut Inference<'_>, range: Range<usize>, wanted: &Type, of: &Type) {
    if of == wanted || matches!(of, Type::Any | Type::Null) {
        return;
    }
    let help = of.is_text().then(|| format!("`fromJSON(…)` makes {wanted} of a text"));
    let message = format!("this is {of}, but {wanted} is wanted here");
    inference.mistakes.push(Mistake { rule: &RULE, range, message, help, meant: None });
}

/// Looks at the type of `runs-on`.
pub(crate) fn judge_labels(inference: &mut Inference<'_>, range: Range<usize>, of: &Type) {
    let fits = match of {
        Type::Bool | Type::Number | Type::Null => false,
        Type::Object(mapping) => {
            ["group", "labels"].iter().any(|key| mapping.property(key).is_some())
        }
        _ => true,
    };
    if !fits {
        let message = format!("this is {of}, but the labels of a runner are wanted here");
        inference.add(&RULE, range, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, of_step};

    #[test]
    fn texts_are_no_numbers_and_no_booleans() {
        assert_eq!(
            of_step("run: x\n        timeout-minutes: ${{ env.LONG }}"),
            "7:30 gh/value-type this is a string, but a number is wanted here"
        );
        assert!(
            of_step("run: x\n        continue-on-error: ${{ github.ref }}").contains("boolean")
        );
        let of = |expression: &str| {
            findings(&format!(
                "on: push\njobs: {{ a: {{ runs-on: \"${{{{ {expression} }}}}\", steps: [{{ run: x \
                 }}] }} }}\n"
            ))
        };
        assert!(of("github.ref == 'x'").contains("labels of a runner"));
        assert_eq!(of("vars.RUNNER || 'x'"), "");
        for right in ["${{ github.ref == 'x' }}", "${{ fromJSON(env.A) }}", "${{ !env.A }}"] {
            assert_eq!(of_step(&format!("run: x\n        continue-on-error: {right}")), "");
        }
    }

    #[test]
    fn values_of_strategy_and_concurrency() {
        let text = "on: push
concurrency: { group: a, cancel-in-progress: '${{ github.ref }}' }
jobs:
  a:
    strategy: { matrix: { n: [1] }, fail-fast: '${{ github.ref }}', max-parallel: '${{ true }}' }
    timeout-minutes: ${{ matrix.n }}
    runs-on: x
    steps: [{ run: x }]
";
        assert_eq!(
            findings(text),
            "2:51 gh/value-type this is a string, but a boolean is wanted here\n\
             5:53 gh/value-type this is a string, but a boolean is wanted here\n\
             5:88 gh/value-type this is a boolean, but a number is wanted here"
        );
    }
}
