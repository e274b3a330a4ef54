//! A copy of the project's files for each job, so that a run never changes the checkout.

mod directory;
mod snapshot;

pub use directory::{JobDirectory, WorkspaceError, WorkspaceSource, Workspaces};
pub use snapshot::{Snapshot, SnapshotError};
