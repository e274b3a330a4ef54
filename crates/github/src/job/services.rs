//! The services that actions call while a job runs, as far as the job driver has to know them:
//! when a job needs them, and which steps find them where.
//!
//! As actions/runner does, caches and artifacts are given to actions alone, identity tokens to
//! scripts as well (GitHub Docs, "OpenID Connect reference", "Requesting the JWT using environment
//! variables"). Where the user gave a token, steps talk to the forge itself; where not, the
//! services stand in for it.

use std::any::Any;
use std::ffi::OsString;

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

/// What a job that is served may use, until this is dropped.
pub struct ServiceAccess {
    /// `ACTIONS_RESULTS_URL`.
    pub results_url: String,
    /// `ACTIONS_RUNTIME_TOKEN`.
    pub runtime_token: SecretValue,
    /// `GITHUB_SERVER_URL` of a forge that GitHub's clients work with.
    pub server_url: String,
    /// `GITHUB_API_URL`.
    pub api_url: String,
    /// `GITHUB_GRAPHQL_URL`.
    pub graphql_url: String,
    /// A `GITHUB_TOKEN` for that forge.
    pub api_token: SecretValue,
    /// `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub identity: Option<(String, SecretValue)>,
    /// Whatever has to live as long.
    pub admission: Box<dyn Any + Send + Sync>,
}

/// The services, started when the first job asks for them.
#[async_trait]
pub trait ActionsServices: Send + Sync {
    /// Lets a job use them. May be called for several jobs at the same time.
    ///
    /// # Errors
    /// Why they cannot be started, in a sentence.
    async fn admit(&self, request: ServiceRequest) -> Result<ServiceAccess, String>;
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
        let identity = self.identity.iter().map(|(_, token)| token);
        [&self.runtime_token, &self.api_token].into_iter().chain(identity)
    }

    /// The properties of `github` that differ for the whole job where the services stand in for
    /// the forge: its token is good for this API alone.
    pub(crate) fn github_of_job(&self) -> [(&'static str, &str); 3] {
        [
            ("token", self.api_token.expose()),
            ("api_url", &self.api_url),
            ("graphql_url", &self.graphql_url),
        ]
    }

    /// The variables of all steps.
    pub(crate) fn environment_of_steps(&self) -> Vec<(OsString, OsString)> {
        let Some((url, token)) = &self.identity else { return Vec::new() };
        vec![
            ("ACTIONS_ID_TOKEN_REQUEST_URL".into(), url.into()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN".into(), token.expose().into()),
        ]
    }

    /// The further variables of actions.
    pub(crate) fn environment_of_actions(
        &self,
        options: &GithubRunnerOptions,
        real_server_url: &str,
    ) -> Vec<(OsString, OsString)> {
        let mut environment: Vec<(OsString, OsString)> = vec![
            ("ACTIONS_RESULTS_URL".into(), (&self.results_url).into()),
            ("ACTIONS_RUNTIME_TOKEN".into(), self.runtime_token.expose().into()),
            ("ACTIONS_CACHE_SERVICE_V2".into(), "true".into()),
        ];
        if options.token.is_none() || is_refused_by_clients(real_server_url) {
            environment.push(("GITHUB_SERVER_URL".into(), (&self.server_url).into()));
        }
        environment
    }

    /// What `github` says in the metadata of an action where the services stand in for the forge:
    /// defaults like `github.server_url == 'https://github.com' && github.token` must not send
    /// their token there.
    pub(crate) fn github_of_actions(
        &self,
        options: &GithubRunnerOptions,
    ) -> Option<(&'static str, Value)> {
        options.token.is_none().then(|| ("server_url", Value::from(self.server_url.as_str())))
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
