//! A token that may write, left by a checkout where every later step finds it, for nothing.
//!
//! Source: the README of actions/checkout (`persist-credentials`, since version 6 outside of the
//! workspace), and GitHub Docs, "Workflow syntax for GitHub Actions", `permissions`: without them
//! the repository's setting decides, which may be to write everything.

use windlass_diagnostics::{Fix, Severity, Span};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{PermissionGrant, PermissionLevel, Permissions, StepKind};

use crate::findings::Findings;
use crate::layout::indentation;
use crate::outline::{ActionUse, JobOutline, Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::Command;

pub(crate) const RULE: Rule = Rule {
    code: "gh/persisted-credentials",
    severity: Severity::Note,
    summary: "a checkout leaves a token that may write to all later steps",
};

/// What git needs the token for.
const TALKS: [&str; 8] =
    ["clone", "fetch", "lfs", "ls-remote", "pull", "push", "remote", "submodule"];

/// Actions that push with what the checkout left.
const PUSHING: [&str; 8] = [
    "ad-m/github-push-action",
    "changesets/action",
    "cycjimmy/semantic-release-action",
    "EndBug/add-and-commit",
    "JamesIves/github-pages-deploy-action",
    "peter-evans/create-pull-request",
    "python-semantic-release/python-semantic-release",
    "stefanzweifel/git-auto-commit-action",
];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        if !outline.permissions_of(job).is_none_or(may_write) || job.steps.iter().any(may_use) {
            continue;
        }
        for checkout in checkouts(job) {
            let message = "the token stays in `.git/config`, where every later step finds it";
            let help = "add `persist-credentials: false` where no step pushes or fetches";
            let mut finding = RULE.finding(checkout.span, message).with_help(help);
            finding.fix = fix(checkout, outline.text);
            findings.add(finding);
        }
    }
}

/// The checkouts that say nothing of it.
fn checkouts<'file>(job: &JobOutline<'file>) -> impl Iterator<Item = ActionUse<'file>> {
    let used = job.steps.iter().filter_map(|step| step.action);
    used.filter(|action| {
        let says_nothing = action.input("persist-credentials").is_none();
        action.is("actions/checkout") && says_nothing && stays_in_workspace(*action)
    })
}

/// Whether a checkout leaves the token below the workspace.
pub(super) fn stays_in_workspace(checkout: ActionUse<'_>) -> bool {
    let keeps = checkout.literal("persist-credentials").as_deref() != Some("false");
    keeps && checkout.major().is_none_or(|major| major < 6)
}

/// Whether code may be changed, or what others take from here.
fn may_write(permissions: &Permissions) -> bool {
    match &permissions.grant {
        PermissionGrant::All(level) => *level == PermissionLevel::Write,
        // Signing in elsewhere and results of scans change nothing here.
        PermissionGrant::Scopes(scopes) => scopes.iter().any(|(scope, level)| {
            let is_of_others = ["id-token", "security-events"].contains(&scope.as_str());
            *level == PermissionLevel::Write && !is_of_others
        }),
    }
}

/// Whether a step may need the token: it talks to the server, or may call what does.
fn may_use(step: &StepOutline<'_>) -> bool {
    // What makes a release pushes its tag.
    let releases = |command: &Command| command.words.iter().any(|it| it.raw.contains("release"));
    let talks = step
        .commands()
        .iter()
        .any(|command| TALKS.iter().any(|word| command.is(&["git", word])) || releases(command));
    // A script of another shell is not taken apart.
    let unread = matches!(step.step.kind, StepKind::Run { .. }) && step.script.is_none();
    talks || unread || step.action.is_some_and(|action| action.is_any(&PUSHING))
}

/// `persist-credentials: false` for a checkout.
pub(super) fn fix(checkout: ActionUse<'_>, text: &str) -> Option<Fix> {
    const ENTRY: &str = "persist-credentials: false";
    let title = "do not leave the token behind";
    if let Some(with) = checkout.with {
        let first = with.as_mapping().and_then(|pairs| pairs.first()).map(|(key, _)| key)?;
        let has_it = |(key, _): &(Template, Template)| key.as_str() == Some("persist-credentials");
        let indent = indentation(text, first.span.start.offset as usize)?;
        if with.as_mapping()?.iter().any(has_it) {
            return None;
        }
        let entry = format!("{ENTRY}\n{}", " ".repeat(indent));
        return Some(Fix::suggested(title, Span::at(first.span.source, first.span.start), entry));
    }
    let (start, end) = (checkout.span.start.offset as usize, checkout.span.end.offset as usize);
    let key = text.get(..start)?.rfind("uses")?;
    let indent = " ".repeat(indentation(text, key)?);
    let line = end + text.get(end..)?.find('\n')?;
    let at = Span::at(checkout.span.source, checkout.span.end.advanced(text, line));
    Some(Fix::suggested(title, at, format!("\n{indent}with:\n{indent}  {ENTRY}")))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{mended, of_rule};

    const CODE: &str = "gh/persisted-credentials";

    fn text(permissions: &str, checkout: &str, command: &str) -> String {
        format!(
            "on: push\npermissions: {permissions}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@{checkout}\n      - run: {command}\n"
        )
    }

    #[test]
    fn a_token_that_may_write_and_is_not_used() {
        let found = text("{ packages: write }", "v4", "docker push x");
        let message = "the token stays in `.git/config`, where every later step finds it";
        assert_eq!(of_rule(CODE, &found), format!("7:15 {CODE} {message}"));
        assert_eq!(of_rule(CODE, &mended(CODE, &found)), "");
        let undeclared = found.replace("permissions: { packages: write }\n", "");
        assert!(of_rule(CODE, &undeclared).contains(CODE));
        for (permissions, checkout, command) in [
            ("{ contents: read, id-token: write }", "v4", "make"),
            ("write-all", "v6", "make"),
            ("write-all", "v4", "git push origin main"),
            ("write-all", "v4", "npx semantic-release"),
            ("write-all", "v4\n        with: { persist-credentials: true }", "make"),
        ] {
            assert_eq!(of_rule(CODE, &text(permissions, checkout, command)), "", "{command}");
        }
    }
}
