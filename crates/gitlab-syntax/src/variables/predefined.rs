//! The variables that GitLab sets itself, as far as they follow from facts about a commit, a
//! pipeline or a job.
//!
//! What only a running job knows (its id, its folder, its token) is added by whoever runs it; the
//! phases say from when on each is there.
//!
//! Source: "Predefined CI/CD variables reference".

use indexmap::IndexMap;

use crate::pipeline::{Environment, EnvironmentAction, ParallelInstance};
use crate::variables::{Variable, Variables};

/// Predefined variables that only a running job has: in `workflow`, `include` and `rules` they are
/// empty.
///
/// Source: "Predefined CI/CD variables reference", those available as "Job-only".
pub const JOB_ONLY: &[&str] = &[
    "CI_BUILDS_DIR",
    "CI_CONCURRENT_ID",
    "CI_CONCURRENT_PROJECT_ID",
    "CI_DEPLOY_PASSWORD",
    "CI_DEPLOY_USER",
    "CI_JOB_ID",
    "CI_JOB_STARTED_AT",
    "CI_JOB_STATUS",
    "CI_JOB_TIMEOUT",
    "CI_JOB_TOKEN",
    "CI_JOB_URL",
    "CI_PIPELINE_ID",
    "CI_PIPELINE_URL",
    "CI_PROJECT_DIR",
    "CI_REGISTRY_PASSWORD",
    "CI_REGISTRY_USER",
    "CI_REPOSITORY_URL",
    "CI_RUNNER_DESCRIPTION",
    "CI_RUNNER_EXECUTABLE_ARCH",
    "CI_RUNNER_ID",
    "CI_RUNNER_REVISION",
    "CI_RUNNER_SHORT_TOKEN",
    "CI_RUNNER_TAGS",
    "CI_RUNNER_VERSION",
    "CI_SERVER",
    "CI_TRIGGER_SHORT_TOKEN",
];

/// Facts about the commit, the project and the way the pipeline was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelineFacts {
    /// The branch, for a pipeline of a branch.
    pub branch: Option<String>,
    /// The tag, for a pipeline of a tag.
    pub tag: Option<String>,
    /// Full hash of the commit.
    pub sha: String,
    /// The commit the branch had before; zeros if not said.
    pub before_sha: Option<String>,
    /// The whole message of the commit.
    pub message: String,
    /// `Name <email>`.
    pub author: String,
    /// When the commit was made, ISO 8601.
    pub timestamp: String,
    /// The default branch of the project.
    pub default_branch: String,
    /// Whether the branch or tag is protected.
    pub protected: bool,
    /// Full path of the project, e.g. `group/project`.
    pub project_path: String,
    /// Address of the GitLab, e.g. `https://gitlab.com`.
    pub server_url: String,
    /// `push`, `web`, `schedule`, `merge_request_event`, …
    pub source: String,
    /// Path of the configuration.
    pub configuration_path: String,
    /// Number of the pipeline within its project.
    pub iid: u64,
    /// When the pipeline was created, ISO 8601.
    pub created_at: String,
    /// Login name of the person who started it.
    pub user_login: String,
    /// Name of that person.
    pub user_name: String,
    /// Address of that person.
    pub user_email: String,
}

/// The variables that are there before and while a pipeline is created.
#[must_use]
pub fn of_pipeline(facts: &PipelineFacts) -> Variables {
    let mut variables = Variables::default();
    let mut set = |name: &str, value: &str| variables.insert(name, Variable::literal(value));
    for name in ["CI", "GITLAB_CI"] {
        set(name, "true");
    }
    set("CI_PIPELINE_SOURCE", &facts.source);
    set("CI_PIPELINE_IID", &facts.iid.to_string());
    set("CI_PIPELINE_CREATED_AT", &facts.created_at);
    set("CI_CONFIG_PATH", &facts.configuration_path);
    set("CI_DEFAULT_BRANCH", &facts.default_branch);
    set_commit(facts, &mut set);
    set_project(facts, &mut set);
    set("GITLAB_USER_LOGIN", &facts.user_login);
    set("GITLAB_USER_NAME", &facts.user_name);
    set("GITLAB_USER_EMAIL", &facts.user_email);
    if facts.source == "trigger" {
        set("CI_PIPELINE_TRIGGERED", "true");
    }
    variables
}

fn set_commit(facts: &PipelineFacts, set: &mut impl FnMut(&str, &str)) {
    const NO_COMMIT: &str = "0000000000000000000000000000000000000000";
    let title = facts.message.lines().next().unwrap_or_default();
    let rest = facts.message[title.len()..].trim_start_matches(['\r', '\n']);
    let description = if title.chars().count() < 100 { rest } else { facts.message.as_str() };
    let is_request = facts.source == "merge_request_event";
    if let (Some(branch), None, false) = (&facts.branch, &facts.tag, is_request) {
        set("CI_COMMIT_BRANCH", branch);
    }
    if let Some(tag) = &facts.tag {
        set("CI_COMMIT_TAG", tag);
    }
    let reference = facts.tag.as_ref().or(facts.branch.as_ref()).map_or("", String::as_str);
    set("CI_COMMIT_REF_NAME", reference);
    set("CI_COMMIT_REF_SLUG", &slug(reference));
    set("CI_COMMIT_REF_PROTECTED", if facts.protected { "true" } else { "false" });
    set("CI_COMMIT_SHA", &facts.sha);
    set("CI_COMMIT_SHORT_SHA", facts.sha.get(..8).unwrap_or(&facts.sha));
    set("CI_COMMIT_BEFORE_SHA", facts.before_sha.as_deref().unwrap_or(NO_COMMIT));
    set("CI_COMMIT_MESSAGE", &facts.message);
    set("CI_COMMIT_TITLE", title);
    set("CI_COMMIT_DESCRIPTION", description);
    set("CI_COMMIT_AUTHOR", &facts.author);
    set("CI_COMMIT_TIMESTAMP", &facts.timestamp);
}

