//! What jobs leave for others as archives: artifacts for later jobs and for people, caches for
//! later runs.

use std::{io, path::Path, path::PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use windlass_kernel::{NodeId, RunId};

/// The kind of the artifact that holds the files that a job keeps; other kinds are reports.
pub const ARCHIVE: &str = "archive";

/// An artifact as a job leaves it.
#[derive(Clone, Debug)]
pub struct JobArtifact {
    /// The run.
    pub run: RunId,
    /// The job's node. A job that is tried again puts its artifacts in the place of the earlier
    /// ones.
    pub node: NodeId,
    /// [`ARCHIVE`], or the kind of a report.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// When it may be removed; never without.
    pub expires_at: Option<Timestamp>,
}

/// How large archives may be.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// The bytes of an artifact.
    pub artifact_bytes: u64,
    /// The bytes of all caches of a project; what was used least recently goes.
    pub cache_bytes: u64,
}

/// Keeps archives. A file that is kept is taken away from where it was written. All calls may be
/// made by several jobs at the same time: whoever reads finds a whole archive or none, and of
/// several who keep the same the last one wins. What an unfinished call leaves is never seen.
#[async_trait]
pub trait Archives: Send + Sync {
    /// How large they may be.
    fn limits(&self) -> ArchiveLimits;

    /// Keeps an artifact.
    ///
    /// # Errors
    /// When the storage refuses.
    async fn keep_artifact(&self, artifact: JobArtifact, file: &Path) -> io::Result<()>;

    /// The archive that a job of a run left, or its node in the runs that this one repeats; `None`
    /// where its time is over or it was removed.
    ///
    /// # Errors
    /// When the storage refuses.
    async fn artifact(&self, run: RunId, node: &NodeId) -> io::Result<Option<PathBuf>>;

    /// Keeps a cache of the project, in the place of one with this key.
    ///
    /// # Errors
    /// When the storage refuses, or the cache is larger than all caches may be.
    async fn keep_cache(&self, key: &str, file: &Path) -> io::Result<()>;

    /// The cache of a key, which counts as used now.
    ///
    /// # Errors
    /// When the storage refuses.
    async fn cache(&self, key: &str) -> io::Result<Option<PathBuf>>;
}
