//! Which variables a step may not set for the steps after it.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", "Setting an environment variable":
//! the default variables named `GITHUB_*` and `RUNNER_*` cannot be overwritten, and `NODE_OPTIONS`
//! cannot be set. As in actions/runner a refused variable is an error in the log, not a failed
//! step, and names that only look like the runner's (`GITHUB_TOKEN`) are free.

/// The default variables; see GitHub Docs, "Variables reference".
const DEFAULTS: &[&str] = &[
    "GITHUB_ACTION",
    "GITHUB_ACTION_PATH",
    "GITHUB_ACTION_REF",
    "GITHUB_ACTION_REPOSITORY",
    "GITHUB_ACTIONS",
    "GITHUB_ACTOR",
    "GITHUB_ACTOR_ID",
    "GITHUB_API_URL",
    "GITHUB_BASE_REF",
    "GITHUB_ENV",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_HEAD_REF",
    "GITHUB_JOB",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REF_PROTECTED",
    "GITHUB_REF_TYPE",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_REPOSITORY_OWNER_ID",
    "GITHUB_RETENTION_DAYS",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_TRIGGERING_ACTOR",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKFLOW_REF",
    "GITHUB_WORKFLOW_SHA",
    "GITHUB_WORKSPACE",
    "RUNNER_ARCH",
    "RUNNER_DEBUG",
    "RUNNER_ENVIRONMENT",
    "RUNNER_NAME",
    "RUNNER_OS",
    "RUNNER_TEMP",
    "RUNNER_TOOL_CACHE",
    "RUNNER_WORKSPACE",
];

/// Why a variable may not be set, or `None` when it may.
pub(crate) fn refusal(name: &str) -> Option<String> {
    if name.eq_ignore_ascii_case("NODE_OPTIONS") {
        return Some(format!(
            "Can't store {name} output parameter using '$GITHUB_ENV' command: it would change \
             how later actions run. Set it in the `env` of the steps that need it."
        ));
    }
    DEFAULTS.iter().any(|default| default.eq_ignore_ascii_case(name)).then(|| {
        format!("Can't set {name}: this variable belongs to the runner. Choose another name.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protects_the_runner() {
        for name in ["GITHUB_SHA", "github_sha", "RUNNER_TEMP", "NODE_OPTIONS"] {
            assert!(refusal(name).is_some(), "{name}");
        }
        for name in ["CI", "PATH", "GITHUB_TOKEN", "ACTIONS_STEP_DEBUG"] {
            assert_eq!(refusal(name), None, "{name}");
        }
    }
}
