//! The services for actions of a local run: started when the first job needs them, ended with the
//! run.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::OnceCell;
use windlass_actions_services::{JobFacts, Limits, Services};
use windlass_github::job::{ActionsServices, ServiceAccess, ServiceRequest};
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
            default_branch: opened.repository.default_branch.clone(),
            running: OnceCell::new(),
        }
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

/// `WINDLASS_CACHE_LIMIT`, in megabytes.
fn limits() -> Limits {
    let set = std::env::var("WINDLASS_CACHE_LIMIT").ok();
    let megabytes = set.and_then(|text| text.parse::<u64>().ok());
    let default = Limits::default();
    let cache_bytes = megabytes.map_or(default.cache_bytes, |it| it.saturating_mul(MEGABYTE));
    Limits { cache_bytes, ..default }
}

#[async_trait]
impl ActionsServices for LocalServices {
    async fn admit(&self, request: ServiceRequest) -> Result<ServiceAccess, String> {
        let services =
            self.running.get_or_try_init(|| Services::start(self.store.clone(), limits()));
        let services = services.await.map_err(|error| error.to_string())?;
        let github = match serde_json::to_value(&request.github) {
            Ok(Value::Object(github)) => github,
            _ => serde_json::Map::new(),
        };
        let facts = JobFacts {
            project: self.project.clone(),
            git_root: self.git_root.clone(),
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
        let addresses = services.addresses().clone();
        let identity = admission.identity_request_token.as_deref();
        Ok(ServiceAccess {
            results_url: addresses.results_url,
            runtime_token: admission.runtime_token.as_str().into(),
            server_url: addresses.server_url,
            api_url: addresses.api_url,
            graphql_url: addresses.graphql_url,
            api_token: admission.api_token.as_str().into(),
            identity: identity.map(|token| (addresses.identity_request_url, token.into())),
            admission: Box::new(admission),
        })
    }
}
