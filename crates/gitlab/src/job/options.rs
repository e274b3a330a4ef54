//! What a runner is given beside the order of a job: variables, places, habits.
//!
//! Made once for a run by the program; shared by all of its jobs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use windlass_container::{LazyEngine, PullPolicy};
use windlass_gitlab_syntax::Levels;
use windlass_gitlab_syntax::pipeline::SecretProvider;
use windlass_kernel::Status;
use windlass_repository::{WorkspaceSource, Workspaces};
use windlass_secrets::SecretValue;

use super::deployment::{Environments, ScopedVariable};
use crate::downstream::DownstreamPipelines;

/// Everything a [`GitlabJobDriver`](super::GitlabJobDriver) needs to know.
pub struct GitlabRunnerOptions {
    /// The variables of project, groups and instance. Those of the pipeline come with the run.
    pub levels: Levels,
    /// Variables of the project that are for some environments; those for all are in `levels`, too.
    pub scoped: Vec<ScopedVariable>,
    /// Who keeps what is known of environments.
    pub environments: Option<Arc<dyn Environments>>,
    /// Where the jobs' directories are made.
    pub workspaces: Arc<Workspaces>,
    /// What a workspace holds when its job starts.
    pub workspace_source: WorkspaceSource,
    /// The environment of the program itself, which scripts inherit as with a shell executor.
    pub environment: Vec<(OsString, OsString)>,
    /// Where the artifacts of a run are kept, each run below its id.
    pub artifacts: PathBuf,
    /// Where the caches of the project are kept.
    pub caches: PathBuf,
    /// Workspaces are left where they are when a job has ended.
    pub keep: bool,
    /// `CI_RUNNER_DESCRIPTION`.
    pub runner_name: String,
    /// Becomes true when the user has lost patience with a run that is being cancelled: all that
    /// runs is killed at once.
    pub kill: Option<watch::Receiver<bool>>,
    /// How jobs use containers.
    pub containers: ContainerSettings,
    /// Who makes the pipelines that jobs trigger.
    pub downstream: Option<Arc<dyn DownstreamPipelines>>,
    /// Who knows the pipelines of other projects.
    pub others: Option<Arc<dyn OtherPipelines>>,
    /// Who signs `id_tokens`.
    pub tokens: Option<Arc<dyn IdentityTokens>>,
    /// Who opens `secrets`.
    pub secrets: Option<Arc<dyn SecretStore>>,
}

/// How the jobs of a run use containers.
#[derive(Debug, Default)]
pub struct ContainerSettings {
    /// The engine, looked for when a job needs it.
    pub engine: Arc<LazyEngine>,
    /// What a job's `image` means.
    pub image: ImageUse,
    /// When images are pulled that name no policy.
    pub pull: PullPolicy,
    /// The root directory of the project, for labels.
    pub project: String,
    /// This process, told from a later one with its number, for labels.
    pub owner: String,
}

/// What the `image` of a job means here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageUse {
    /// The job runs in a container of it where there is an engine, else on this machine.
    #[default]
    IfPossible,
    /// The job runs on this machine.
    Ignore,
    /// The job runs in a container of it, or fails.
    Require,
}

/// Knows what pipelines of other projects came to. Called by several jobs at the same time.
#[async_trait]
pub trait OtherPipelines: Send + Sync {
    /// The directory with the artifacts of the latest successful job of this name for a branch or
    /// tag, whatever became of its pipeline ("CI/CD YAML syntax reference", `needs:project`).
    ///
    /// # Errors
    /// Why there are none, and what to do about it, as people read it.
    async fn artifacts(&self, project: &str, job: &str, reference: &str)
    -> Result<PathBuf, String>;

    /// The status of the latest pipeline of the default branch, once it has ended ("CI/CD YAML
    /// syntax reference", `needs:pipeline`).
    ///
    /// # Errors
    /// Why there is none, and what to do about it, as people read it.
    async fn status(&self, project: &str) -> Result<Status, String>;
}

/// Signs the identity tokens that jobs ask for ("OpenID Connect (OIDC) Authentication Using ID
/// Tokens"). Called by several jobs at the same time.
#[async_trait]
pub trait IdentityTokens: Send + Sync {
    /// A token for these audiences, with these claims beside those every token has.
    ///
    /// # Errors
    /// Why there is none.
    async fn sign(
        &self,
        audiences: &[String],
        claims: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<SecretValue, String>;
}

/// Opens the secrets that jobs ask for ("Using external secrets in CI"). Called by several jobs at
/// the same time.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The value of a secret. `token` is the identity token that the job says opens it; `variable`
    /// gives the job's variables, by which the server is named.
    ///
    /// # Errors
    /// Why there is none.
    async fn open(
        &self,
        provider: &SecretProvider,
        token: Option<&str>,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<SecretValue, String>;
}
