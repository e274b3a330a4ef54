//! What a runner is given beside the order of a job: secrets, places, sources, habits.
//!
//! Made once for a run by the program; shared by all of its jobs.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexMap;
use tokio::sync::watch;
use windlass_container::EngineKind;
use windlass_kernel::NodeId;
use windlass_repository::{SourceCache, SourceOverride, WorkspaceSource, Workspaces};
use windlass_secrets::SecretValue;

use super::containers::settings::ContainerSettings;
use super::isolation::Isolation;
use super::services::ActionsServices;

/// Everything a [`GithubJobDriver`](super::GithubJobDriver) needs to know.
pub struct GithubRunnerOptions {
    /// The secrets of the run by name. Every value is masked in every log.
    pub secrets: Arc<IndexMap<String, SecretValue>>,
    /// `GITHUB_TOKEN`, where the user gave one. Never made up.
    pub token: Option<SecretValue>,
    /// Where the jobs' directories are made.
    pub workspaces: Arc<Workspaces>,
    /// What a workspace holds when its job starts.
    pub workspace_source: WorkspaceSource,
    /// The repository that is being run.
    pub repository: RunningRepository,
    /// Where actions of other repositories are kept.
    pub sources: SourceCache,
    /// Replacements of sources (`--action owner/repo=…`), by `owner/repo` in lower case.
    pub overrides: HashMap<String, SourceOverride>,
    /// Where `owner/repo` is fetched from, without a slash at the end: `https://github.com`.
    pub action_server_url: String,
    /// The environment of the program itself, which steps inherit as on a self-hosted runner.
    pub environment: Vec<(OsString, OsString)>,
    /// Variables for every step (`--env`); `env` of the workflow goes over them.
    pub extra_environment: IndexMap<String, String>,
    /// Debug lines are shown and `RUNNER_DEBUG=1` is set.
    pub debug: bool,
    /// A job is refused when its `runs-on` asks for a label that this machine does not have.
    pub strict_labels: bool,
    /// Workspaces are left where they are when a job has ended.
    pub keep: bool,
    /// `RUNNER_NAME`.
    pub runner_name: String,
    /// `RUNNER_TOOL_CACHE`.
    pub tool_cache: PathBuf,
    /// Becomes true when the user has lost patience with a run that is being cancelled: all that
    /// runs is killed at once.
    pub kill: Option<watch::Receiver<bool>>,
    /// How jobs use containers.
    pub containers: ContainerSettings,
    /// How far jobs on this machine are kept apart from the rest of it.
    pub isolation: Isolation,
    /// What actions may call: caches, artifacts, identity tokens, the API.
    pub services: Option<Arc<dyn ActionsServices>>,
    /// Asked when a step has failed (`--shell-on-failure`).
    pub on_failure: Option<Arc<dyn FailureHook>>,
}

/// The repository that is being run, as far as `actions/checkout` has to know it.
#[derive(Clone, Debug, Default)]
pub struct RunningRepository {
    /// `owner/name`, as in `github.repository`.
    pub name: String,
    /// The top of the Git repository; `None` when the project is no Git repository.
    pub git_root: Option<PathBuf>,
    /// The root of the project, which is the top of the repository or a directory in it.
    pub project_root: PathBuf,
    /// The commit of HEAD, where there is one.
    pub commit: Option<String>,
    /// Whether the working tree differs from that commit.
    pub is_dirty: bool,
    /// Whether checkouts go to a forge (there is a server and a token) instead of this directory.
    pub served_by_forge: bool,
}

impl RunningRepository {
    /// Where the project lies in its Git repository, when that is not at the top.
    pub(crate) fn prefix(&self) -> Option<&Path> {
        let prefix = self.project_root.strip_prefix(self.git_root.as_ref()?).ok()?;
        (!prefix.as_os_str().is_empty()).then_some(prefix)
    }
}

/// A step that failed, as a person needs to see it.
#[derive(Clone, Debug)]
pub struct FailedStep {
    /// Its node.
    pub node: NodeId,
    /// What people call it.
    pub label: String,
    /// Why it failed.
    pub reason: String,
    /// The directory it ran in.
    pub directory: PathBuf,
    /// The complete environment it had.
    pub environment: Vec<(OsString, OsString)>,
    /// The script it ran, for `run` steps.
    pub script: Option<PathBuf>,
    /// The container that all of this is in, where it is in one.
    pub container: Option<FailedIn>,
}

/// The container of a step that failed.
#[derive(Clone, Debug)]
pub struct FailedIn {
    /// The engine's id of it.
    pub id: String,
    /// Which program the engine is.
    pub engine: EngineKind,
    /// The socket on which the engine answers.
    pub socket: PathBuf,
}

/// What to do after a failed step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// Go on as the workflow says.
    Continue,
    /// Run the step once more; its first failure does not count.
    Retry,
    /// End the job: what is left of it is skipped, post steps run.
    Stop,
}

/// Is asked when a step has failed and `continue-on-error` does not excuse it.
#[async_trait]
pub trait FailureHook: Send + Sync {
    /// Decides; may take as long as it likes. Jobs that run beside it go on.
    async fn decide(&self, step: FailedStep) -> AfterFailure;
}
