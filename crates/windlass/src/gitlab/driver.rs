//! The job driver of GitLab's pipelines, made from what the user said and what the machine has.

use std::{env, sync::Arc};

use indexmap::IndexMap;
use tokio::sync::watch;
use windlass_gitlab::{
    GitlabProcess,
    job::{
        ContainerSettings, GitlabJobDriver, GitlabRunnerOptions, ImageUse, ScopedVariable, of_scope,
    },
    order::DIALECT,
};
use windlass_gitlab_syntax::{Levels, Variable, Variables};
use windlass_repository::Workspaces;
use windlass_store::ProjectArchives;

use super::{
    downstream::Downstream, environments::KnownEnvironments, others::Others, settings::Settings,
    sources::places, vault::Vault,
};
use crate::{
    arguments::{self, PipelineFor},
    exit::Failure,
    run::{
        carry_out::Dialect,
        driver::{Made, host_name, is_withheld, workspace_source},
        leftovers,
        project::Opened,
        services::archive_limits,
        workshop::Place,
    },
    settings::SettledVariable,
};

/// Makes the driver. `secrets` are masked variables of the project.
pub fn make(
    settings: Settings,
    secrets: IndexMap<String, String>,
    place: Place<'_>,
) -> Result<Made, Failure> {
    let Place { opened, base, name, services, store, .. } = place;
    let workspaces = Arc::new(Workspaces::open(&base, &name).map_err(Failure::environment)?);
    let (kill, killed) = watch::channel(false);
    let project = opened.project.root.display().to_string();
    let levels = levels(opened, settings.environment, secrets)?;
    let places = places(opened, &settings.projects)?;
    let wanted = PipelineFor { project: settings.projects, ..PipelineFor::default() };
    let limits = archive_limits();
    let archives = Arc::new(ProjectArchives::new(store.clone(), project.clone(), limits));
    let options = GitlabRunnerOptions {
        levels: levels.clone(),
        scoped: settled(&opened.settings()?.gitlab.variables),
        environments: Some(Arc::new(KnownEnvironments::of(store.directory(), &project))),
        workspace_source: workspace_source(opened, settings.in_place, &workspaces)?,
        environment: env::vars_os().filter(|(name, _)| !is_withheld(name)).collect(),
        archives: archives.clone(),
        keep: settings.keep,
        runner_name: host_name(),
        kill: Some(killed),
        containers: ContainerSettings {
            engine: Arc::default(),
            image: image_use(settings.image),
            pull: settings.pull,
            stand_ins: settings.services,
            project,
            owner: leftovers::owner(),
        },
        downstream: Some(Arc::new(Downstream {
            root: opened.project.root.clone(),
            wanted,
            known: levels,
            store: workspaces.directory().to_owned(),
        })),
        others: Some(Arc::new(Others {
            store,
            archives: archives.clone(),
            own: (opened.repository.full_name.clone(), opened.project.root.clone()),
            places,
        })),
        tokens: Some(services),
        secrets: Some(Arc::new(Vault)),
        workspaces: workspaces.clone(),
    };
    let dialect = Dialect {
        name: DIALECT,
        process: || Box::new(GitlabProcess::default()),
        driver: Arc::new(GitlabJobDriver::new(options)),
    };
    Ok(Made { dialect, workspaces, kill })
}

/// The variables of `[[gitlab.variables]]`.
pub fn settled(variables: &[SettledVariable]) -> Vec<ScopedVariable> {
    let settled = variables.iter().map(|it| ScopedVariable {
        scope: it.environment_scope.clone(),
        name: it.name.clone(),
        variable: Variable { file: it.file, ..Variable::new(it.value.clone()) },
    });
    settled.collect()
}

/// What is given by `--env` stands for variables of the instance, secrets for masked variables of
/// the project, like those of the settings.
///
/// Source: "CI/CD variables", sections "For an instance", "For a project" and "Mask a CI/CD
/// variable".
pub fn levels(
    opened: &Opened,
    environment: IndexMap<String, String>,
    secrets: IndexMap<String, String>,
) -> Result<Levels, Failure> {
    let instance: Variables =
        environment.into_iter().map(|(name, value)| (name, Variable::new(value))).collect();
    let masked = |value: String| Variable { masked: true, ..Variable::literal(value) };
    let mut project = of_scope(&settled(&opened.settings()?.gitlab.variables), None);
    project.overlay(&secrets.into_iter().map(|(name, value)| (name, masked(value))).collect());
    Ok(Levels { instance, project, ..Levels::default() })
}

const fn image_use(wanted: arguments::ImageUse) -> ImageUse {
    match wanted {
        arguments::ImageUse::IfPossible => ImageUse::IfPossible,
        arguments::ImageUse::Ignore => ImageUse::Ignore,
        arguments::ImageUse::Require => ImageUse::Require,
    }
}

/// A name for the folder of a project that no other has.
pub fn folder_of(project: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(project).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
