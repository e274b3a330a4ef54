//! The services that actions call while a job runs, as far as the job driver has to know them:
//! when a job needs them, and which steps find them where.
//!
//! As actions/runner does, caches and artifacts are given to actions alone, identity tokens to
//! scripts as well (GitHub Docs, "OpenID Connect reference", "Requesting the JWT using environment
//! variables"). Where the user gave a token, steps talk to the forge itself; where not, the
//! services stand in for it.

use std::any::Any;
use std::ffi::OsString;
use std::net::IpAddr;

use async_trait::async_trait;
use windlass_engine::JobPort;
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::workflow::{PermissionLevel, Step, StepKind};
use windlass_kernel::RunId;
use windlass_secrets::SecretValue;

use super::actions::is_native_checkout;
use super::options::GithubRunnerOptions;
use super::setup::session_id;
use crate::order::GithubJobOrder;

/// A job that is to be served.
#[derive(Clone, Debug)]
pub struct ServiceRequest {
    /// Its run.
    pub run: RunId,
    /// Its id among all jobs of all runs.
    pub job: String,
    /// The `github` context.
    pub github: Value,
    /// The file and ref of the workflow that it is written in.
    pub job_workflow_ref: String,
    /// The name of its environment.
    pub environment: Option<String>,
    /// Whether `permissions` give `id-token: write`.
    pub may_request_identity: bool,
}

