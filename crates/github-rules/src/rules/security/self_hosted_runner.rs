//! Pull requests on one's own machines: in a public repository anybody's code runs there.
//!
//! Source: GitHub Docs, "Secure use reference", "Hardening for self-hosted runners".

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/self-hosted-runner",
    severity: Severity::Note,
    summary: "pull requests run on self-hosted runners",
};

/// Looks at a workflow that pull requests start.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let events = &outline.workflow.on.events;
    let requested =
        ["pull_request", "pull_request_target"].iter().find_map(|name| events.get(*name));
    let Some(event) = requested else { return };
    for job in &outline.jobs {
        let Some(label) = self_hosted(&job.body.runs_on) else { continue };
        let message = "in a public repository anybody's pull request runs on your machine";
        let finding = RULE
            .finding(label.span, message)
            .with_secondary(event.name.span, "pull requests start this workflow")
            .with_help(
                "use hosted runners for pull requests, or runners that are thrown away after each \
                 job, and ask for approval of outsiders' pull requests",
            );
        findings.add(finding);
    }
}

/// The label that stands for runners of one's own.
fn self_hosted(runs_on: &Template) -> Option<&Template> {
    let labels = runs_on.get("labels").unwrap_or(runs_on);
    let is_it = |label: &&Template| {
        label.as_str().is_some_and(|label| label.eq_ignore_ascii_case("self-hosted"))
    };
    match labels.as_sequence() {
        Some(labels) => labels.iter().find(is_it),
        None => Some(labels).filter(is_it),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    #[test]
    fn labels_in_all_forms() {
        let of = |event: &str, label: &str| {
            of_rule(
                "gh/self-hosted-runner",
                &format!(
                    "on: {event}\njobs:\n  a:\n    runs-on: {label}\n    steps: [{{ run: x }}]\n"
                ),
            )
        };
        for label in ["self-hosted", "[linux, self-hosted]", "{ labels: self-hosted }"] {
            assert!(of("pull_request", label).starts_with("4:"), "{label}");
            assert_eq!(of("push", label), "");
        }
        assert_eq!(of("pull_request", "ubuntu-latest"), "");
    }
}
