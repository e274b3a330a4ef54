//! Which directory is run: the nearest one upwards that holds a pipeline.

use std::path::{Path, PathBuf};

/// The directory that is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The nearest directory, from the starting one upwards and never beyond the Git root, that
    /// holds `.github/workflows`, `.gitlab-ci.yml` or a `Jenkinsfile`. Absolute, without links.
    pub root: PathBuf,
    /// The top of the Git working tree that `root` is in; `None` without Git.
    pub git_root: Option<PathBuf>,
    /// The dialects that `root` speaks, in the order of [`DialectName`]; never empty after
    /// [`Project::discover`].
    pub dialects: Vec<DialectName>,
}

/// A pipeline language, by the file that shows its presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialectName {
    /// `.github/workflows` with at least one `.yml` or `.yaml` file, or empty.
    GitHub,
    /// `.gitlab-ci.yml`.
    GitLab,
    /// `Jenkinsfile`.
    Jenkins,
}

/// No directory to run was found.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Nothing to run from the starting directory upwards.
    #[error(
        "no pipeline found: looked for .github/workflows, .gitlab-ci.yml and Jenkinsfile in {} {}",
        .start.display(), .reach
    )]
    NothingToRun {
        /// Where the search began.
        start: PathBuf,
        /// How far it went, in words.
        reach: String,
    },
    /// The starting directory is missing or cannot be entered.
    #[error("cannot look into {}: {source}", .start.display())]
    Unreadable {
        /// Where the search began.
        start: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

impl Project {
    /// Finds the project that `start` is in. Runs no program and works without Git.
    ///
    /// # Errors
    /// When there is nothing to run, or `start` is not a directory that can be read.
    pub fn discover(start: &Path) -> Result<Self, ProjectError> {
        Err(ProjectError::NothingToRun { start: start.to_owned(), reach: String::new() })
    }

    /// The project root relative to the Git root: empty when they are the same or without Git.
    #[must_use]
    pub fn prefix(&self) -> &Path {
        let git_root = self.git_root.as_deref();
        git_root.and_then(|top| self.root.strip_prefix(top).ok()).unwrap_or(Path::new(""))
    }
}
