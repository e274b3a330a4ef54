//! More inputs of `workflow_dispatch` than GitHub accepts.
//!
//! Source: GitHub Docs, "Events that trigger workflows", `workflow_dispatch`: at most 25.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::Triggers;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/dispatch-inputs",
    severity: Severity::Error,
    summary: "`workflow_dispatch` has more than 25 inputs",
};

const MOST: usize = 25;

/// Counts the inputs.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    let (Some(dispatch), Some(event)) =
        (on.workflow_dispatch(), on.events.get("workflow_dispatch"))
    else {
        return;
    };
    let count = dispatch.inputs.len();
    if count > MOST {
        let message = format!("there are {count} inputs, but GitHub accepts {MOST} at most");
        findings.add(RULE.finding(event.name.span, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn counts() {
        let with = |count: usize| {
            let inputs: String = (0..count).map(|at| format!("      i{at}: {{}}\n")).collect();
            findings(&format!(
                "on:\n  workflow_dispatch:\n    inputs:\n{inputs}jobs: {{ a: {{ runs-on: x, \
                 steps: [{{ run: x }}] }} }}\n"
            ))
        };
        assert_eq!(with(25), "");
        assert!(with(26).starts_with("2:3 gh/dispatch-inputs there are 26 inputs"));
    }
}
