//! The job driver, made from what the user said and what the machine has.

use std::{env, sync::Arc};

use indexmap::IndexMap;
use tokio::sync::watch;
use windlass_github::{
    GithubProcess,
    job::{
        ContainerSettings, FailureHook, GithubJobDriver, GithubRunnerOptions, RunningRepository,
    },
};
use windlass_repository::{
    HOOK_VARIABLES, Snapshot, SourceCache, SourceOptions, WorkspaceSource, Workspaces,
};

use super::{
    carry_out::Dialect, failure_shell::FailureShell, leftovers, project::Opened,
    settings::Settings, workshop::Place,
};
use windlass_secrets::SecretValue;

use crate::{exit::Failure, tools::ToolCache};

/// What a driver is made with beside the project.
pub struct Manner {
    /// Secrets by name.
    pub secrets: IndexMap<String, String>,
    /// How the run was asked for.
    pub settings: Settings,
    /// `--shell-on-failure`.
    pub shell_on_failure: bool,
}

/// The driver with the directories it uses.
pub struct Made {
    /// The kind of pipelines, with the driver.
    pub dialect: Dialect,
    /// To be ended after the last job.
    pub workspaces: Arc<Workspaces>,
    /// Tells the driver to kill.
    pub kill: watch::Sender<bool>,
}

/// The cache of actions and called workflows.
pub fn source_cache() -> SourceCache {
    let options = SourceOptions { offline: is_offline(), ..Default::default() };
    SourceCache::new(Opened::source_directory(), options)
}

/// Whether nothing may be fetched: `WINDLASS_OFFLINE`.
pub fn is_offline() -> bool {
    env::var_os("WINDLASS_OFFLINE").is_some_and(|value| !value.is_empty())
}

/// What the jobs of a project find in their workspaces, unless they find nothing.
pub fn workspace_source(
    opened: &Opened,
    in_place: bool,
    workspaces: &Workspaces,
) -> Result<WorkspaceSource, Failure> {
    if in_place {
        return Ok(WorkspaceSource::InPlace(opened.project.root.clone()));
    }
    let files = opened.files()?;
    let snapshot = Snapshot::take(&opened.project, &files, workspaces.directory());
    Ok(WorkspaceSource::Snapshot(Arc::new(snapshot.map_err(Failure::environment)?)))
}

/// Makes the driver of GitHub's workflows.
pub fn make(manner: Manner, place: Place<'_>) -> Result<Made, Failure> {
    let Place { opened, base, name, surface, services, .. } = place;
    let Manner { mut secrets, settings, shell_on_failure } = manner;
    let workspaces = Arc::new(Workspaces::open(&base, &name).map_err(Failure::environment)?);
    let workspace_source = if settings.strict {
        WorkspaceSource::Empty
    } else {
        workspace_source(opened, settings.in_place, &workspaces)?
    };
    let (kill, killed) = watch::channel(false);
    let server = opened.repository.server_url.clone();
    let token = secrets.shift_remove("GITHUB_TOKEN");
    let options = GithubRunnerOptions {
        secrets: Arc::new(
            secrets.into_iter().map(|(name, value)| (name, SecretValue::new(value))).collect(),
        ),
        token: token.map(SecretValue::new),
        workspaces: workspaces.clone(),
        workspace_source,
        repository: RunningRepository {
            name: opened.repository.full_name.clone(),
            git_root: opened.project.git_root.clone(),
            project_root: opened.project.root.clone(),
            commit: opened.git.head.as_ref().map(|commit| commit.sha.clone()),
            is_dirty: opened.git.dirty,
            served_by_forge: false,
        },
        sources: source_cache(),
        overrides: super::sources::overrides(&settings.actions),
        action_server_url: env::var("WINDLASS_ACTIONS_URL").unwrap_or(server),
        environment: env::vars_os().filter(|(name, _)| !is_withheld(name)).collect(),
        extra_environment: settings.environment,
        debug: settings.debug,
        strict_labels: settings.strict_labels,
        keep: settings.keep,
        runner_name: host_name(),
        tool_cache: ToolCache::of_user().directory().to_owned(),
        kill: Some(killed),
        containers: ContainerSettings {
            engine: Arc::default(),
            pull: settings.pull,
            platforms: settings.platforms,
            stand_ins: settings.services,
            project: opened.project.root.display().to_string(),
            owner: leftovers::owner(),
        },
        isolation: settings.isolation,
        services: Some(services),
        on_failure: shell_on_failure
            .then(|| Arc::new(FailureShell::new(surface.clone())) as Arc<dyn FailureHook>),
    };
    let dialect = Dialect {
        name: windlass_github::order::DIALECT,
        process: || Box::new(GithubProcess::default()),
        driver: Arc::new(GithubJobDriver::new(options)),
    };
    Ok(Made { dialect, workspaces, kill })
}

/// Variables that steps do not inherit: the program's own, secrets among them; those of another
/// run in which this one may be nested; the login shell, which hosted runners do not set; and what
/// git tells its hooks, by which a step's git would find the checkout instead of its workspace.
pub fn is_withheld(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    let prefixes = ["WINDLASS_", "GITHUB_", "RUNNER_", "ACTIONS_"];
    name == "SHELL"
        || HOOK_VARIABLES.contains(&name.as_ref())
        || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// The name of this machine.
pub fn host_name() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "windlass".to_owned() } else { name.to_owned() }
}
