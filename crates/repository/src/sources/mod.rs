//! Other people's repositories: actions and reusable workflows, fetched once and pinned.
//!
//! A tree is kept in a directory named by its commit, complete (problem matchers and licences lie
//! outside an action's own folder) and read-only in spirit: nothing here ever changes it.

mod address;
mod lookup;
mod tree;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::GitError;

/// How a [`SourceCache`] behaves.
#[derive(Clone, Debug)]
pub struct SourceOptions {
    /// The longest a single network call may take.
    pub timeout: Duration,
    /// Never ask the network; only what is kept is used.
    pub offline: bool,
}

impl Default for SourceOptions {
    /// Two minutes, online.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(120), offline: false }
    }
}

/// Trees of other repositories under one directory, shared by all processes of the user.
///
/// A value of this type, with its clones, is for one run: it asks for a reference once, so that all
/// jobs of a run get the same commit even if a branch moves meanwhile.
#[derive(Clone, Debug)]
pub struct SourceCache {
    directory: PathBuf,
    options: SourceOptions,
    /// What was answered for an address and a reference.
    pinned: Arc<Mutex<HashMap<(String, String), Pinned>>>,
}

/// The commit that a reference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The full object name of the commit.
    pub sha: String,
    /// How it is known.
    pub resolution: Resolution,
}

/// How a commit is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The reference is itself a full object name: nothing was asked.
    Exact,
    /// The remote was asked just now.
    Asked,
    /// The remote could not be asked; this is its last known answer. The text says why, for the log.
    Remembered(String),
}

/// A tree on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedTree {
    /// The directory that holds the whole tree. Not to be written to.
    pub path: PathBuf,
    /// The commit; `None` for a plain folder used as it is.
    pub pinned: Option<Pinned>,
    /// Whether the tree was here before.
    pub cached: bool,
}

/// A local replacement of a source (`--action owner/repo=…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceOverride {
    /// A folder: used as it is, unless it is the top of a Git repository (bare or not): then the
    /// reference is looked up in it, and uncommitted changes do not count.
    Folder(PathBuf),
    /// An address: the reference is looked up there.
    Git(String),
}

/// A source cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The address could make `git` run a program or read an option.
    #[error("the address `{url}` is refused: {reason}")]
    UnsafeAddress {
        /// The address.
        url: String,
        /// Why.
        reason: &'static str,
    },
    /// The reference is not a name that Git allows.
    #[error("`{reference}` is not a valid branch, tag or commit name: {reason}")]
    UnsafeReference {
        /// The reference.
        reference: String,
        /// Why.
        reason: &'static str,
    },
    /// The repository has no such branch, tag or commit.
    #[error("{url} has no branch, tag or commit `{reference}`; check the name after the `@`")]
    NoSuchReference {
        /// The address.
        url: String,
        /// The reference.
        reference: String,
    },
    /// The repository does not exist or may not be read with the credentials that git has.
    #[error(
        "{url} cannot be read: {message}; check the address and that `git ls-remote` can read it, \
         or replace it with `--action NAME=PATH`"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// What git said.
        message: String,
    },
    /// Offline, and it is not here.
    #[error(
        "{url}@{reference} is not in the cache and the network is not to be used; run once online, \
         or replace it with `--action NAME=PATH`"
    )]
    Offline {
        /// The address.
        url: String,
        /// The reference.
        reference: String,
    },
    /// A folder given as a replacement is not there.
    #[error("the folder {} does not exist", .path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The cache cannot be written or read.
    #[error("cannot {action} {}: {source}", .path.display())]
    Cache {
        /// A verb.
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// Git failed otherwise.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl SourceError {
    fn cache(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Cache { action, path: path.into(), source }
    }
}

impl SourceCache {
    /// A cache in `directory`, which is made when it is first needed
    /// (`$XDG_CACHE_HOME/windlass/sources`).
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, options: SourceOptions) -> Self {
        Self { directory: directory.into(), options, pinned: Arc::default() }
    }

    /// The cache's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Which commit `reference` (branch, tag, full or short object name, or `refs/…`) means at
    /// `url` (anything git can fetch from by http, https, ssh, git or file, or an absolute path).
    /// Of a tag and a branch with the same name the tag wins, as on GitHub. A full object name is
    /// answered without asking, whether or not it is there.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn resolve(&self, url: &str, reference: &str) -> Result<Pinned, SourceError> {
        let key = (url.to_owned(), reference.to_owned());
        let pinned = || self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pinned().get(&key) {
            return Ok(known.clone());
        }
        let found = self.look_up(url, reference)?;
        // Of two that asked at the same time the first counts.
        Ok(pinned().entry(key).or_insert(found).clone())
    }

    /// The whole tree at `reference`. A tree that is here already costs no network call when
    /// `reference` is a full object name, else one a run to see whether it moved. Safe to be called for
    /// the same tree by many threads and processes at once.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn fetch(&self, url: &str, reference: &str) -> Result<FetchedTree, SourceError> {
        let pinned = self.resolve(url, reference)?;
        let path = self.tree_path(&pinned.sha);
        if path.is_dir() {
            return Ok(FetchedTree { path, pinned: Some(pinned), cached: true });
        }
        let path = self.provide_tree(url, reference, &pinned.sha)?;
        Ok(FetchedTree { path, pinned: Some(pinned), cached: false })
    }

    /// The tree that a local replacement gives for `reference`.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn fetch_override(
        &self,
        source: &SourceOverride,
        reference: &str,
    ) -> Result<FetchedTree, SourceError> {
        let folder = match source {
            SourceOverride::Git(url) => return self.fetch(url, reference),
            SourceOverride::Folder(folder) => folder,
        };
        let path = std::fs::canonicalize(folder)
            .ok()
            .filter(|path| path.is_dir())
            .ok_or_else(|| SourceError::NoFolder { path: folder.clone() })?;
        if !is_repository(&path) {
            return Ok(FetchedTree { path, pinned: None, cached: true });
        }
        let Some(url) = path.to_str() else {
            let url = path.display().to_string();
            return Err(SourceError::UnsafeAddress { url, reason: "it is not UTF-8" });
        };
        self.fetch(url, reference)
    }
}

/// The top of a working tree, or a bare repository.
fn is_repository(path: &Path) -> bool {
    path.join(".git").exists()
        || (path.join("HEAD").is_file()
            && path.join("objects").is_dir()
            && path.join("refs").is_dir())
}
