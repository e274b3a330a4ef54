//! Labels of GitHub's runners that GitHub has removed.
//!
//! Source: GitHub Docs, "Choosing the runner for a job", and the announcements in the repository
//! `actions/runner-images`. Only a warning: somebody's own runners may have such a label.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/runner-label",
    severity: Severity::Warning,
    summary: "a job asks for a runner that GitHub has removed",
};

/// What GitHub has removed, and what to take instead.
const REMOVED: [(&str, &str); 12] = [
    ("ubuntu-16.04", "ubuntu-latest"),
    ("ubuntu-18.04", "ubuntu-latest"),
    ("ubuntu-20.04", "ubuntu-latest"),
    ("macos-10.15", "macos-latest"),
    ("macos-11", "macos-latest"),
    ("macos-11.0", "macos-latest"),
    ("macos-12", "macos-latest"),
    ("macos-12-large", "macos-latest-large"),
    ("macos-12-xl", "macos-latest-large"),
    ("macos-13", "macos-latest"),
    ("windows-2016", "windows-latest"),
    ("windows-2019", "windows-latest"),
];

/// Looks at `runs-on`, and at the values of the matrix where it is `matrix.<name>`.
pub(crate) fn check(runs_on: &Template, matrix: Option<&Template>, findings: &mut Findings<'_>) {
    let mut labels = runs_on.get("labels").unwrap_or(runs_on);
    if let Some(expression) = labels.as_expression() {
        let name = expression.source().trim().strip_prefix("matrix.");
        let Some(values) = name.and_then(|name| matrix?.get(name)) else { return };
        labels = values;
    }
    let labels = labels.as_sequence().unwrap_or(std::slice::from_ref(labels));
    // A job of one's own runners says so beside the label.
    if labels.iter().any(|label| label.as_str() == Some("self-hosted")) {
        return;
    }
    for label in labels {
        let text = label.as_str().unwrap_or_default();
        let removed = REMOVED.iter().find(|(removed, _)| removed.eq_ignore_ascii_case(text));
        if let Some((_, instead)) = removed {
            let message = format!("GitHub has removed its runners `{text}`: the job would wait");
            let finding = RULE.finding(label.span, message);
            findings.add(finding.with_help(format!("use `{instead}` or a newer version")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn removed_runners_written_down_or_in_the_matrix() {
        let text = "on: push
jobs:
  a: { runs-on: macos-12, steps: [{ run: x }] }
  b: { runs-on: [self-hosted, macos-12], steps: [{ run: x }] }
  c:
    strategy: { matrix: { os: [ubuntu-latest, Windows-2016] } }
    runs-on: ${{ matrix.os }}
    steps: [{ run: x }]
";
        assert_eq!(
            findings(text),
            "3:17 gh/runner-label GitHub has removed its runners `macos-12`: the job would wait\n\
             6:47 gh/runner-label GitHub has removed its runners `Windows-2016`: the job would wait"
        );
    }
}
