//! The templates of GitLab that ship with Windlass, in its own words.
//!
//! Source: "Use CI/CD configuration from other files", section `include:template`, and "GitLab
//! CI/CD `workflow` keyword", section "`workflow:rules` templates".

/// The text of a template, e.g. `Workflows/Branch-Pipelines.gitlab-ci.yml`.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of all of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

const TEMPLATES: [(&str, &str); 2] = [
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
