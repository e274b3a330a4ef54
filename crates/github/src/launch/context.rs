//! The `github` context as far as all jobs of a run share it.
//!
//! Source: GitHub Docs, "Contexts reference", `github` context. What depends on the job or the
//! place (`job`, `token`, `workspace`, `action*`, `env`, `path`, `event_path`) is the driver's.

use serde_json::{Value, json};

use crate::event::{Event, RepositoryFacts, short};

/// Which run of which workflow it is.
#[derive(Clone, Debug)]
pub struct RunIdentity {
    /// `github.run_id`: a number that no other run here has.
    pub id: u64,
    /// `github.run_number`.
    pub number: u64,
    /// `github.run_attempt`, from 1.
    pub attempt: u32,
    /// The path of the workflow's file.
    pub workflow_file: String,
    /// The workflow's name; its path where it has none.
    pub workflow_name: String,
}

/// Makes the context.
pub fn github_context(event: &Event, repository: &RepositoryFacts, run: &RunIdentity) -> Value {
    let owner = repository.full_name.split_once('/').map_or("", |(owner, _)| owner);
    let server = &repository.server_url;
    let is_public_forge = server == "https://github.com";
    let api = if is_public_forge {
        "https://api.github.com".to_owned()
    } else {
        format!("{server}/api/v3")
    };
    let graphql = if is_public_forge {
        "https://api.github.com/graphql".to_owned()
    } else {
        format!("{server}/api/graphql")
    };
    let kind = if event.reference.starts_with("refs/tags/") { "tag" } else { "branch" };
    let workflow_ref =
        format!("{}/{}@{}", repository.full_name, run.workflow_file, event.reference);
    json!({
        "event_name": event.name,
        "event": event.payload,
        "ref": event.reference,
        "ref_name": short(&event.reference),
        "ref_type": kind,
        "ref_protected": false,
        "sha": event.sha,
        "base_ref": event.base_ref,
        "head_ref": event.head_ref,
        "repository": repository.full_name,
        "repository_owner": owner,
        "repository_id": "1",
        "repository_owner_id": "1",
        "repositoryUrl": format!("{server}/{}.git", repository.full_name),
        "repository_visibility": "private",
        "actor": event.actor,
        "actor_id": "1",
        "triggering_actor": event.actor,
        "workflow": run.workflow_name,
        "workflow_ref": workflow_ref,
        "workflow_sha": event.sha,
        "run_id": run.id.to_string(),
        "run_number": run.number.to_string(),
        "run_attempt": run.attempt.to_string(),
        "retention_days": "90",
        "secret_source": "Actions",
        "server_url": server,
        "api_url": api,
        "graphql_url": graphql,
    })
}
