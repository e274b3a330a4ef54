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
use crate::job::run::{Execution, Program, run_spec};
use crate::job::state::{Ended, JobState, Outcome};
use crate::job::steps::fail;
use crate::job::variables::Variables;

/// The other side of a fetch from a directory.
const UPLOAD_PACK: &str = "git -c uploadpack.allowAnySHA1InWant=true upload-pack";

/// What a fetch brought.
struct Fetched {
    commit: String,
    /// The branch, when the reference is one.
    branch: Option<String>,
}

impl Fetched {
    /// Reads it from git's record, whose first line is what was asked for first:
    /// `<commit>\t\tbranch 'main' of <address>`.
    fn read(directory: &Path) -> std::io::Result<Self> {
        let git = directory.join(".git");
        let git = match std::fs::read_to_string(&git) {
            // A linked working tree has a file that says where its directory is.
            Ok(link) => directory.join(link.trim().trim_start_matches("gitdir: ")),
            Err(_) => git,
        };
        let record = std::fs::read_to_string(git.join("FETCH_HEAD"))?;
        let line = record.lines().next().unwrap_or_default();
        let commit = line.split('\t').next().unwrap_or_default().to_owned();
        let branch = line.split_once("\tbranch '").and_then(|(_, rest)| rest.split_once("' of "));
        Ok(Fetched { commit, branch: branch.map(|(branch, _)| branch.to_owned()) })
    }
}

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
        let is_in_place = matches!(self.job.options.workspace_source, WorkspaceSource::InPlace(_));
        if is_in_place && checkout.is_workspace {
            return self.switch(lane, state, checkout).await;
        }
        let directory = &checkout.directory;
        if let Err(error) = std::fs::create_dir_all(directory) {
            let message = format!("cannot create {}: {error}", directory.display());
            return Err(fail(self.job, lane, self.node, &message));
        }
        if !directory.join(".git").exists() {
            self.run(lane, state, directory, &["init", "-q"], &[]).await?;
            let origin = self.origin(checkout, &source);
            let arguments = ["remote".into(), "add".into(), "origin".into(), origin];
            self.run(lane, state, directory, &arguments, &[]).await?;
        }
        let reference = self.reference(checkout);
        self.fetch(lane, state, checkout, &source, &reference).await?;
        self.sparse(lane, state, checkout).await?;
        let fetched = Fetched::read(directory)
            .map_err(|error| fail(self.job, lane, self.node, &format!("FETCH_HEAD: {error}")))?;
        let branch = fetched.branch.or_else(|| self.branch_of_run(checkout));
        let mut arguments = vec!["checkout", "--progress", "--force"];
        match &branch {
            Some(branch) => arguments.extend(["-B", branch, "FETCH_HEAD"]),
            None => arguments.extend(["--detach", "FETCH_HEAD"]),
        }
        self.run(lane, state, directory, &arguments, &[]).await?;
        if checkout.is_true("clean", true) {
            self.run(lane, state, directory, &["clean", "-ffdx", "-q"], &[]).await?;
        }
        // The commit may not have the project's directory, which later steps start in.
        if checkout.is_workspace {
            let _ = std::fs::create_dir_all(self.job.workspace_on_host());
        }
        self.extras(lane, state, checkout).await?;
        Ok(fetched.commit)
    }

    /// What the remote `origin` of a new clone is called.
    fn origin(&self, checkout: &Checkout, source: &OsString) -> OsString {
        let server = self.job.contexts.github.get("server_url").filter(|_| checkout.is_own);
        match server {
            Some(server) => format!("{server}/{}", checkout.repository).into(),
            None => source.clone(),
        }
    }

    /// Without `ref` the branch of the run is checked out at its commit.
    fn branch_of_run(&self, checkout: &Checkout) -> Option<String> {
        let reference = self.job.contexts.github.get("ref").map(|name| name.to_text());
        let branch = reference.as_deref().and_then(|name| name.strip_prefix("refs/heads/"));
        branch.filter(|_| checkout.is_own && checkout.reference.is_empty()).map(str::to_owned)
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
            if options.repository.is_dirty {
                let line = "Uncommitted changes are not part of this checkout.";
                lane.log.line(self.node, line);
            }
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

    /// The workspace is the user's own checkout: it is switched as gently as `git checkout` does
    /// it. A shallow fetch would cut its history off, a clean would delete ignored files.
    async fn switch(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
    ) -> Result<String, Ended> {
        if self.job.options.repository.is_dirty {
            let message = "The workspace is your checkout itself (--in-place) and has uncommitted \
                           changes, which this checkout could overwrite. Commit or stash them, or \
                           run without --in-place.";
            return Err(fail(self.job, lane, self.node, message));
        }
        let directory = &checkout.directory;
        let reference = self.reference(checkout);
        let name = reference.strip_prefix("refs/heads/").unwrap_or(&reference);
        self.run(lane, state, directory, &["checkout", "--progress", name, "--"], &[]).await?;
        let mut git = tokio::process::Command::new("git");
        let head = git.args(["rev-parse", "HEAD"]).current_dir(directory).output().await;
        let commit = head.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        commit.map_err(|error| fail(self.job, lane, self.node, &format!("git: {error}")))
    }

    /// What is fetched: the reference asked for, or the commit of the run, which stands for the
    /// merge of a pull request as well: there is no such reference here.
    fn reference(&self, checkout: &Checkout) -> String {
        match (checkout.reference.as_str(), checkout.is_own) {
            ("", false) => "HEAD".to_owned(),
            (given, true) if given.is_empty() || given.starts_with("refs/pull/") => {
                commit_of_run(self.job).to_text().into_owned()
            }
            (given, _) => given.to_owned(),
        }
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
        if std::path::Path::new(source).is_absolute() {
            // A commit that no branch points to any more can be had as well, as from GitHub.
            arguments.push(format!("--upload-pack={UPLOAD_PACK}").into());
        }
        let depth = checkout.input("fetch-depth");
        match depth {
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
        if depth == "0" {
            let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
            arguments.extend(all.map(OsString::from));
        }
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
        self.submodules(lane, state, checkout).await
    }

    pub(super) async fn run<A: AsRef<std::ffi::OsStr>>(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        directory: &Path,
        arguments: &[A],
        environment: &[(OsString, OsString)],
    ) -> Result<(), Ended> {
        let mut spec = ExecSpec::new("git", directory)
            .arguments(arguments.iter().map(|argument| argument.as_ref().to_owned()));
        let shown = spec.command_line().replace(&format!(" --upload-pack={UPLOAD_PACK}"), "");
        lane.log.line(self.node, &format!("[command]{shown}"));
        // Git runs on this machine, also for a job in a container: its image need not have it.
        let (job, base) = (self.job, &self.job.host_environment);
        spec.environment = job.environment_over(base, state, self.env, &lane.files, &[]);
        spec.environment.extend([("GIT_TERMINAL_PROMPT".into(), "0".into())]);
        spec.environment.extend_from_slice(environment);
        let execution = Execution { session: &*job.host, spec, program: Program::Script };
        let ran = run_spec(job, lane, state, self.node, execution, self.env).await;
        match ran.ended.outcome {
            Outcome::Success => Ok(()),
            _ => Err(ran.ended),
        }
    }
}
