//! `ACTIONS_ALLOW_UNSECURE_COMMANDS`, which brings back commands that were removed because any
//! output could give them.
//!
//! Source: GitHub Changelog, "GitHub Actions: Deprecating set-env and add-path commands", and
//! advisory GHSA-mfwh-5m23-j46w.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/insecure-commands",
    severity: Severity::Warning,
    summary: "commands are allowed again that any output can give",
};

const SWITCH: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

/// Looks at the variables of a workflow, its jobs and their steps.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for env in outline.environments() {
        for (key, value) in env.as_mapping().into_iter().flatten() {
            if key.as_str() == Some(SWITCH) && is_on(value) {
                let message = "this lets all that is printed set variables and the search path";
                let help = "write to the files that `GITHUB_ENV` and `GITHUB_PATH` name";
                findings.add(RULE.finding(key.span, message).with_help(help));
            }
        }
    }
}

fn is_on(value: &Template) -> bool {
    value.literal_text().is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    #[test]
    fn of_the_workflow_a_job_and_a_step() {
        let text = |value: &str| {
            let env = format!("env: {{ ACTIONS_ALLOW_UNSECURE_COMMANDS: {value} }}");
            format!(
                "on: push\n{env}\njobs:\n  a:\n    runs-on: x\n    {env}\n    steps:\n      - run: make\n        {env}\n"
            )
        };
        let found = of_rule("gh/insecure-commands", &text("true"));
        assert_eq!(found.lines().count(), 3, "{found}");
        assert!(found.starts_with("2:8 "), "{found}");
        assert_eq!(of_rule("gh/insecure-commands", &text("'TRUE'")).lines().count(), 3);
        assert_eq!(of_rule("gh/insecure-commands", &text("false")), "");
    }
}
