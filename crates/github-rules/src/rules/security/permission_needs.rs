//! What the token of a job has to be allowed, from the actions and commands that it uses.
//!
//! Sources: GitHub Docs, "Use GITHUB_TOKEN for authentication in workflows" and "OpenID Connect",
//! and the README of each action.

use std::collections::BTreeMap;

use windlass_diagnostics::Span;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::PermissionLevel::{self, Read, Write};

use crate::outline::{ActionUse, JobOutline, StepOutline};

/// A permission and why it is needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) level: PermissionLevel,
    /// The action or command.
    pub(super) span: Span,
    /// Whether it fails without, whatever the repository.
    pub(super) is_certain: bool,
}

/// By scope.
pub(super) type Needs = BTreeMap<&'static str, Need>;

type Scopes = &'static [(&'static str, PermissionLevel)];

/// Actions and what they need.
const ACTIONS: &[(&str, Scopes)] = &[
    ("actions/ai-inference", &[("models", Read)]),
    ("actions/attest", &[("attestations", Write), ("id-token", Write)]),
    ("actions/attest-build-provenance", &[("attestations", Write), ("id-token", Write)]),
    ("actions/attest-sbom", &[("attestations", Write), ("id-token", Write)]),
    ("actions/configure-pages", &[("pages", Read)]),
    ("actions/create-release", &[("contents", Write)]),
    ("actions/deploy-pages", &[("pages", Write), ("id-token", Write)]),
    ("actions/first-interaction", &[("issues", Write), ("pull-requests", Write)]),
    ("actions/labeler", &[("contents", Read), ("pull-requests", Write)]),
    ("actions/stale", &[("issues", Write), ("pull-requests", Write)]),
    ("actions/upload-release-asset", &[("contents", Write)]),
    ("github/codeql-action/analyze", &[("security-events", Write)]),
    ("github/codeql-action/upload-sarif", &[("security-events", Write)]),
    ("googleapis/release-please-action", &[("contents", Write), ("pull-requests", Write)]),
    ("JamesIves/github-pages-deploy-action", &[("contents", Write)]),
    ("ncipollo/release-action", &[("contents", Write)]),
    ("ossf/scorecard-action", &[("id-token", Write)]),
    ("peaceiris/actions-gh-pages", &[("contents", Write)]),
    ("peter-evans/create-pull-request", &[("contents", Write), ("pull-requests", Write)]),
    ("softprops/action-gh-release", &[("contents", Write)]),
    ("stefanzweifel/git-auto-commit-action", &[("contents", Write)]),
];

/// Commands and what they need.
const COMMANDS: &[(&[&str], Scopes)] = &[
    (&["gh", "issue"], &[("issues", Write)]),
    (&["gh", "pr", "checkout"], &[("contents", Read)]),
    (&["gh", "pr"], &[("pull-requests", Write)]),
    (&["gh", "release"], &[("contents", Write)]),
    (&["gh", "workflow", "run"], &[("actions", Write)]),
    (&["git", "push"], &[("contents", Write)]),
];

/// Actions that sign in to a cloud by OpenID Connect when this input is given and that one is not.
const OPENID: [(&str, &str, &str); 4] = [
    ("aws-actions/configure-aws-credentials", "role-to-assume", "aws-access-key-id"),
    ("azure/login", "client-id", "creds"),
    ("google-github-actions/auth", "workload_identity_provider", "credentials_json"),
    ("hashicorp/vault-action", "jwtGithubAudience", "token"),
];

/// What the job needs, as far as it can be seen.
pub(super) fn of(job: &JobOutline<'_>) -> Needs {
    let mut needs = Needs::new();
    for step in &job.steps {
        if let Some(action) = step.action {
            by_action(action, job, &mut needs);
        }
        by_commands(step, &mut needs);
    }
    needs
}

fn by_action(action: ActionUse<'_>, job: &JobOutline<'_>, needs: &mut Needs) {
    let mut add = |scope, level, is_certain| {
        add(needs, scope, Need { level, span: action.span, is_certain });
    };
    // A public repository is checked out without.
    if action.is("actions/checkout") && !has_token_of_its_own(action) {
        add("contents", Read, false);
    }
    if let Some((_, scopes)) = ACTIONS.iter().find(|(name, _)| action.is(name)) {
        let is_certain = !has_token_of_its_own(action);
        scopes.iter().for_each(|(scope, level)| add(scope, *level, is_certain));
    }
    let openid = OPENID.iter().any(|(name, with, without)| {
        action.is(name) && action.input(with).is_some() && action.input(without).is_none()
    });
    let trusted = action.is("pypa/gh-action-pypi-publish") && action.input("password").is_none();
    if openid || trusted {
        add("id-token", Write, true);
    }
    let own_registry = action.literal("registry").is_some_and(|host| host.contains("ghcr.io"));
    if action.is("docker/login-action") && own_registry {
        let pushes = job.steps.iter().any(StepOutline::pushes_an_image);
        add("packages", if pushes { Write } else { Read }, true);
    }
}

/// Whether the action is given another token than that of the job.
fn has_token_of_its_own(action: ActionUse<'_>) -> bool {
    let given =
        ["token", "github-token", "github_token", "repo-token", "personal_token", "deploy_key"]
            .into_iter()
            .find_map(|name| action.input(name));
    let is_of_job = |source: &str| {
        let source = source.to_ascii_lowercase();
        source.contains("secrets.github_token") || source.contains("github.token")
    };
    given.and_then(Template::as_expression).is_some_and(|given| !is_of_job(given.source()))
}

fn by_commands(step: &StepOutline<'_>, needs: &mut Needs) {
    for command in step.commands() {
        let known = COMMANDS.iter().find(|(words, _)| command.is(words));
        for (scope, level) in known.into_iter().flat_map(|(_, scopes)| *scopes) {
            add(needs, scope, Need { level: *level, span: step.step.span, is_certain: false });
        }
    }
}

fn add(needs: &mut Needs, scope: &'static str, need: Need) {
    let known = needs.entry(scope).or_insert(need);
    if known.level < need.level {
        *known = need;
    }
}

/// The entries of `permissions`, such as `contents: read`. Where nothing is known to be needed it
/// is that, since actions that are not known may read the code.
pub(super) fn entries(needs: &Needs) -> Vec<String> {
    if needs.is_empty() {
        return vec!["contents: read".to_owned()];
    }
    needs.iter().map(|(scope, need)| format!("{scope}: {}", need.level.as_str())).collect()
}
