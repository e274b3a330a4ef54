//! What Git knows of the project: commit, branch, tag, remote, whether the tree is dirty.

use std::fs;

use bstr::ByteSlice as _;
use jiff::Timestamp;

use crate::git::{Git, split_nul, unexpected};
use crate::git_directory::GitDirectory;
use crate::{GitError, Project, Remote, git_config};

/// The reference that stands in for the missing one, without Git or commits.
pub const STAND_IN_REF: &str = "refs/heads/main";

/// The commit that stands in for the missing one, without Git or commits.
pub const STAND_IN_SHA: &str = "0000000000000000000000000000000000000000";

/// What Git knows of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFacts {
    /// The commit that is checked out; `None` without Git or before the first commit.
    pub head: Option<Commit>,
    /// The branch that is checked out, without `refs/heads/`; `None` when the head is detached or
    /// without Git. Before the first commit it is the branch to be.
    pub branch: Option<String>,
    /// The tags on the head commit, without `refs/tags/`, in Git's order.
    pub tags: Vec<String>,
    /// Whether the project's files differ from the commit: changed, staged, deleted or untracked
    /// (and not ignored) anywhere below the project root. False without Git.
    pub dirty: bool,
    /// Where the repository comes from: `origin`, else the branch's remote, else the only one.
    pub remote: Option<Remote>,
    /// The remote's default branch if it is known here (`refs/remotes/origin/HEAD`), else `main`
    /// or `master` if there is such a branch, else the current branch, else `main`.
    pub default_branch: String,
    /// Whether the project is in a Git working tree.
    pub in_git: bool,
}

/// A commit. Bytes that are not UTF-8 are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full object name, 40 (or in a SHA-256 repository 64) lower-case hexadecimal digits.
    pub sha: String,
    /// The object names of its parents.
    pub parents: Vec<String>,
    /// The author's name.
    pub author_name: String,
    /// The author's address.
    pub author_email: String,
    /// The committer's name.
    pub committer_name: String,
    /// The committer's address.
    pub committer_email: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The whole message, without the newlines at its end.
    pub message: String,
}

impl GitFacts {
    /// Asks Git, with two or three calls that run side by side (about 2 ms in a small repository).
    /// Without Git, or without the `git` program, answers the stand-ins.
    ///
    /// # Errors
    /// When `git` refuses (a broken repository, one of another owner) or its answer makes no sense.
    pub fn read(project: &Project) -> Result<Self, GitError> {
        if project.git_root.is_none() {
            return Ok(Self::stand_in());
        }
        match Self::ask(project) {
            Err(GitError::Missing) => Ok(Self { in_git: true, ..Self::stand_in() }),
            other => other,
        }
    }

    fn ask(project: &Project) -> Result<Self, GitError> {
        let git = || Git::new(&project.root);
        let status = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"];
        let status = git().arguments(status).arguments(["--", "."]).start()?;
        let log = git().arguments(["-c", "log.showSignature=false"]).arguments([
            "log",
            "-1",
            "--no-color",
            "--encoding=UTF-8",
            "--decorate=full",
            "--decorate-refs=refs/tags/*",
            LOG_FORMAT,
        ]);
        let log = log.start()?;
        let simple = GitDirectory::of(project.git_root.as_deref().unwrap_or(&project.root))
            .and_then(|directory| fs::read(directory.shared.join("config")).ok())
            .and_then(|file| git_config::parse(&file));
        let names = r"^(remote\..*\.url|branch\..*\.remote)$";
        let config = match &simple {
            Some(_) => None,
            None => Some(git().arguments(["config", "-z", "--get-regexp", names]).start()?),
        };

        let status = Status::parse(&status.finish()?);
        let log = log.finish();
        // No match is an error to `git config`.
        let asked = config.and_then(|call| call.finish().ok()).unwrap_or_default();
        let config = simple.unwrap_or_else(|| parse_config(&asked));
        let (head, tags) = if status.has_commit { parse_log(&log?)? } else { (None, Vec::new()) };
        let remote = choose_remote(&config, status.branch.as_deref());
        Ok(Self {
            head,
            default_branch: default_branch(project, remote.as_ref(), status.branch.as_deref()),
            branch: status.branch,
            tags,
            dirty: status.dirty,
            remote,
            in_git: true,
        })
    }

    /// The facts without Git.
    #[must_use]
    pub fn stand_in() -> Self {
        Self {
            head: None,
            branch: None,
            tags: Vec::new(),
            dirty: false,
            remote: None,
            default_branch: "main".to_owned(),
            in_git: false,
        }
    }

    /// `github.sha`: the head commit, else [`STAND_IN_SHA`].
    #[must_use]
    pub fn sha(&self) -> &str {
        self.head.as_ref().map_or(STAND_IN_SHA, |commit| &commit.sha)
    }

