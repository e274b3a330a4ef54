//! `actions/checkout`, served without a forge.
//!
//! A checkout of the repository being run is answered from the local repository: without `ref` the
//! workspace keeps the copy of the working tree, uncommitted edits included; with `ref`, or in an
//! empty workspace, it is a real checkout by git. Other repositories are fetched by git. The log
//! says which. Inputs: the README of actions/checkout.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use indexmap::IndexMap;
use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;
use windlass_repository::{SourceOverride, WorkspaceSource};
use windlass_session::ExecSpec;

use super::{UsesStep, inputs};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::run::run_spec;
use crate::job::state::{Ended, Frame, JobState, Outcome};
use crate::job::steps::{Prepared, fail};
use crate::job::variables::Variables;

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
    /// The directory.
    directory: PathBuf,
    /// Whether that is the workspace itself.
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
    let workspace = job.workspace();
    let path = text("path");
    let directory = workspace.join(&path);
    let is_inside = directory.starts_with(workspace)
        && !directory.components().any(|part| part == std::path::Component::ParentDir);
    if !is_inside {
        return Err(format!("Repository path '{}' is not under '{}'", path, workspace.display()));
    }
    let is_workspace = directory.components().eq(workspace.components());
    let reference = text("ref");
    Ok(Checkout { repository, reference, directory, is_workspace, is_own, inputs })
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

/// Calls of git, shown in the step's log.
struct Git<'a> {
    job: &'a Arc<Job>,
    node: &'a NodeId,
    env: &'a [&'a Variables],
}

