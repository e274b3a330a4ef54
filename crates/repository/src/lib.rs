//! The Git repository being run and those that are fetched; the workspaces made from it.
//!
//! - [`Project`]: which directory is run, and in which dialects it speaks.
//! - [`GitFacts`], [`files()`], [`changed_files`]: what Git knows about it.
//! - [`Snapshot`], [`Workspaces`]: a copy of its files for each job.
//! - [`Submodule`], [`siblings`]: what of its submodules lies on this machine.
//! - [`SourceCache`]: other repositories (actions, reusable workflows), pinned and kept.
//!
//! Git is asked by running the `git` program, not through a library: what a user's git does (its
//! credentials, its proxies, `insteadOf`, LFS filters, new repository formats) is what happens
//! here, and the build stays small. A call costs 1 to 3 ms, so calls are few and run side by side.
//!
//! Everything here blocks; call it from a thread that may (`tokio::task::spawn_blocking`). Not
//! here: what a path filter means (`github`), where commands run (`session`).

mod changes;
mod facts;
mod files;
mod git;
mod git_config;
mod git_directory;
mod project;
mod remote;
mod sources;
mod submodules;
mod workspace;

pub use changes::{ChangeBase, changed_files};
pub use facts::{Commit, GitFacts, STAND_IN_REF, STAND_IN_SHA};
pub use files::files;
pub use git::{GitError, HOOK_VARIABLES};
pub use project::{DialectName, Project, ProjectError};
pub use remote::Remote;
pub use sources::{
    FetchedTree, Pinned, Resolution, SourceCache, SourceError, SourceOptions, SourceOverride,
};
pub use submodules::{Submodule, siblings};
pub use workspace::{
    JobDirectory, Snapshot, SnapshotError, WorkspaceError, WorkspaceSource, Workspaces, remove_tree,
};
