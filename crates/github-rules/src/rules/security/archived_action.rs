//! An action whose repository is archived: what is found in it is mended by nobody.
//!
//! Source: the repositories of the actions, which GitHub shows as archived by their owner, and what
//! their READMEs name in their place.

use windlass_diagnostics::Severity;

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/archived-action",
    severity: Severity::Warning,
    summary: "nobody maintains an action any more",
};

/// Archived actions, and what does their work now.
const ARCHIVED: [(&str, &str); 22] = [
    ("8398a7/action-slack", "`slackapi/slack-github-action`"),
    ("actions-rs/audit-check", "`rustsec/audit-check`"),
    ("actions-rs/cargo", "a script that calls `cargo`"),
    ("actions-rs/clippy-check", "a script that calls `cargo clippy`"),
    ("actions-rs/grcov", "a script that calls `grcov`"),
    ("actions-rs/install", "`taiki-e/install-action`"),
    ("actions-rs/tarpaulin", "a script that calls `cargo tarpaulin`"),
    ("actions-rs/toolchain", "`dtolnay/rust-toolchain`, or a script that calls `rustup`"),
    ("actions/create-release", "a script that calls `gh release create`"),
    ("actions/setup-elixir", "`erlef/setup-beam`"),
    ("actions/setup-haskell", "`haskell-actions/setup`"),
    ("actions/setup-ruby", "`ruby/setup-ruby`"),
    ("actions/upload-release-asset", "a script that calls `gh release upload`"),
    ("crazy-max/ghaction-docker-buildx", "`docker/setup-buildx-action`"),
    ("facebook/pysa-action", "a script that calls `pysa`"),
    ("gradle/gradle-build-action", "`gradle/actions/setup-gradle`"),
    ("gradle/wrapper-validation-action", "`gradle/actions/wrapper-validation`"),
    ("haskell/actions/setup", "`haskell-actions/setup`"),
    ("marvinpinto/action-automatic-releases", "a script that calls `gh release create`"),
    ("repo-sync/pull-request", "a script that calls `gh pr create`"),
    ("SonarSource/sonarcloud-github-action", "`SonarSource/sonarqube-scan-action`"),
    ("whelk-io/maven-settings-xml-action", "`actions/setup-java`"),
];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for action in outline.actions() {
        if let Some((name, instead)) = ARCHIVED.iter().find(|(name, _)| action.is(name)) {
            let message = format!("`{name}` is archived: nobody mends what is found in it");
            findings.add(RULE.finding(action.span, message).with_help(format!("use {instead}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn by_name_at_any_version() {
        let pinned = "uses: Actions-RS/toolchain@16499b5e05bf2e26879000db0c1d13f7e13fa3af";
        let message = "`actions-rs/toolchain` is archived: nobody mends what is found in it";
        assert_eq!(of_step(pinned), format!("6:15 gh/archived-action {message}"));
        assert!(!of_step("uses: gradle/actions/setup-gradle@v4").contains("archived"));
    }
}
