//! The services for actions of a local run: started when the first job needs them, ended with the
//! run.

use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::OnceCell;
use windlass_actions_services::{Addresses, JobFacts, Limits, Services};
use windlass_engine::ArchiveLimits;
use windlass_github::job::{
    ActionsServices, ServiceAccess, ServiceAddresses, ServiceEntrance, ServiceRequest,
};
use windlass_gitlab::job::IdentityTokens;
use windlass_secrets::SecretValue;
use windlass_store::Store;

use super::project::Opened;

/// How long a job's tokens are good: as long as a job on a self-hosted runner may take (GitHub
/// Docs, "Actions limits"). They end with the job in any case.
const TOKEN_LIFETIME: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// A megabyte, as in the name of the setting.
const MEGABYTE: u64 = 1_000_000;

/// The services of a local run.
pub struct LocalServices {
    store: Arc<Store>,
    project: String,
    git_root: Option<PathBuf>,
    repository: String,
    siblings: OnceCell<Vec<(String, PathBuf)>>,
    default_branch: String,
    running: OnceCell<Services>,
}

impl LocalServices {
    /// Those of a project, not started yet.
    pub fn new(opened: &Opened, store: Arc<Store>) -> Self {
        LocalServices {
            store,
            project: opened.project.root.display().to_string(),
            git_root: opened.project.git_root.clone(),
            repository: opened.repository.full_name.clone(),
            siblings: OnceCell::new(),
            default_branch: opened.repository.default_branch.clone(),
            running: OnceCell::new(),
        }
    }

    /// The services, started if they are not there yet.
    async fn running(&self) -> Result<&Services, String> {
        let start = || Services::start(self.store.clone(), limits());
        self.running.get_or_try_init(start).await.map_err(|error| error.to_string())
    }

    /// The submodules that lie on this machine.
    async fn siblings(&self) -> &[(String, PathBuf)] {
        let find = || async {
            let Some(root) = self.git_root.clone() else { return Vec::new() };
            let repository = self.repository.clone();
            let found = tokio::task::spawn_blocking(move || {
                windlass_repository::siblings(&root, &repository)
            });
            found.await.unwrap_or_default()
        };
        self.siblings.get_or_init(find).await
    }

    /// Whether a job needed them.
    pub fn were_used(&self) -> bool {
        self.running.initialized()
    }

    /// Ends them.
    pub async fn stop(&self) {
        if let Some(services) = self.running.get() {
            services.stop().await;
        }
    }
}

/// The bytes of an artifact of a GitLab job, unless `WINDLASS_ARTIFACT_LIMIT` says otherwise.
const ARTIFACT_BYTES: u64 = 5000 * MEGABYTE;

fn limits() -> Limits {
    let default = Limits::default();
    let cache_bytes = megabytes("WINDLASS_CACHE_LIMIT").unwrap_or(default.cache_bytes);
    Limits { cache_bytes, ..default }
}

/// How large what jobs of GitLab keep may be: caches as those of actions.
pub fn archive_limits() -> ArchiveLimits {
    let artifact_bytes = megabytes("WINDLASS_ARTIFACT_LIMIT").unwrap_or(ARTIFACT_BYTES);
    ArchiveLimits { artifact_bytes, cache_bytes: limits().cache_bytes }
}

/// The bytes of a variable that is in megabytes.
fn megabytes(variable: &str) -> Option<u64> {
    let megabytes: u64 = std::env::var(variable).ok()?.parse().ok()?;
    Some(megabytes.saturating_mul(MEGABYTE))
}

#[async_trait]
impl ActionsServices for LocalServices {
    async fn admit(&self, request: ServiceRequest) -> Result<ServiceAccess, String> {
        let services = self.running().await?;
        let github = match serde_json::to_value(&request.github) {
            Ok(Value::Object(github)) => github,
            _ => serde_json::Map::new(),
        };
        let facts = JobFacts {
            project: self.project.clone(),
            git_root: self.git_root.clone(),
            siblings: self.siblings().await.to_vec(),
            default_branch: self.default_branch.clone(),
            run: request.run,
            job: request.job,
            github: Arc::new(github),
            job_workflow_ref: request.job_workflow_ref,
            environment: request.environment,
            may_request_identity: request.may_request_identity,
            lifetime: TOKEN_LIFETIME,
        };
        let admission = services.admit(facts).map_err(|error| error.to_string())?;
        let identity_token = admission.identity_request_token.as_deref();
        Ok(ServiceAccess {
            addresses: addresses(services.addresses()),
            runtime_token: admission.runtime_token.as_str().into(),
            api_token: admission.api_token.as_str().into(),
            identity_token: identity_token.map(Into::into),
            admission: Box::new(admission),
        })
    }

    async fn listen(&self, address: IpAddr) -> Result<ServiceEntrance, String> {
        let listening = self.running().await?.listen(address).await;
        let entrance = listening.map_err(|error| error.to_string())?;
        let addresses = addresses(entrance.addresses());
        Ok(ServiceEntrance { addresses, listener: Box::new(entrance) })
    }
}

#[async_trait]
impl IdentityTokens for LocalServices {
    async fn sign(
        &self,
        audiences: &[String],
        claims: &serde_json::Map<String, Value>,
    ) -> Result<SecretValue, String> {
        let mut claims = claims.clone();
        let audience = match audiences {
            [only] => only.as_str().into(),
            several => several.into(),
        };
        claims.insert("aud".to_owned(), audience);
        let token = self.running().await?.sign_identity(claims).await;
        token.map(SecretValue::new).map_err(|error| error.to_string())
    }
}

/// The addresses as the job driver knows them.
fn addresses(told: &Addresses) -> ServiceAddresses {
    let told = told.clone();
    ServiceAddresses {
        results_url: told.results_url,
        server_url: told.server_url,
        api_url: told.api_url,
        graphql_url: told.graphql_url,
        identity_request_url: told.identity_request_url,
    }
}
