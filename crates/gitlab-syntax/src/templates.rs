//! The templates of GitLab that ship with Windlass, in its own words: those for workflows, which
//! stand here, and those for scans, which [`scans`] has in a table.
//!
//! Templates that are made to be copied into a project and changed there (`Bash`, `Getting-Started`,
//! `Pages/HTML`, …) and those that deploy to a cluster (Auto DevOps) are not among them: the
//! documentation does not say what their jobs are.
//!
//! Source: "Use CI/CD configuration from other files", section `include:template`, and "GitLab
//! CI/CD `workflow` keyword", section "`workflow:rules` templates".

mod scans;

use std::borrow::Cow;

/// The text of a template, e.g. `Workflows/Branch-Pipelines.gitlab-ci.yml`.
#[must_use]
pub fn text(name: &str) -> Option<Cow<'static, str>> {
    let workflow = WORKFLOWS.iter().find(|(known, _)| *known == name);
    workflow.map(|(_, text)| Cow::Borrowed(*text)).or_else(|| scans::text(name).map(Cow::Owned))
}

/// The names of all of them, as people write them.
pub fn names() -> impl Iterator<Item = &'static str> {
    WORKFLOWS.iter().map(|(name, _)| *name).chain(scans::names())
}

const WORKFLOWS: [(&str, &str); 2] = [
    (
        "Workflows/Branch-Pipelines.gitlab-ci.yml",
        "\
# Pipelines for branches and tags, none for merge requests.
workflow:
  rules:
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH
",
    ),
    (
        "Workflows/MergeRequest-Pipelines.gitlab-ci.yml",
        "\
# Pipelines for merge requests, tags and the default branch.
workflow:
  rules:
    - if: $CI_MERGE_REQUEST_IID
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
",
    ),
];
