//! The variables and contexts that tell a job where it runs: `GITHUB_*`, `RUNNER_*`, `CI`.
//!
//! Source: GitHub Docs, "Variables reference" and "Contexts reference".

use std::ffi::OsString;
use std::path::Path;

use windlass_github_syntax::expression::{Object, Value};
use windlass_session::{Places, TRACKING_VARIABLE};

use super::options::GithubRunnerOptions;

/// The properties of `github` that become variables, beside those that differ by step and the
/// command files.
const GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
];

/// `RUNNER_OS`: the system's name as GitHub writes it.
pub(crate) fn runner_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "macOS",
        "windows" => "Windows",
        _ => "Linux",
    }
}

/// `RUNNER_ARCH`: the processor's name as GitHub writes it.
pub(crate) fn runner_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86" => "X86",
        "arm" => "ARM",
        "aarch64" => "ARM64",
        _ => "X64",
    }
}

/// The `runner` context.
pub(crate) fn runner_context(
    options: &GithubRunnerOptions,
    places: &Places,
    tool_cache: &Path,
    debug: bool,
) -> Object {
    let text = |path: &Path| Value::from(path.to_string_lossy().as_ref());
    let workspace = places.workspace.parent().unwrap_or(&places.workspace);
    let mut runner = Object::new();
    runner.insert("os", runner_os());
    runner.insert("arch", runner_arch());
    runner.insert("name", options.runner_name.as_str());
    runner.insert("environment", "self-hosted");
    runner.insert("tool_cache", text(tool_cache));
    runner.insert("temp", text(&places.temp));
    runner.insert("workspace", text(workspace));
    if debug {
        runner.insert("debug", "1");
    }
    runner
}

/// What the program itself has, and `CI` unless it is set to something there.
pub(crate) fn base_environment(options: &GithubRunnerOptions) -> Vec<(OsString, OsString)> {
    let mut environment = options.environment.clone();
    // Another program's GitHub variables would contradict ours, and `SHELL` is that of the
    // user's terminal: a runner is a service and has none.
    environment.retain(|(name, _)| {
        let name = name.to_string_lossy();
        let is_foreign = ["GITHUB_", "RUNNER_", "INPUT_", "STATE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        !is_foreign && name != "SHELL"
    });
    if !environment.iter().any(|(name, _)| name == "CI") {
        environment.push(("CI".into(), "true".into()));
    }
    environment
}

/// `GITHUB_*` and `RUNNER_*` that are the same for all steps of a job.
pub(crate) fn fixed_environment(
    github: &Object,
    runner: &Object,
    tracking_id: &str,
) -> Vec<(OsString, OsString)> {
    let mut environment: Vec<(OsString, OsString)> = Vec::with_capacity(GITHUB.len() + 12);
    environment.push(("GITHUB_ACTIONS".into(), "true".into()));
    for name in GITHUB {
        if let Some(value) = github.get(name).filter(|value| value.is_scalar()) {
            let variable = format!("GITHUB_{}", name.to_ascii_uppercase());
            environment.push((variable.into(), value.to_text().into_owned().into()));
        }
    }
    for (name, value) in runner.iter() {
        let variable = format!("RUNNER_{}", name.to_ascii_uppercase());
        environment.push((variable.into(), value.to_text().into_owned().into()));
    }
    environment.push((TRACKING_VARIABLE.into(), tracking_id.into()));
    environment
}
