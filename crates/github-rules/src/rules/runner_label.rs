//! Labels that no runner of GitHub has, or none together.
//!
//! Source: GitHub Docs, "Choosing the runner for a job" and "GitHub-hosted runners reference", and
//! the announcements in the repository `actions/runner-images`. Only a warning: somebody's own
//! runners may have such a label.

use windlass_diagnostics::Severity;
use windlass_github_syntax::reader::suggestion::nearest;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/runner-label",
    severity: Severity::Warning,
    summary: "a job asks for a runner that GitHub does not have",
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

/// What GitHub has, larger runners and those of an organisation left out.
const HOSTED: [&str; 19] = [
    "ubuntu-latest",
    "ubuntu-slim",
    "ubuntu-26.04",
    "ubuntu-24.04",
    "ubuntu-22.04",
    "ubuntu-24.04-arm",
    "ubuntu-22.04-arm",
    "windows-latest",
    "windows-2025",
    "windows-2025-vs2026",
    "windows-2022",
    "windows-11-arm",
    "macos-latest",
    "macos-26",
    "macos-26-intel",
    "macos-15",
    "macos-15-intel",
    "macos-14",
    "macos-latest-large",
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
        look(label, findings);
    }
    let hosted: Vec<(&str, &Template)> =
        labels.iter().filter_map(|label| Some((system(label.as_str()?)?, label))).collect();
    // The values of a matrix are for one job each.
    if let [(first, _), others @ ..] = hosted.as_slice()
        && runs_on.as_expression().is_none()
        && let Some((_, label)) = others.iter().find(|(system, _)| system != first)
    {
        let message = "no runner has this label and those before it: the job would wait";
        let help = "for a job on each, list them in a matrix: `runs-on: ${{ matrix.os }}`";
        findings.add(RULE.finding(label.span, message).with_help(help));
    }
}

/// The system of one of GitHub's runners.
fn system(label: &str) -> Option<&'static str> {
    let known = HOSTED.iter().find(|known| known.eq_ignore_ascii_case(label))?;
    known.split('-').next()
}

fn look(label: &Template, findings: &mut Findings<'_>) {
    let text = label.as_str().unwrap_or_default();
    if let Some((_, instead)) = REMOVED.iter().find(|(it, _)| it.eq_ignore_ascii_case(text)) {
        let message = format!("GitHub has removed its runners `{text}`: the job would wait");
        let help = format!("use `{instead}` or a newer version");
        findings.add(RULE.finding(label.span, message).with_help(help));
    } else if looks_hosted(text)
        && system(text).is_none()
        && let Some(instead) = nearest(text, HOSTED.into_iter())
    {
        let message =
            format!("GitHub has no runners `{text}`: without some of yours, the job waits");
        let help = format!("did you mean `{instead}`?");
        findings.add(RULE.finding(label.span, message).with_help(help));
    }
}

/// Whether it is the name of a system and one word more. Larger runners, which an organisation
/// names itself, tend to have more.
fn looks_hosted(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    matches!(parts.as_slice(), ["ubuntu" | "linux" | "windows" | "macos", _])
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
    #[test]
    fn unknown_labels_and_some_that_no_runner_has_together() {
        let job = |runs_on: &str| {
            findings(&format!(
                "on: push\njobs:\n  a: {{ runs-on: {runs_on}, steps: [{{ run: x }}] }}\n"
            ))
        };
        assert_eq!(
            job("ubuntu-oldest"),
            "3:17 gh/runner-label GitHub has no runners `ubuntu-oldest`: without some of yours, the job waits"
        );
        assert!(job("macos-10").contains("gh/runner-label"));
        assert_eq!(
            job("[ubuntu-latest, windows-latest]"),
            "3:33 gh/runner-label no runner has this label and those before it: the job would wait"
        );
        for right in ["Ubuntu-Latest", "ubuntu-22.04-8-cores", "gpu", "[self-hosted, linux-gpu]"] {
            assert_eq!(job(right), "");
        }
    }
}
