//! A real checkout, by calls of git that the step's log shows.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use windlass_kernel::NodeId;
use windlass_repository::{SourceOverride, WorkspaceSource};
use windlass_session::ExecSpec;

use super::{Checkout, commit_of_run};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::run::{Program, run_spec};
use crate::job::state::{Ended, JobState, Outcome};
use crate::job::steps::fail;
use crate::job::variables::Variables;

/// Calls of git, shown in the step's log.
pub(super) struct Git<'a> {
    pub job: &'a Arc<Job>,
    pub node: &'a NodeId,
    pub env: &'a [&'a Variables],
}

impl Git<'_> {
    /// Checks out; answers the commit, or how the step ended without it.
    pub async fn check_out(
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
            "0" if checkout.directory.join(".git/shallow").exists() => {
                arguments.push("--unshallow".into());
            }
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
        let ran =
            run_spec(self.job, lane, state, self.node, (spec, Program::Script), self.env).await;
        match ran.ended.outcome {
            Outcome::Success => Ok(()),
            _ => Err(ran.ended),
        }
    }
}