impl Git<'_> {
    async fn check_out(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
    ) -> Result<String, Ended> {
        let source = self.source(lane, checkout)?;
        self.refuse_in_place(lane, checkout)?;
        let directory = &checkout.directory;
        if let Err(error) = std::fs::create_dir_all(directory) {
            let message = format!("cannot create {}: {error}", directory.display());
            return Err(fail(self.job, lane, self.node, &message));
        }
        if !directory.join(".git").exists() {
            self.run(lane, state, directory, &["init", "-q"], &[]).await?;
        }
        let reference = self.reference(checkout);
        self.fetch(lane, state, checkout, &source, &reference).await?;
        self.sparse(lane, state, checkout).await?;
        let branch = Self::branch(&reference);
        let mut arguments = vec!["checkout", "--progress", "--force"];
        match &branch {
            Some(branch) => arguments.extend(["-B", branch, "FETCH_HEAD"]),
            None => arguments.extend(["--detach", "FETCH_HEAD"]),
        }
        self.run(lane, state, directory, &arguments, &[]).await?;
        if checkout.is_true("clean", true) {
            self.run(lane, state, directory, &["clean", "-ffdx", "-q"], &[]).await?;
        }
        self.extras(lane, state, checkout).await?;
        self.commit(lane, directory)
    }

    /// The address that git fetches from.
    fn source(&self, lane: &mut Lane, checkout: &Checkout) -> Result<OsString, Ended> {
        let options = &self.job.options;
        if checkout.is_own {
            let Some(root) = &options.repository.git_root else {
                let message = "This project is no Git repository with commits, so nothing can be \
                               checked out of it. Run `git init` and commit, or leave `ref` out.";
                return Err(fail(self.job, lane, self.node, message));
            };
            let line =
                format!("Served from the local repository {}, not from a forge.", root.display());
            lane.log.line(self.node, &line);
            return Ok(root.clone().into_os_string());
        }
        let source = match options.overrides.get(&checkout.repository.to_ascii_lowercase()) {
            Some(SourceOverride::Folder(path)) => path.clone().into_os_string(),
            Some(SourceOverride::Git(url)) => url.into(),
            None => {
                let server = match checkout.input("github-server-url") {
                    "" => options.action_server_url.as_str(),
                    given => given.trim_end_matches('/'),
                };
                format!("{server}/{}", checkout.repository).into()
            }
        };
        lane.log.line(self.node, &format!("Fetching from {}", source.to_string_lossy()));
        Ok(source)
    }

    /// A checkout in place would throw uncommitted work away.
    fn refuse_in_place(&self, lane: &mut Lane, checkout: &Checkout) -> Result<(), Ended> {
        let is_in_place = matches!(self.job.options.workspace_source, WorkspaceSource::InPlace(_));
        if is_in_place && checkout.is_workspace && self.job.options.repository.is_dirty {
            let message = "The workspace is your checkout itself (--in-place) and has uncommitted \
                           changes, which this checkout would overwrite. Commit or stash them, or \
                           run without --in-place.";
            return Err(fail(self.job, lane, self.node, message));
        }
        Ok(())
    }

    /// What is fetched: the reference asked for, or the commit of the run.
    fn reference(&self, checkout: &Checkout) -> String {
        match (checkout.reference.as_str(), checkout.is_own) {
            ("", true) => commit_of_run(self.job).to_text().into_owned(),
            ("", false) => "HEAD".to_owned(),
            (given, _) => given.to_owned(),
        }
    }

    /// The local branch to be made; a tag or commit is checked out without one.
    fn branch(reference: &str) -> Option<String> {
        reference.strip_prefix("refs/heads/").map(str::to_owned)
    }

    async fn fetch(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
        source: &OsString,
        reference: &str,
    ) -> Result<(), Ended> {
        let mut arguments: Vec<OsString> =
            ["fetch", "--no-recurse-submodules", "--force"].map(OsString::from).to_vec();
        arguments.push(
            if checkout.is_true("fetch-tags", false) { "--tags" } else { "--no-tags" }.into(),
        );
        // A commit that no branch points to any more can be had as well, as from GitHub.
        arguments.push("--upload-pack".into());
        arguments.push("git -c uploadpack.allowAnySHA1InWant=true upload-pack".into());
        match checkout.input("fetch-depth") {
            "" => arguments.push("--depth=1".into()),
            "0" => {}
            depth if depth.parse::<u32>().is_ok() => {
                arguments.push(format!("--depth={depth}").into())
            }
            other => {
                let message = format!("Invalid value for 'fetch-depth': '{other}'");
                return Err(fail(self.job, lane, self.node, &message));
            }
        }
        if !checkout.input("filter").is_empty() {
            arguments.push(format!("--filter={}", checkout.input("filter")).into());
        }
        arguments.extend([OsString::from("--"), source.clone(), reference.into()]);
        if reference.starts_with('-') {
            let message = format!("'{reference}' is no valid name of a branch, tag or commit.");
            return Err(fail(self.job, lane, self.node, &message));
        }
        let authorization = self.authorization(checkout, source);
        self.run(lane, state, &checkout.directory, &arguments, &authorization).await
    }

    /// The token, for an address by http; it is handed over by environment and kept nowhere.
    fn authorization(&self, checkout: &Checkout, source: &OsString) -> Vec<(OsString, OsString)> {
        let token = match checkout.input("token") {
            "" => self.job.options.token.as_ref().map_or("", |token| token.expose()),
            given => given,
        };
        let source = source.to_string_lossy();
        if token.is_empty() || checkout.is_own || !source.starts_with("http") {
            return Vec::new();
        }
        let basic = BASE64.encode(format!("x-access-token:{token}"));
        self.job.masks.add(&basic);
        [
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("http.{source}.extraheader")),
            ("GIT_CONFIG_VALUE_0", format!("AUTHORIZATION: basic {basic}")),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec()
    }

    async fn sparse(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
    ) -> Result<(), Ended> {
        let patterns: Vec<&str> =
            checkout.input("sparse-checkout").lines().map(str::trim).collect();
        if patterns.iter().all(|pattern| pattern.is_empty()) {
            return Ok(());
        }
        let mode = if checkout.is_true("sparse-checkout-cone-mode", true) {
            "--cone"
        } else {
            "--no-cone"
        };
        let mut arguments = vec!["sparse-checkout", "set", mode];
        arguments.extend(patterns.into_iter().filter(|pattern| !pattern.is_empty()));
        self.run(lane, state, &checkout.directory, &arguments, &[]).await
    }

    async fn extras(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
    ) -> Result<(), Ended> {
        if checkout.is_true("lfs", false) {
            self.run(lane, state, &checkout.directory, &["lfs", "pull"], &[]).await?;
        }
        let mut arguments = vec!["submodule", "update", "--init", "--force"];
        match checkout.input("submodules").to_ascii_lowercase().as_str() {
            "" | "false" => return Ok(()),
            "recursive" => arguments.push("--recursive"),
            _ => {}
        }
        self.run(lane, state, &checkout.directory, &arguments, &[]).await
    }

    /// The commit that was checked out.
    fn commit(&self, lane: &mut Lane, directory: &Path) -> Result<String, Ended> {
        let head = std::fs::read_to_string(directory.join(".git/HEAD")).unwrap_or_default();
        let commit = match head.trim().strip_prefix("ref: ") {
            Some(name) => std::fs::read_to_string(directory.join(".git").join(name)),
            None => Ok(head),
        };
        match commit {
            Ok(commit) => {
                let commit = commit.trim().to_owned();
                lane.log.line(self.node, &format!("HEAD is now at {commit}"));
                Ok(commit)
            }
            Err(error) => {
                Err(fail(self.job, lane, self.node, &format!("cannot read HEAD: {error}")))
            }
        }
    }

    async fn run<A: AsRef<std::ffi::OsStr>>(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        directory: &Path,
        arguments: &[A],
        environment: &[(OsString, OsString)],
    ) -> Result<(), Ended> {
        let mut spec = ExecSpec::new("git", directory)
            .arguments(arguments.iter().map(|argument| argument.as_ref().to_owned()));
        lane.log.line(self.node, &format!("[command]{}", spec.command_line()));
        spec.environment = self.job.environment(state, self.env, &lane.files, &[]);
        spec.environment.extend([("GIT_TERMINAL_PROMPT".into(), "0".into())]);
        spec.environment.extend_from_slice(environment);
        let ran = run_spec(self.job, lane, state, self.node, spec, self.env).await;
        match ran.ended.outcome {
            Outcome::Success => Ok(()),
            _ => Err(ran.ended),
        }
    }
}
