//! `actions/checkout`, served without a forge.
//!
//! A checkout of the repository being run is answered from the local repository: without `ref` the
//! workspace keeps the copy of the working tree, uncommitted edits included; with `ref`, or in an
//! empty workspace, it is a real checkout by git. Other repositories are fetched by git. The log
//! says which. Inputs: the README of actions/checkout.

mod git;
mod submodules;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;
use windlass_repository::WorkspaceSource;

use self::git::Git;
use super::{UsesStep, inputs};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::state::{Ended, Frame, JobState, Outcome};
use crate::job::steps::{Prepared, fail};

/// Inputs that change nothing here.
const IGNORED: &[&str] = &[
    "ssh-key",
    "ssh-known-hosts",
    "ssh-strict",
    "ssh-user",
    "persist-credentials",
    "set-safe-directory",
    "show-progress",
    "allow-unsafe-pr-checkout",
];

/// Inputs that are followed.
const KNOWN: &[&str] = &[
    "repository",
    "ref",
    "token",
    "path",
    "clean",
    "filter",
    "sparse-checkout",
    "sparse-checkout-cone-mode",
    "fetch-depth",
    "fetch-tags",
    "lfs",
    "submodules",
    "github-server-url",
];

/// What is to be checked out, and where.
struct Checkout {
    /// `owner/name`.
    repository: String,
    /// Branch, tag or commit; empty for the one of the run.
    reference: String,
    /// The directory; for the workspace the top of the repository that the project is a part of.
    directory: PathBuf,
    /// Whether the workspace itself is meant.
    is_workspace: bool,
    /// Whether it is the repository being run.
    is_own: bool,
    inputs: IndexMap<String, String>,
}

impl Checkout {
    fn input(&self, name: &str) -> &str {
        self.inputs.get(name).map_or("", String::as_str).trim()
    }

    fn is_true(&self, name: &str, default: bool) -> bool {
        match self.input(name) {
            "" => default,
            text => text.eq_ignore_ascii_case("true"),
        }
    }
}

/// Runs a checkout.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    prepared: &Prepared,
    step: UsesStep<'_>,
) -> Ended {
    let node = &prepared.node;
    let of_job = state.env.clone();
    let layers = [&of_job, &frame.env, &prepared.env];
    let given = {
        let scope = job.scope(state, frame, &layers, &prepared.github);
        step.with.map_or(Ok(Vec::new()), |with| with.evaluate_mapping(&scope))
    };
    let given: IndexMap<String, String> = match given {
        Ok(given) => {
            given.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
        }
        Err(error) => return fail(job, lane, node, &format!("`with`: {error}")),
    };
    inputs::show(lane, node, &step.uses.value, &given, &layers);
    let checkout = match plan(job, lane, node, given) {
        Ok(checkout) => checkout,
        Err(problem) => return fail(job, lane, node, &problem),
    };
    if keeps_workspace(job, &checkout) {
        return keep(job, lane, node);
    }
    let git = Git { job, node, env: &layers };
    match git.check_out(lane, state, &checkout).await {
        Ok(commit) => ended(job, &checkout, commit),
        Err(ended) => ended,
    }
}

fn plan(
    job: &Job,
    lane: &mut Lane,
    node: &NodeId,
    inputs: IndexMap<String, String>,
) -> Result<Checkout, String> {
    let ignored: Vec<_> =
        inputs.keys().map(String::as_str).filter(|it| IGNORED.contains(it)).collect();
    if !ignored.is_empty() {
        let line = format!("Without effect here: {}", ignored.join(", "));
        lane.log.line(node, &line);
    }
    for name in inputs.keys() {
        if !IGNORED.contains(&name.as_str()) && !KNOWN.contains(&name.as_str()) {
            lane.log.issue(node, "warning", &format!("Unexpected input(s) '{name}'"));
        }
    }
    let text = |name: &str| inputs.get(name).map_or("", String::as_str).trim().to_owned();
    let own = &job.options.repository.name;
    let repository = Some(text("repository")).filter(|name| !name.is_empty());
    let repository = repository.unwrap_or_else(|| own.clone());
    let is_own = repository.eq_ignore_ascii_case(own);
    let workspace = job.workspace_on_host();
    let path = text("path");
    let directory = workspace.join(&path);
    let is_inside = directory.starts_with(workspace)
        && !directory.components().any(|part| part == std::path::Component::ParentDir);
    if !is_inside {
        return Err(format!("Repository path '{}' is not under '{}'", path, workspace.display()));
    }
    let is_workspace = directory.components().eq(workspace.components());
    let directory = match job.options.repository.prefix() {
        Some(prefix) if is_own && is_workspace => top_of(workspace, prefix).unwrap_or(directory),
        _ => directory,
    };
    let reference = text("ref");
    Ok(Checkout { repository, reference, directory, is_workspace, is_own, inputs })
}

/// The directory in which the workspace lies as the project does in its repository.
fn top_of(workspace: &Path, prefix: &Path) -> Option<PathBuf> {
    let depth = prefix.components().count();
    workspace.ends_with(prefix).then(|| workspace.ancestors().nth(depth).map(Path::to_owned))?
}

/// Whether what lies in the workspace already is what is asked for.
fn keeps_workspace(job: &Job, checkout: &Checkout) -> bool {
    let is_filled = !matches!(job.options.workspace_source, WorkspaceSource::Empty);
    is_filled && checkout.is_own && checkout.is_workspace && checkout.reference.is_empty()
}

fn keep(job: &Job, lane: &mut Lane, node: &NodeId) -> Ended {
    let repository = &job.options.repository;
    let what = match job.options.workspace_source {
        WorkspaceSource::InPlace(_) => "is the checkout itself",
        _ => "holds a copy of the working tree",
    };
    let edits = if repository.is_dirty { ", uncommitted changes included" } else { "" };
    let name = &repository.name;
    lane.log.line(
        node,
        &format!(
            "Served from the local repository: the workspace {what}{edits}. Nothing is fetched \
             from {name}; give a `ref`, or run with --strict, for a real checkout."
        ),
    );
    let mut ended = Ended::new(Outcome::Success, None);
    let reference = job.contexts.github.get("ref").cloned().unwrap_or_default();
    ended.outputs.insert("ref", reference);
    ended.outputs.insert("commit", commit_of_run(job));
    ended
}

fn commit_of_run(job: &Job) -> Value {
    match &job.options.repository.commit {
        Some(commit) => Value::from(commit.as_str()),
        None => job.contexts.github.get("sha").cloned().unwrap_or_default(),
    }
}

fn ended(job: &Job, checkout: &Checkout, commit: String) -> Ended {
    let mut ended = Ended::new(Outcome::Success, None);
    let reference = if checkout.reference.is_empty() && checkout.is_own {
        job.contexts.github.get("ref").cloned().unwrap_or_default()
    } else {
        Value::from(checkout.reference.as_str())
    };
    let mut outputs = Object::with_capacity(2);
    outputs.insert("ref", reference);
    outputs.insert("commit", commit);
    ended.outputs = outputs;
    ended
}
