//! An input of a called workflow that is required and has a default.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/default-never-used",
    severity: Severity::Error,
    summary: "an input of a called workflow is required, so its default is never used",
};

/// Looks at the inputs of `workflow_call`.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for input in on.workflow_call().into_iter().flat_map(|call| call.inputs.values()) {
        if let Some(default) = input.default.as_ref().filter(|_| input.required) {
            let name = &input.name.value;
            let message = format!("`{name}` is required, so this default is never used");
            findings.add(RULE.finding(default.span, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn required_or_default() {
        let text = "on:
  workflow_call:
    inputs:
      a: { type: string, required: true, default: b }
      c: { type: string, default: d }
jobs: { a: { runs-on: x, steps: [{ run: x }] } }
";
        assert_eq!(
            findings(text),
            "4:51 gh/default-never-used `a` is required, so this default is never used"
        );
    }
}
