//! A package index that takes identity tokens is given a password that lasts.
//!
//! Source: PyPI Docs, "Publishing with a Trusted Publisher", and the README of
//! pypa/gh-action-pypi-publish.

use windlass_diagnostics::Severity;

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/trusted-publishing",
    severity: Severity::Note,
    summary: "a package is published with a password where a token of the job would do",
};

/// The indexes that take identity tokens; none is named for the first.
const TRUSTING: [&str; 2] = ["https://upload.pypi.org/legacy", "https://test.pypi.org/legacy"];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for action in outline.actions() {
        let Some(password) = action.input("password") else { continue };
        let index = action.input("repository-url").or(action.input("repository_url"));
        let is_trusting = index.is_none_or(|index| {
            let address = index.literal_text().unwrap_or_default();
            TRUSTING.contains(&address.trim_end_matches('/'))
        });
        if action.is("pypa/gh-action-pypi-publish") && is_trusting {
            let message = "this password lasts until somebody takes it back";
            let help = "name the workflow as a trusted publisher of the project, give the job \
                        `id-token: write`, and leave the password out";
            findings.add(RULE.finding(password.span, message).with_help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    #[test]
    fn a_password_for_an_index_that_needs_none() {
        let found = |with: &str| {
            let uses = "pypa/gh-action-pypi-publish@release/v1";
            of_rule(
                "gh/trusted-publishing",
                &format!(
                    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: {uses}\n        with: {{ {with} }}\n"
                ),
            )
        };
        let password = "password: '${{ secrets.PYPI }}'";
        assert!(found(password).starts_with("7:27 "), "{}", found(password));
        assert!(
            !found(&format!("{password}, repository-url: https://test.pypi.org/legacy/"))
                .is_empty()
        );
        assert_eq!(found(&format!("{password}, repository-url: https://pypi.example.org")), "");
        assert_eq!(found("skip-existing: true"), "");
    }
}
