//! The place where one job's commands run.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::{ExecSpec, Running, SessionError};

/// The variable that marks every process of a job, so that those left behind can be found.
/// The name is actions/runner's, and so is the way out: a step that starts a process with another
/// value of it keeps that process alive after the job.
pub const TRACKING_VARIABLE: &str = "RUNNER_TRACKING_ID";

/// Where one job's commands run: the host, a container; a pod or another machine later.
///
/// **Lifecycle.** The creator hands over a session that is ready. `exec` any number of times,
/// then `close` once; a session that is dropped without `close` does what it can of it without
/// waiting. What a crash leaves is found by its names later.
///
/// **Concurrency.** All calls may be made from several tasks at once (background steps are).
///
/// **Idempotence.** `put` and `close` may be repeated. `exec` is not idempotent: after an error
/// other than [`SessionError::Closed`] nothing was started.
#[async_trait]
pub trait Session: Send + Sync {
    /// The paths of this job, as its commands see them. They exist.
    fn places(&self) -> &Places;

    /// The value of [`TRACKING_VARIABLE`] for this job: `windlass_<id>`.
    fn tracking_id(&self) -> &str;

    /// Where a path that commands see lies on this machine; `None` when it does not.
    fn on_host(&self, path: &Path) -> Option<PathBuf> {
        Some(path.to_owned())
    }

    /// How commands see a path of this machine; `None` when they do not.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        Some(path.to_owned())
    }

    /// Starts a program in a process group of its own.
    ///
    /// # Errors
    /// When the program, its interpreter or its directory is missing or may not be executed, when
    /// its arguments and environment are too long, or when the session is closed.
    async fn exec(&self, spec: ExecSpec) -> Result<Box<dyn Running>, SessionError>;

    /// How many of the job's processes the system has killed so far because they had reached the
    /// job's limit of memory.
    fn memory_kills(&self) -> u64 {
        0
    }

    /// Writes a small file where the commands run, in place of what was there (a symbolic link is
    /// replaced, never followed). Its directory must exist. An existing file keeps its mode, a new
    /// one is readable and writable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written: no such directory, a directory in its place, disk full.
    async fn put(&self, path: &Path, content: &[u8]) -> Result<(), SessionError>;

    /// Reads a file of at most `limit` bytes where the commands run, following symbolic links.
    /// `None` when there is no such file.
    ///
    /// # Errors
    /// When it is larger, is not a plain file, or cannot be read.
    async fn get(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError>;

    /// Ends the job: kills every process that still carries the tracking variable and removes
    /// [`Places::command_files`]. The other places are their maker's to remove.
    ///
    /// # Errors
    /// When files could not be removed; the processes are dead nevertheless.
    async fn close(&self) -> Result<Closed, SessionError>;
}

/// The directories of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `GITHUB_WORKSPACE`.
    pub workspace: PathBuf,
    /// `RUNNER_TEMP`: empty at the start.
    pub temp: PathBuf,
    /// For the small files exchanged with every step (scripts, `GITHUB_OUTPUT`, …): on a memory
    /// file system where the host has one. Empty at the start, removed at the end. Files here are
    /// made once a job and emptied between steps by `put(path, b"")`, which is what makes a step
    /// cheap.
    pub command_files: PathBuf,
}

/// What [`Session::close`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The processes that the job had left running and that were killed: pid and program name.
    pub orphans: Vec<(u32, String)>,
}
