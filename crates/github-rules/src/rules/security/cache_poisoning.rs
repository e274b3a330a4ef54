//! A cache where something is published: what was put into the cache elsewhere is published too.
//!
//! Source: GitHub Docs, "Dependency caching reference", "Restrictions for accessing a cache": runs
//! of the default branch and of tags read what other workflows of the default branch have stored.

use windlass_diagnostics::Severity;

use crate::findings::Findings;
use crate::outline::{ActionUse, JobOutline, Outline, StepOutline};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/cache-poisoning",
    severity: Severity::Note,
    summary: "a job that publishes a release starts from a cache that other workflows fill",
};

/// Actions that are caches.
const CACHES: [&str; 4] = [
    "actions/cache",
    "actions/cache/restore",
    "Swatinem/rust-cache",
    "mozilla-actions/sccache-action",
];

/// Actions with a cache that an input turns on.
const WITH_CACHE: [(&str, &str); 7] = [
    ("actions/setup-dotnet", "cache"),
    ("actions/setup-go", "cache"),
    ("actions/setup-java", "cache"),
    ("actions/setup-node", "cache"),
    ("actions/setup-python", "cache"),
    ("docker/build-push-action", "cache-from"),
    ("ruby/setup-ruby", "bundler-cache"),
];

/// Actions that publish.
const PUBLISHERS: [&str; 7] = [
    "actions/create-release",
    "goreleaser/goreleaser-action",
    "JS-DevTools/npm-publish",
    "ncipollo/release-action",
    "pypa/gh-action-pypi-publish",
    "rubygems/release-gem",
    "softprops/action-gh-release",
];

/// Commands that publish.
const COMMANDS: [&[&str]; 8] = [
    &["cargo", "publish"],
    &["gem", "push"],
    &["gh", "release", "create"],
    &["gh", "release", "upload"],
    &["npm", "publish"],
    &["pnpm", "publish"],
    &["twine", "upload"],
    &["yarn", "publish"],
];

/// Looks at workflows that a release or a tag starts.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let on = &outline.workflow.on;
    let by_tag =
        on.webhook("push").is_some_and(|push| push.tags.is_some() && push.branches.is_none());
    if !on.contains("release") && !by_tag {
        return;
    }
    for job in &outline.jobs {
        if !publishes(job) {
            continue;
        }
        for action in job.steps.iter().filter_map(|step| step.action) {
            if caches(action) {
                let message = "what is published starts from a cache that other workflows fill";
                findings.add(
                    RULE.finding(action.span, message)
                        .with_help("build what is published without a cache"),
                );
            }
        }
    }
}

fn caches(action: ActionUse<'_>) -> bool {
    let is_on = |input: &str| {
        action
            .input(input)
            .is_some_and(|value| !matches!(value.literal_text().as_deref(), Some("" | "false")))
    };
    action.is_any(&CACHES) || WITH_CACHE.iter().any(|(name, input)| action.is(name) && is_on(input))
}

fn publishes(job: &JobOutline<'_>) -> bool {
    let does = |step: &StepOutline<'_>| {
        step.pushes_an_image()
            || step.action.is_some_and(|action| action.is_any(&PUBLISHERS))
            || step.commands().iter().any(|command| COMMANDS.iter().any(|words| command.is(words)))
    };
    job.steps.iter().any(does)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    #[test]
    fn a_cache_before_something_is_published() {
        let of = |event: &str, last: &str| {
            of_rule(
                "gh/cache-poisoning",
                &format!(
                    "on: {event}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/setup-node@v4\n        with: {{ cache: npm }}\n      - uses: actions/setup-go@v5\n        with: {{ cache: false }}\n      - run: {last}\n"
                ),
            )
        };
        assert_eq!(
            of("release", "npm publish"),
            "6:15 gh/cache-poisoning what is published starts from a cache that other workflows fill"
        );
        assert!(of("{ push: { tags: ['v*'] } }", "npm publish").starts_with("6:15"));
        assert_eq!(of("release", "npm test"), "");
        assert_eq!(of("push", "npm publish"), "");
    }
}
