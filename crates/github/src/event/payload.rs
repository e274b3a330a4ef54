//! The webhook payload as far as workflows commonly read it, made from what Git knows.

use serde_json::{Map, Value, json};

use super::{EventRequest, RepositoryFacts, short};

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// The payload for this event.
pub(super) fn made_up(request: &EventRequest, repository: &RepositoryFacts) -> Value {
    let mut payload = json!({
        "repository": repository_object(repository),
        "sender": user(&request.actor),
    });
    let own = match request.name.as_str() {
        "push" => push(request, repository),
        name if name.starts_with("pull_request") => pull_request(request, repository),
        "workflow_dispatch" => json!({ "ref": repository.reference }),
        "schedule" => json!({}),
        "release" => release(request, repository),
        "repository_dispatch" => json!({
            "action": "windlass", "branch": repository.default_branch, "client_payload": {},
        }),
        "workflow_run" => workflow_run(repository),
        "create" | "delete" => json!({
            "ref": short(&repository.reference),
            "ref_type": if repository.reference.starts_with("refs/tags/") { "tag" } else { "branch" },
        }),
        _ => json!({}),
    };
    if let Value::Object(own) = own {
        lay_over(&mut payload, &own);
    }
    payload
}

/// Lays given values over made-up ones: objects are merged, all else is replaced.
pub(super) fn lay_over(payload: &mut Value, given: &Map<String, Value>) {
    if !payload.is_object() {
        *payload = Value::Object(Map::new());
    }
    for (key, value) in given {
        match value {
            Value::Object(inner) if payload[key].is_object() => lay_over(&mut payload[key], inner),
            _ => payload[key] = value.clone(),
        }
    }
}

fn user(login: &str) -> Value {
    json!({ "login": login, "type": "User" })
}

fn repository_object(repository: &RepositoryFacts) -> Value {
    let (owner, name) = repository.full_name.split_once('/').unwrap_or(("", &repository.full_name));
    let html_url = format!("{}/{}", repository.server_url, repository.full_name);
    json!({
        "name": name,
        "full_name": repository.full_name,
        "owner": { "login": owner, "name": owner },
        "private": true,
        "fork": false,
        "html_url": html_url,
        "clone_url": format!("{html_url}.git"),
        "default_branch": repository.default_branch,
        "visibility": "private",
    })
}

fn commit(repository: &RepositoryFacts) -> Value {
    let (name, email) = &repository.author;
    json!({
        "id": repository.sha,
        "message": repository.message,
        "timestamp": repository.committed_at,
        "author": { "name": name, "email": email },
        "committer": { "name": name, "email": email },
        "distinct": true,
    })
}

fn push(request: &EventRequest, repository: &RepositoryFacts) -> Value {
    let (name, email) = &repository.author;
    json!({
        "ref": repository.reference,
        "before": repository.before.as_deref().unwrap_or(NO_COMMIT),
        "after": repository.sha,
        "created": repository.before.is_none(),
        "deleted": false,
        "forced": false,
        "base_ref": null,
        "head_commit": commit(repository),
        "commits": [commit(repository)],
        "pusher": { "name": if name.is_empty() { &request.actor } else { name }, "email": email },
    })
}

fn pull_request(request: &EventRequest, repository: &RepositoryFacts) -> Value {
    let repo = repository_object(repository);
    let title = repository.message.lines().next().unwrap_or_default();
    json!({
        "action": "opened",
        "number": 1,
        "pull_request": {
            "number": 1,
            "state": "open",
            "title": title,
            "body": "",
            "draft": false,
            "merged": false,
            "user": user(&request.actor),
            "labels": [],
            "head": {
                "ref": short(&repository.reference), "sha": repository.sha, "repo": repo,
            },
            "base": {
                "ref": repository.default_branch,
                "sha": repository.before.as_deref().unwrap_or(NO_COMMIT),
                "repo": repo,
            },
        },
    })
}

fn release(request: &EventRequest, repository: &RepositoryFacts) -> Value {
    let tag = repository.reference.strip_prefix("refs/tags/").unwrap_or("v0.0.0");
    json!({
        "action": "published",
        "release": {
            "tag_name": tag,
            "name": tag,
            "target_commitish": repository.default_branch,
            "draft": false,
            "prerelease": tag.contains('-'),
            "body": "",
            "author": user(&request.actor),
        },
    })
}

fn workflow_run(repository: &RepositoryFacts) -> Value {
    json!({
        "action": "completed",
        "workflow_run": {
            "conclusion": "success",
            "event": "push",
            "head_branch": short(&repository.reference),
            "head_sha": repository.sha,
        },
    })
}
