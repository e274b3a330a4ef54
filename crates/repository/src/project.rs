//! Which directory is run: the nearest one upwards that holds a pipeline.

use std::fs;
use std::io;
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
    /// The directory `.github/workflows`.
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
        "no pipeline found: looked for .github/workflows, .gitlab-ci.yml and Jenkinsfile in {}{}; \
         go to the project's directory or name it with -C",
        .start.display(), .reach
    )]
    NothingToRun {
        /// Where the search began.
        start: PathBuf,
        /// How far it went, in words; begins with a space unless empty.
        reach: String,
    },
    /// The starting directory is missing or cannot be entered.
    #[error("cannot look into {}: {source}", .start.display())]
    Unreadable {
        /// Where the search began.
        start: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
}

impl Project {
    /// Finds the project that `start` is in. Runs no program and works without Git.
    ///
    /// # Errors
    /// When there is nothing to run, or `start` is not a directory that can be read.
    pub fn discover(start: &Path) -> Result<Self, ProjectError> {
        let unreadable = |source| ProjectError::Unreadable { start: start.to_owned(), source };
        let start = fs::canonicalize(start).map_err(unreadable)?;
        fs::read_dir(&start).map_err(unreadable)?;
        for directory in start.ancestors() {
            let dialects = dialects_of(directory);
            if !dialects.is_empty() {
                return Ok(Self {
                    root: directory.to_owned(),
                    git_root: git_root_of(directory),
                    dialects,
                });
            }
            if is_git_root(directory) {
                break;
            }
        }
        let reach = match git_root_of(&start) {
            Some(top) if top == start => ", the Git root".to_owned(),
            Some(top) => format!(" and above, up to the Git root {}", top.display()),
            None => " and all directories above".to_owned(),
        };
        Err(ProjectError::NothingToRun { start, reach })
    }

    /// A project in exactly this directory, whatever it holds: for a workflow file that is named
    /// by its path, and for tests.
    ///
    /// # Errors
    /// When it is not a directory that can be read.
    pub fn at(root: &Path) -> Result<Self, ProjectError> {
        let unreadable = |source| ProjectError::Unreadable { start: root.to_owned(), source };
        let root = fs::canonicalize(root).map_err(unreadable)?;
        fs::read_dir(&root).map_err(unreadable)?;
        Ok(Self { git_root: git_root_of(&root), dialects: dialects_of(&root), root })
    }

    /// The project root relative to the Git root: empty when they are the same or without Git.
    #[must_use]
    pub fn prefix(&self) -> &Path {
        let git_root = self.git_root.as_deref();
        git_root.and_then(|top| self.root.strip_prefix(top).ok()).unwrap_or(Path::new(""))
    }
}

fn dialects_of(directory: &Path) -> Vec<DialectName> {
    let mut dialects = Vec::new();
    if directory.join(".github/workflows").is_dir() {
        dialects.push(DialectName::GitHub);
    }
    if directory.join(".gitlab-ci.yml").is_file() {
        dialects.push(DialectName::GitLab);
    }
    if directory.join("Jenkinsfile").is_file() {
        dialects.push(DialectName::Jenkins);
    }
    dialects
}

fn git_root_of(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|directory| is_git_root(directory)).map(Path::to_owned)
}

/// A directory `.git`, or the file of that name in a linked working tree or a submodule.
fn is_git_root(directory: &Path) -> bool {
    let git = directory.join(".git");
    git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
}