/// Where a program finds the services.
#[derive(Clone, Debug)]
pub struct ServiceAddresses {
    /// `ACTIONS_RESULTS_URL`.
    pub results_url: String,
    /// `GITHUB_SERVER_URL` of a forge that GitHub's clients work with.
    pub server_url: String,
    /// `GITHUB_API_URL`.
    pub api_url: String,
    /// `GITHUB_GRAPHQL_URL`.
    pub graphql_url: String,
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`.
    pub identity_request_url: String,
}

/// What a job that is served may use, until this is dropped.
pub struct ServiceAccess {
    /// Where programs of this machine find the services.
    pub addresses: ServiceAddresses,
    /// `ACTIONS_RUNTIME_TOKEN`.
    pub runtime_token: SecretValue,
    /// A `GITHUB_TOKEN` for the forge that the services stand in for.
    pub api_token: SecretValue,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub identity_token: Option<SecretValue>,
    /// Whatever has to live as long.
    pub admission: Box<dyn Any + Send + Sync>,
}

/// A way by which containers reach the services, until this is dropped.
pub struct ServiceEntrance {
    /// Where they find them.
    pub addresses: ServiceAddresses,
    /// Whatever has to live as long.
    pub listener: Box<dyn Any + Send + Sync>,
}

/// The services, started when the first job asks for them.
#[async_trait]
pub trait ActionsServices: Send + Sync {
    /// Lets a job use them. May be called for several jobs at the same time.
    ///
    /// # Errors
    /// Why they cannot be started, in a sentence.
    async fn admit(&self, request: ServiceRequest) -> Result<ServiceAccess, String>;

    /// Serves jobs that were admitted on a further address of this machine, too. May be called
    /// several times for one address.
    ///
    /// # Errors
    /// Why nobody can be served there, in a sentence.
    async fn listen(&self, address: IpAddr) -> Result<ServiceEntrance, String>;
}

/// The services for a job, where it needs them and there are any.
///
/// # Errors
/// When they cannot be started.
pub(crate) async fn admit(
    order: &GithubJobOrder,
    options: &GithubRunnerOptions,
    port: &JobPort,
) -> Result<Option<ServiceAccess>, String> {
    let Some(services) = &options.services else { return Ok(None) };
    let identity = order.permissions.as_ref().map(|it| it.level("id-token"));
    let may_request_identity = identity == Some(PermissionLevel::Write);
    if !may_request_identity && !uses_actions(options, &order.job.steps) {
        return Ok(None);
    }
    let github = order.contexts.github.clone();
    let request = ServiceRequest {
        run: port.run(),
        job: session_id(port.run(), port.operation()),
        job_workflow_ref: job_workflow_ref(&order.source_name, &github),
        github,
        environment: order.environment.clone(),
        may_request_identity,
    };
    services.admit(request).await.map(Some)
}

/// Whether a step runs a program that may call the services.
fn uses_actions(options: &GithubRunnerOptions, steps: &[Step]) -> bool {
    steps.iter().any(|step| match &step.kind {
        StepKind::Uses { action, .. } => !is_native_checkout(options, action),
        StepKind::Parallel { steps } => uses_actions(options, steps),
        _ => false,
    })
}

/// A called workflow of another repository has its whole reference for a name.
fn job_workflow_ref(source: &str, github: &Value) -> String {
    if source.contains('@') {
        return source.to_owned();
    }
    let (repository, reference) = (github.property("repository"), github.property("ref"));
    format!("{}/{source}@{}", repository.to_text(), reference.to_text())
}

/// Whether GitHub's clients take a server for an old GitHub Enterprise Server, with which their
/// newer parts refuse to work.
fn is_refused_by_clients(server_url: &str) -> bool {
    let host = server_url.split_once("://").map_or(server_url, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    host != "github.com" && !host.ends_with(".ghe.com") && !host.ends_with(".localhost")
}

impl ServiceAccess {
    /// What is masked in logs.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretValue> {
        [&self.runtime_token, &self.api_token].into_iter().chain(&self.identity_token)
    }

    /// The properties of `github` that differ for a whole job whose steps find the services here,
    /// where they stand in for the forge: its token is good for this API alone.
    pub(crate) fn github_of_job<'a>(
        &'a self,
        options: &GithubRunnerOptions,
        here: &'a ServiceAddresses,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let stands_in = options.token.is_none();
        let properties = [
            ("token", self.api_token.expose()),
            ("api_url", &here.api_url),
            ("graphql_url", &here.graphql_url),
        ];
        properties.into_iter().filter(move |_| stands_in)
    }

    /// The variables of all steps that find the services here.
    pub(crate) fn environment_of_steps(
        &self,
        here: &ServiceAddresses,
    ) -> Vec<(OsString, OsString)> {
        let Some(token) = &self.identity_token else { return Vec::new() };
        vec![
            ("ACTIONS_ID_TOKEN_REQUEST_URL".into(), (&here.identity_request_url).into()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN".into(), token.expose().into()),
        ]
    }

    /// The variables of actions that find the services here, over those of all steps.
    pub(crate) fn environment_of_actions(
        &self,
        options: &GithubRunnerOptions,
        real_server_url: &str,
        here: &ServiceAddresses,
    ) -> Vec<(OsString, OsString)> {
        let mut environment = self.environment_of_steps(here);
        environment.extend([
            ("ACTIONS_RESULTS_URL".into(), (&here.results_url).into()),
            ("ACTIONS_RUNTIME_TOKEN".into(), self.runtime_token.expose().into()),
            ("ACTIONS_CACHE_SERVICE_V2".into(), "true".into()),
        ]);
        let stands_in = options.token.is_none();
        if stands_in {
            environment.push(("GITHUB_API_URL".into(), (&here.api_url).into()));
            environment.push(("GITHUB_GRAPHQL_URL".into(), (&here.graphql_url).into()));
        }
        if stands_in || is_refused_by_clients(real_server_url) {
            environment.push(("GITHUB_SERVER_URL".into(), (&here.server_url).into()));
        }
        environment
    }

    /// What `github` says in the metadata of an action where the services stand in for the forge:
    /// defaults like `github.server_url == 'https://github.com' && github.token` must not send
    /// their token there.
    pub(crate) fn github_of_actions(
        &self,
        options: &GithubRunnerOptions,
        here: &ServiceAddresses,
    ) -> Option<(&'static str, Value)> {
        let server_url = here.server_url.as_str();
        options.token.is_none().then(|| ("server_url", Value::from(server_url)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_work_with_three_kinds_of_hosts() {
        for url in ["https://github.com", "https://acme.ghe.com/", "http://windlass.localhost:80"] {
            assert!(!is_refused_by_clients(url), "{url}");
        }
        for url in ["https://git.example.com", "http://127.0.0.1:80", "https://github.com.evil.org"]
        {
            assert!(is_refused_by_clients(url), "{url}");
        }
    }
}
