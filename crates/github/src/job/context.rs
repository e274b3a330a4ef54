//! What all steps of a job share and none of them changes.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use windlass_container::Container;
use windlass_engine::JobPort;
use windlass_github_syntax::expression::Value;
use windlass_kernel::NodeId;
use windlass_session::Session;

use super::actions::{ActionStore, SharedTrees};
use super::cancellation::{Cancellation, Stop};
use super::containers::JobContainers;
use super::environment::fixed_environment;
use super::files::CommandFiles;
use super::options::GithubRunnerOptions;
use super::scope::{Built, JobContexts, Progress, StepScope};
use super::services::{ServiceAccess, ServiceAddresses};
use super::shell::{Shell, ShellError};
use super::state::{Frame, JobState};
use super::variables::Variables;
use crate::order::GithubJobOrder;
use windlass_secrets::Masker;

/// A job that is running.
pub(crate) struct Job {
    pub order: GithubJobOrder,
    pub options: Arc<GithubRunnerOptions>,
    pub port: Arc<JobPort>,
    pub node: NodeId,
    /// Where the steps run: this machine, or the job's container.
    pub session: Arc<dyn Session>,
    /// This machine.
    pub host: Arc<dyn Session>,
    /// What was started for the job.
    pub containers: JobContainers,
    /// The container that the steps run in, where they run in one.
    pub own_container: Option<Container>,
    pub masks: Masker,
    pub contexts: JobContexts,
    pub cancellation: Cancellation,
    pub actions: ActionStore,
    /// The trees that all jobs of the run share.
    pub trees: Arc<SharedTrees>,
    /// Whether debug lines are shown.
    pub debug: bool,
    /// What the program itself has, and `CI`.
    pub host_environment: Vec<(OsString, OsString)>,
    /// What every program of a step starts from: the same, or that of the job's container.
    pub base_environment: Vec<(OsString, OsString)>,
    /// `GITHUB_*` and `RUNNER_*` that are the same for all steps.
    pub fixed_environment: Vec<(OsString, OsString)>,
    /// What actions may call.
    pub services: Option<ServiceAccess>,
    pub shells: Mutex<ShellsFound>,
}

type ShellsFound = HashMap<(Option<String>, OsString), Result<Arc<Shell>, ShellError>>;

impl Job {
    /// `GITHUB_WORKSPACE`.
    pub fn workspace(&self) -> &Path {
        &self.session.places().workspace
    }

    /// The same directory as this machine sees it.
    pub fn workspace_on_host(&self) -> &Path {
        &self.host.places().workspace
    }

    /// Brings [`Job::fixed_environment`] to what the contexts say.
    pub fn set_fixed_environment(&mut self) {
        let runner = self.contexts.runner.as_object().cloned().unwrap_or_default();
        let tracking_id = self.session.tracking_id();
        self.fixed_environment = fixed_environment(&self.contexts.github, &runner, tracking_id);
        if let Some((services, here)) = self.services_for_steps() {
            self.fixed_environment.extend(services.environment_of_steps(here));
        }
    }

    /// What actions may call, and where the job's steps find it: on this machine, or by the
    /// entrance for containers where they run in one.
    pub fn services_for_steps(&self) -> Option<(&ServiceAccess, &ServiceAddresses)> {
        let services = self.services.as_ref()?;
        match self.own_container {
            None => Some((services, &services.addresses)),
            Some(_) => Some((services, self.containers.entrance()?)),
        }
    }

    /// A text with the secrets in it masked.
    pub fn mask(&self, text: &str) -> String {
        self.masks.mask(text).into_owned()
    }

    /// How the job is getting on.
    pub fn progress(&self, state: &JobState) -> Progress {
        Progress { failed: state.failed, cancelled: self.cancellation.now() != Stop::Going }
    }

    /// What expressions see at this moment.
    pub fn scope<'a>(
        &'a self,
        state: &'a JobState,
        frame: &'a Frame,
        env: &'a [&'a Variables],
        github: &'a [(&'static str, Value)],
    ) -> StepScope<'a> {
        StepScope {
            contexts: &self.contexts,
            workspace: self.workspace_on_host(),
            job_progress: self.progress(state),
            action_progress: frame.action_progress(),
            env,
            steps: &frame.steps,
            inputs: frame.action.as_ref().map(|action| &action.inputs),
            github,
            built: Built::default(),
        }
    }

    /// The complete environment of a program: what the runner has, the layers of `env`, then what
    /// only the runner may say.
    pub fn environment(
        &self,
        state: &JobState,
        env: &[&Variables],
        files: &CommandFiles,
        step: &[(&str, &OsStr)],
    ) -> Vec<(OsString, OsString)> {
        self.environment_over(&self.base_environment, state, env, files, step)
    }

    /// The same over another base: that of this machine for tools that run beside a job's
    /// container, none for containers of actions.
    pub fn environment_over(
        &self,
        base: &[(OsString, OsString)],
        state: &JobState,
        env: &[&Variables],
        files: &CommandFiles,
        step: &[(&str, &OsStr)],
    ) -> Vec<(OsString, OsString)> {
        let room = base.len() + self.fixed_environment.len() + 64;
        let mut environment = Vec::with_capacity(room);
        environment.extend_from_slice(base);
        env.iter().for_each(|layer| layer.add_to_environment(&mut environment));
        environment.extend_from_slice(&self.fixed_environment);
        let files = files.variables();
        environment.extend(files.map(|(name, path)| (name.into(), path.into())));
        environment.extend(step.iter().map(|&(name, value)| (name.into(), value.into())));
        if !state.paths.is_empty() {
            environment.push(("PATH".into(), self.path(state, env)));
        }
        environment
    }

    /// The `PATH` of a step.
    pub fn path(&self, state: &JobState, env: &[&Variables]) -> OsString {
        let own = env.iter().rev().find_map(|layer| layer.get("PATH")).map(OsString::from);
        let inherited = || {
            let found = self.base_environment.iter().rev().find(|(name, _)| name == "PATH");
            found.map(|(_, path)| path.clone()).unwrap_or_default()
        };
        let own = own.unwrap_or_else(inherited);
        if state.paths.is_empty() {
            return own;
        }
        let mut path = OsString::new();
        for directory in state.paths.iter().rev() {
            path.push(directory);
            path.push(":");
        }
        path.push(own);
        path
    }

    /// The shell that a step asks for, looked for once.
    pub fn shell(&self, written: Option<&str>, path: &OsStr) -> Result<Arc<Shell>, ShellError> {
        let key = (written.map(str::to_owned), path.to_owned());
        let mut found = self.shells.lock().unwrap_or_else(PoisonError::into_inner);
        let find = || match self.own_container {
            Some(_) => Shell::in_container(written),
            None => Shell::find(written, path),
        };
        let shell = found.entry(key).or_insert_with(|| find().map(Arc::new));
        shell.clone()
    }
}
