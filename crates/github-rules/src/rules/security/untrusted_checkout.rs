//! The code of a pull request, checked out where the workflow has the repository's secrets.
//!
//! Source: GitHub Docs, "Secure use reference", "Mitigating the risks of untrusted code checkout".

use windlass_diagnostics::{Severity, Span};

use crate::findings::Findings;
use crate::outline::{JobOutline, Outline, StepOutline};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/untrusted-checkout",
    severity: Severity::Warning,
    summary: "a workflow with secrets checks out the code of a pull request",
};

/// Events that anybody can cause and that run with the secrets of the repository.
pub(crate) const PRIVILEGED: [&str; 3] = ["pull_request_target", "workflow_run", "issue_comment"];

/// Parts of expressions that name the head of a pull request.
const HEADS: [&str; 8] = [
    "github.event.pull_request.head.",
    "github.event.pull_request.merge_commit_sha",
    "github.event.workflow_run.head_",
    "github.event.workflow_run.pull_requests",
    "github.head_ref",
    "refs/pull/",
    "pull/${{",
    "outputs.head_",
];

/// Conditions that keep the code of others out.
const GUARDS: [&str; 4] =
    ["head.repo.full_name", "head.repo.fork", "head_repository.full_name", "workflow_run.event =="];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let on = &outline.workflow.on;
    let Some(event) = PRIVILEGED.iter().find_map(|event| on.events.get(*event)) else { return };
    for (job, step) in outline.steps() {
        let Some(span) = head(step, outline) else { continue };
        if is_guarded(job, step) {
            continue;
        }
        let message = format!(
            "the code of a pull request is checked out, and `{}` runs with the repository's secrets",
            event.name.value
        );
        let finding = RULE
            .finding(span, message)
            .with_secondary(event.name.span, "anybody can cause this event")
            .with_help(
                "run what needs the code on `pull_request`, and what needs secrets in a workflow \
                 that does not run that code",
            );
        findings.add(finding);
    }
}

/// Where the step names the head of a pull request to check it out.
fn head(step: &StepOutline<'_>, outline: &Outline<'_>) -> Option<Span> {
    let names_a_head = |text: &str| HEADS.iter().any(|head| text.contains(head));
    if step.uses("actions/checkout") {
        let inputs = ["ref", "repository"].into_iter().filter_map(|name| step.input(name));
        let mut heads = inputs.filter(|input| names_a_head(outline.source(input)));
        return heads.next().map(|input| input.span);
    }
    let script = step.script.as_ref()?;
    let command = script.commands.iter().find(|command| {
        let takes = command.is(&["git", "fetch"])
            || command.is(&["git", "checkout"])
            || command.is(&["git", "pull"]);
        command.is(&["gh", "pr", "checkout"])
            || takes && command.words.iter().any(|word| names_a_head(&word.raw))
    })?;
    Some(script.span(outline.text, command.words.first()?))
}

fn is_guarded(job: &JobOutline<'_>, step: &StepOutline<'_>) -> bool {
    let written = [&job.job.condition.written, &step.step.condition.written];
    let guards = |written: &String| GUARDS.iter().any(|guard| written.contains(guard));
    written.into_iter().flatten().any(guards)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{detailed, of_rule};

    const CODE: &str = "gh/untrusted-checkout";

    fn text(event: &str, condition: &str, step: &str) -> String {
        format!(
            "on: {event}\njobs:\n  a:\n    if: {condition}\n    runs-on: x\n    steps:\n      - {step}\n"
        )
    }

    const HEAD: &str = "uses: actions/checkout@v4
        with: { ref: '${{ github.event.pull_request.head.sha }}' }";

    #[test]
    fn the_head_with_secrets() {
        insta::assert_snapshot!(detailed(CODE, &text("pull_request_target", "always()", HEAD)), @r"
        warning 8:22 gh/untrusted-checkout the code of a pull request is checked out, and `pull_request_target` runs with the repository's secrets
          1: anybody can cause this event
        ");
        let comment = |step: &str| of_rule(CODE, &text("issue_comment", "always()", step));
        assert!(comment("run: gh pr checkout 1").contains(CODE));
        assert!(
            comment("run: git fetch origin pull/${{ github.event.issue.number }}/head")
                .contains(CODE)
        );
        assert_eq!(comment("run: git fetch origin main"), "");
        assert_eq!(comment("uses: actions/checkout@v4"), "");
    }

    #[test]
    fn without_secrets_or_with_a_guard_nothing_is_said() {
        assert_eq!(of_rule(CODE, &text("pull_request", "always()", HEAD)), "");
        let guard = "github.event.pull_request.head.repo.full_name == github.repository";
        assert_eq!(of_rule(CODE, &text("pull_request_target", guard, HEAD)), "");
    }
}
