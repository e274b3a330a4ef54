//! A copy of the project's files for each job, so that a run never changes the checkout.

mod directory;
mod entry;
mod git_template;
mod removal;
mod restore;
mod snapshot;

pub use directory::{JobDirectory, WorkspaceError, WorkspaceSource, Workspaces};
pub use removal::remove_tree;
pub use snapshot::{Snapshot, SnapshotError};

/// The directory for `RUNNER_TEMP` beside the workspace, by GitHub's name for it.
const TEMP_NAME: &str = "_temp";
