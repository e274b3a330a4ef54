//! The event that starts a run: its payload, and what the `github` context says of it.
//!
//! On a laptop no forge sends a payload, so [`EventRequest::build`] makes the part of it that
//! workflows read, from Git's facts; what the user gives in an event file is laid over it.
//! Sources: GitHub Docs, "Webhook events and payloads" and "Contexts reference".

mod decision;
mod inputs;
mod payload;

use serde_json::{Map, Value};

pub use decision::{ChangedFiles, Decision, decide};
pub use inputs::{InputError, call_inputs, dispatch_inputs, typed_input};

/// What is known of the repository in which the event happens.
#[derive(Clone, Debug)]
pub struct RepositoryFacts {
    /// `owner/name`.
    pub full_name: String,
    /// The forge, such as `https://github.com`.
    pub server_url: String,
    /// The branch that is not named.
    pub default_branch: String,
    /// The commit that is run.
    pub sha: String,
    /// The commit before it, where there is one.
    pub before: Option<String>,
    /// The full reference that is run: `refs/heads/…` or `refs/tags/…`.
    pub reference: String,
    /// The commit's message.
    pub message: String,
    /// The commit's author: name and address.
    pub author: (String, String),
    /// When it was committed, RFC 3339.
    pub committed_at: String,
}

/// The event as it was asked for.
#[derive(Clone, Debug)]
pub struct EventRequest {
    /// `push`, `pull_request`, …
    pub name: String,
    /// Who is said to have caused it.
    pub actor: String,
    /// What the user says of the payload; laid over what is made up here.
    pub given: Map<String, Value>,
    /// The inputs of a `workflow_dispatch` or `workflow_call`, beside those in the payload.
    pub inputs: Vec<(String, String)>,
}

/// An event, ready to decide on and to run.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// The activity type, where it has one.
    pub action: Option<String>,
    /// `github.event`.
    pub payload: Value,
    /// `github.ref`.
    pub reference: String,
    /// `github.sha`.
    pub sha: String,
    /// `github.base_ref`: the target branch of a pull request, else empty.
    pub base_ref: String,
    /// `github.head_ref`: the source branch of a pull request, else empty.
    pub head_ref: String,
    /// `github.actor`.
    pub actor: String,
}

impl EventRequest {
    /// The event this request means in this repository.
    pub fn build(&self, repository: &RepositoryFacts) -> Event {
        let mut payload = payload::made_up(self, repository);
        payload::lay_over(&mut payload, &self.given);
        self.add_inputs(&mut payload);
        let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
        let pull_request = self.is_pull_request();
        let owned = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let reference = match text("/ref") {
            Some(given) if !pull_request && self.given.contains_key("ref") => full(given),
            _ if pull_request => {
                let number = payload.pointer("/pull_request/number").and_then(Value::as_u64);
                format!("refs/pull/{}/merge", number.unwrap_or(1))
            }
            _ => repository.reference.clone(),
        };
        let branch = |pointer| if pull_request { owned(text(pointer)) } else { String::new() };
        Event {
            name: self.name.clone(),
            action: text("/action").map(str::to_owned),
            reference,
            sha: repository.sha.clone(),
            base_ref: branch("/pull_request/base/ref"),
            head_ref: branch("/pull_request/head/ref"),
            actor: self.actor.clone(),
            payload,
        }
    }

    fn is_pull_request(&self) -> bool {
        self.name.starts_with("pull_request")
    }

    fn add_inputs(&self, payload: &mut Value) {
        if self.inputs.is_empty() && !payload["inputs"].is_object() {
            return;
        }
        let inputs = &mut payload["inputs"];
        if !inputs.is_object() {
            *inputs = Value::Object(Map::new());
        }
        for (name, value) in &self.inputs {
            inputs[name] = Value::String(value.clone());
        }
    }
}

impl Event {
    /// The branch or tag that filters look at: the base branch of a pull request, the head branch
    /// of a `workflow_run`, else the reference itself.
    pub fn filtered_reference(&self) -> Reference<'_> {
        if self.name == "workflow_run" {
            let branch = self.payload.pointer("/workflow_run/head_branch").and_then(Value::as_str);
            return Reference::Branch(branch.unwrap_or_default());
        }
        if !self.base_ref.is_empty() {
            return Reference::Branch(&self.base_ref);
        }
        match self.reference.strip_prefix("refs/tags/") {
            Some(tag) => Reference::Tag(tag),
            None => Reference::Branch(short(&self.reference)),
        }
    }
}

/// What a branch or tag filter is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A branch, by its short name.
    Branch(&'a str),
    /// A tag, by its short name.
    Tag(&'a str),
}

/// `refs/heads/main` as `main`.
pub fn short(reference: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/pull/"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))
        .unwrap_or(reference)
}

/// `main` as `refs/heads/main`; a full reference stays.
pub fn full(reference: &str) -> String {
    if reference.starts_with("refs/") {
        reference.to_owned()
    } else {
        format!("refs/heads/{reference}")
    }
}
