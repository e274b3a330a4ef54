//! `options` of a dispatch input: the same one twice, or of an input that is no choice.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions",
//! `on.workflow_dispatch.inputs.<input_id>.type`.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::{InputType, Triggers};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/dispatch-options",
    severity: Severity::Error,
    summary: "`options` of an input name one twice, or belong to an input that is no choice",
};

/// Looks at the inputs of `workflow_dispatch`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    let Some(dispatch) = on.workflow_dispatch() else { return };
    for (name, input) in &dispatch.inputs {
        if input.kind != InputType::Choice && !input.options.is_empty() {
            let message =
                format!("`{name}` is a {}, so its `options` say nothing", input.kind.as_str());
            let finding = RULE.finding(input.name.span, message);
            findings.add(finding.with_help("write `type: choice`, or remove `options`"));
        }
        for (position, option) in input.options.iter().enumerate() {
            if input.options[..position].iter().any(|earlier| earlier.value == option.value) {
                let message = format!("the option `{}` is there already", option.value);
                findings.add(RULE.finding(option.span, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn options_are_different_and_of_a_choice() {
        let text = "on:
  workflow_dispatch:
    inputs:
      a: { type: choice, options: [x, y, x] }
      b: { type: string, options: [x] }
jobs: { a: { runs-on: x, steps: [{ run: x }] } }
";
        assert_eq!(
            findings(text),
            "4:42 gh/dispatch-options the option `x` is there already\n\
             5:7 gh/dispatch-options `b` is a string, so its `options` say nothing"
        );
    }
}