fn set_project(facts: &PipelineFacts, set: &mut impl FnMut(&str, &str)) {
    let path = facts.project_path.as_str();
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    set("CI_PROJECT_NAME", name);
    set("CI_PROJECT_TITLE", name);
    set("CI_PROJECT_PATH", path);
    set("CI_PROJECT_PATH_SLUG", &slug(path));
    set("CI_PROJECT_NAMESPACE", namespace);
    set("CI_PROJECT_ROOT_NAMESPACE", namespace.split('/').next().unwrap_or_default());
    let url = facts.server_url.trim_end_matches('/');
    set("CI_PROJECT_URL", &format!("{url}/{path}"));
    let (protocol, rest) = url.split_once("://").unwrap_or(("https", url));
    let fqdn = rest.split('/').next().unwrap_or_default();
    let (host, port) = match fqdn.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None => (fqdn, if protocol == "http" { "80" } else { "443" }),
    };
    set("CI_SERVER", "yes");
    set("CI_SERVER_NAME", "GitLab");
    set("CI_SERVER_URL", url);
    set("CI_SERVER_HOST", host);
    set("CI_SERVER_PORT", port);
    set("CI_SERVER_FQDN", fqdn);
    set("CI_SERVER_PROTOCOL", protocol);
    set("CI_SERVER_SHELL_SSH_HOST", host);
    set("CI_SERVER_SHELL_SSH_PORT", "22");
    set("CI_API_V4_URL", &format!("{url}/api/v4"));
    set("CI_API_GRAPHQL_URL", &format!("{url}/api/graphql"));
    set("CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com");
    set("CI_PROJECT_VISIBILITY", "private");
}

/// The variables that a job adds while its pipeline is created.
#[must_use]
pub fn of_job(
    name: &str,
    stage: &str,
    parallel: Option<&ParallelInstance>,
    environment: Option<&Environment>,
) -> Variables {
    let mut variables = Variables(IndexMap::with_capacity(8));
    let mut set = |name: &str, variable: Variable| variables.insert(name, variable);
    set("CI_JOB_NAME", Variable::literal(name));
    set("CI_JOB_NAME_SLUG", Variable::literal(slug(name)));
    set("CI_JOB_STAGE", Variable::literal(stage));
    let total = parallel.map_or(1, |instance| instance.total);
    set("CI_NODE_TOTAL", Variable::literal(total.to_string()));
    if let Some(instance) = parallel {
        set("CI_NODE_INDEX", Variable::literal(instance.index.to_string()));
    }
    if let Some(environment) = environment {
        let action = match environment.action {
            EnvironmentAction::Start => "start",
            EnvironmentAction::Prepare => "prepare",
            EnvironmentAction::Stop => "stop",
            EnvironmentAction::Verify => "verify",
            EnvironmentAction::Access => "access",
        };
        set("CI_ENVIRONMENT_NAME", Variable::new(environment.name.clone()));
        set("CI_ENVIRONMENT_ACTION", Variable::literal(action));
        if let Some(url) = &environment.url {
            set("CI_ENVIRONMENT_URL", Variable::new(url.clone()));
        }
        if let Some(tier) = &environment.deployment_tier {
            set("CI_ENVIRONMENT_TIER", Variable::new(tier.clone()));
        }
    }
    variables
}

/// A name for addresses: lower case, at most 63 bytes, `-` for everything but `a-z` and `0-9`, and
/// none at the ends.
#[must_use]
pub fn slug(name: &str) -> String {
    let kept = |it: char| {
        let it = it.to_ascii_lowercase();
        if it.is_ascii_lowercase() || it.is_ascii_digit() { it } else { '-' }
    };
    let mut whole = String::with_capacity(name.len().min(63));
    whole.extend(name.chars().map(kept).take(63));
    whole.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_and_plain() {
        assert_eq!(slug("Feature/ÄB_1-"), "feature--b-1");
        assert_eq!(slug(&"x".repeat(80)).len(), 63);
    }

    #[test]
    fn a_tag_has_no_branch_and_a_branch_no_tag() {
        let facts = PipelineFacts {
            branch: Some("main".to_owned()),
            sha: "0123456789abcdef".to_owned(),
            message: "Title\n\nBody\n".to_owned(),
            project_path: "a/b/c".to_owned(),
            server_url: "https://git.example:8443".to_owned(),
            ..PipelineFacts::default()
        };
        let variables = of_pipeline(&facts);
        for (name, value) in [
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_COMMIT_SHORT_SHA", "01234567"),
            ("CI_COMMIT_TITLE", "Title"),
            ("CI_COMMIT_DESCRIPTION", "Body\n"),
            ("CI_PROJECT_NAMESPACE", "a/b"),
            ("CI_PROJECT_ROOT_NAMESPACE", "a"),
            ("CI_SERVER_HOST", "git.example"),
            ("CI_SERVER_PORT", "8443"),
        ] {
            assert_eq!(variables.value(name), Some(value), "{name}");
        }
        assert_eq!(variables.value("CI_COMMIT_TAG"), None);
        let tagged = PipelineFacts { tag: Some("v1".to_owned()), ..facts };
        assert_eq!(of_pipeline(&tagged).value("CI_COMMIT_BRANCH"), None);
        assert_eq!(of_pipeline(&tagged).value("CI_COMMIT_REF_NAME"), Some("v1"));
    }
}