    /// `github.ref`: the branch that is checked out, else the first tag on a detached head, else
    /// the default branch for a detached head without a tag; [`STAND_IN_REF`] without Git.
    #[must_use]
    pub fn reference(&self) -> String {
        match (&self.branch, self.tags.first()) {
            (Some(branch), _) => format!("refs/heads/{branch}"),
            (None, Some(tag)) => format!("refs/tags/{tag}"),
            (None, None) => format!("refs/heads/{}", self.default_branch),
        }
    }

    /// Whether [`sha`](Self::sha) is a stand-in, to be said in the log.
    #[must_use]
    pub fn sha_is_stand_in(&self) -> bool {
        self.head.is_none()
    }

    /// Whether [`reference`](Self::reference) is a stand-in, to be said in the log.
    #[must_use]
    pub fn reference_is_stand_in(&self) -> bool {
        self.branch.is_none() && self.tags.is_empty()
    }
}

/// Commit, parents, author, committer, time, tags, message, with NUL between them.
const LOG_FORMAT: &str = "--format=%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%D%x00%B";

/// What `git status --porcelain=v2 --branch -z` says (git-status(1), "Porcelain Format Version 2").
struct Status {
    has_commit: bool,
    branch: Option<String>,
    dirty: bool,
}

impl Status {
    fn parse(output: &[u8]) -> Self {
        let mut status = Self { has_commit: false, branch: None, dirty: false };
        for item in split_nul(output) {
            if let Some(oid) = item.strip_prefix(b"# branch.oid ") {
                status.has_commit = oid != b"(initial)";
            } else if let Some(head) = item.strip_prefix(b"# branch.head ") {
                let branch = head.to_str_lossy().into_owned();
                status.branch = (branch != "(detached)").then_some(branch);
            } else if !item.starts_with(b"# ") {
                status.dirty = true;
            }
        }
        status
    }
}

fn parse_log(output: &[u8]) -> Result<(Option<Commit>, Vec<String>), GitError> {
    let fields: Vec<&[u8]> = output.splitn(9, |byte| *byte == 0).collect();
    let [sha, parents, author, author_email, committer, committer_email, time, tags, message] =
        fields.as_slice()
    else {
        return Err(unexpected("log -1", output));
    };
    let text = |bytes: &[u8]| bytes.to_str_lossy().into_owned();
    let seconds = text(time).parse().map_err(|_| unexpected("log -1", time))?;
    let commit = Commit {
        sha: text(sha),
        parents: text(parents).split_whitespace().map(str::to_owned).collect(),
        author_name: text(author),
        author_email: text(author_email),
        committer_name: text(committer),
        committer_email: text(committer_email),
        committed_at: Timestamp::from_second(seconds).map_err(|_| unexpected("log -1", time))?,
        message: text(message).trim_end_matches('\n').to_owned(),
    };
    let tags = text(tags);
    let tags = tags.split(", ").filter_map(|name| name.strip_prefix("tag: refs/tags/"));
    Ok((Some(commit), tags.map(str::to_owned).collect()))
}

/// What `git config -z` lists as name, newline, value.
fn parse_config(output: &[u8]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| bytes.to_str_lossy().into_owned();
    split_nul(output)
        .filter_map(|item| item.split_once_str("\n"))
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// Chooses among the remotes of a configuration.
fn choose_remote(config: &[(String, String)], branch: Option<&str>) -> Option<Remote> {
    let mut remotes: Vec<(&str, &str)> = Vec::new();
    let mut of_branch = None;
    let branch_key = branch.map(|branch| format!("branch.{branch}.remote"));
    for (key, value) in config {
        let name = key.strip_prefix("remote.").and_then(|rest| rest.strip_suffix(".url"));
        if let Some(name) = name {
            // The first address of a remote is the one that is fetched from.
            if !remotes.iter().any(|(known, _)| *known == name) {
                remotes.push((name, value));
            }
        } else if Some(key) == branch_key.as_ref() {
            of_branch = Some(value.as_str());
        }
    }
    let named = |wanted: &str| remotes.iter().find(|(name, _)| *name == wanted);
    let only = if remotes.len() == 1 { remotes.first() } else { None };
    let chosen = named("origin").or_else(|| named(of_branch?)).or(only);
    chosen.and_then(|(name, url)| Remote::parse(name, url))
}

fn default_branch(project: &Project, remote: Option<&Remote>, current: Option<&str>) -> String {
    let known = || {
        let directory = GitDirectory::of(project.git_root.as_deref()?)?;
        let remote = remote.map_or("origin", |remote| remote.name.as_str());
        let prefix = format!("refs/remotes/{remote}/");
        let head = fs::read_to_string(directory.shared.join(&prefix).join("HEAD"));
        let target = head.ok().and_then(|head| {
            Some(head.strip_prefix("ref: ")?.trim_end().strip_prefix(&prefix)?.to_owned())
        });
        target.or_else(|| {
            let exists = |name: &&str| directory.has_reference(&format!("refs/heads/{name}"));
            ["main", "master"].into_iter().find(exists).map(str::to_owned)
        })
    };
    known().or_else(|| current.map(str::to_owned)).unwrap_or_else(|| "main".to_owned())
}
