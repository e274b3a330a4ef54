//! The session on this machine: programs run as the user, with the user's files and network.
//!
//! A job can do what the user can. What it cannot do is outlive its end unnoticed
//! ([`leftovers`], [`control_group`]), take more of the machine than it is allowed, or hang the
//! reader of its output ([`running`]). All that depends on the operating system is in [`linux`] and
//! [`control_group`].

mod control_group;
mod files;
mod leftovers;
mod linux;
mod running;
mod spawn;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use async_trait::async_trait;

pub use files::command_file_root;
pub use leftovers::kill_leftovers;

use crate::{Closed, ExecSpec, Places, ResourceLimits, Running, Session, SessionError};
use control_group::ControlGroup;
use leftovers::Leftovers;
use running::HostRunning;

/// How to set up a [`HostSession`].
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// Names the job on this machine: letters, digits, `-` and `_` (others become `_`). Unique
    /// among all jobs that may run at the same time.
    pub id: String,
    /// An existing directory.
    pub workspace: PathBuf,
    /// The directory to be `RUNNER_TEMP`: made if it is missing.
    pub temp: PathBuf,
    /// Where the directory of command files is made; usually [`command_file_root`].
    pub command_file_root: PathBuf,
    /// What the job may take of the machine.
    pub limits: ResourceLimits,
}

/// The job's commands are processes of this machine.
#[derive(Debug)]
pub struct HostSession {
    places: Places,
    leftovers: Arc<Leftovers>,
    /// The job's control group, or why it has none.
    group: Result<ControlGroup, String>,
    closed: AtomicBool,
}

impl HostSession {
    /// Makes the job's directories, and has the system hand us the processes that jobs leave
    /// behind. Programs are started and read in the tokio runtime of the caller of
    /// [`Session::exec`], which needs I/O and time enabled.
    ///
    /// # Errors
    /// When a directory cannot be made, the workspace is none, or the system cannot hold the job
    /// to its limits.
    pub fn open(options: HostOptions) -> Result<Self, SessionError> {
        linux::adopt_orphans();
        let id = safe_id(&options.id);
        if !options.workspace.is_dir() {
            return Err(SessionError::NoDirectory { directory: options.workspace });
        }
        fs::create_dir_all(&options.temp)
            .map_err(|error| SessionError::file("create", &options.temp, error))?;
        clear_away_once(&options.command_file_root);
        let group = ControlGroup::create(&id, &options.limits);
        if let (Err(reason), false) = (&group, options.limits.is_empty()) {
            return Err(SessionError::Limits { reason: reason.clone() });
        }
        let command_files = files::make_directory(&options.command_file_root, &id)?;
        Ok(Self {
            places: Places { workspace: options.workspace, temp: options.temp, command_files },
            leftovers: Leftovers::new(tracking_id_of(&id)),
            group,
            closed: AtomicBool::new(false),
        })
    }

    /// Why the job has no control group of its own, where it has none.
    #[must_use]
    pub fn without_group(&self) -> Option<&str> {
        self.group.as_ref().err().map(String::as_str)
    }
}

/// Clears away what processes of ours left that are gone, once for the process.
fn clear_away_once(command_file_root: &Path) {
    static CLEARED: Once = Once::new();
    CLEARED.call_once(|| {
        files::sweep(command_file_root);
        control_group::sweep();
    });
}

/// The value of [`crate::TRACKING_VARIABLE`] for the session with this id.
#[must_use]
pub fn tracking_id_of(id: &str) -> String {
    format!("windlass_{}", safe_id(id))
}

fn safe_id(id: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    id.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect()
}

#[async_trait]
impl Session for HostSession {
    fn places(&self) -> &Places {
        &self.places
    }

    fn tracking_id(&self) -> &str {
        self.leftovers.tracking_id()
    }

    async fn exec(&self, spec: ExecSpec) -> Result<Box<dyn Running>, SessionError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(SessionError::Closed);
        }
        linux::heed_interrupts();
        let start = |to_join: &[PathBuf]| spawn::spawn(&spec, self.tracking_id(), to_join);
        let spawned = match &self.group {
            Ok(group) => group.start(start),
            Err(_) => start(&[]),
        }?;
        let running = HostRunning::new(spawned, Arc::clone(&self.leftovers));
        let failed =
            |source| SessionError::Start { program: spec.command_line(), hint: "", source };
        Ok(Box::new(running.map_err(failed)?))
    }

    fn memory_kills(&self) -> u64 {
        self.group.as_ref().map_or(0, ControlGroup::memory_kills)
    }

    async fn put(&self, path: &Path, content: &[u8]) -> Result<(), SessionError> {
        files::put(path, content)
    }

    async fn get(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        files::get(path, limit)
    }

    async fn close(&self) -> Result<Closed, SessionError> {
        self.closed.store(true, Ordering::SeqCst);
        let mut orphans = match &self.group {
            Ok(group) => group.close().await,
            Err(_) => Vec::new(),
        };
        let known = |orphans: &[(u32, String)], pid| orphans.iter().any(|(it, _)| *it == pid);
        for (pid, name) in self.leftovers.kill().await {
            if !known(&orphans, pid) {
                orphans.push((pid, name));
            }
        }
        match fs::remove_dir_all(&self.places.command_files) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SessionError::file("remove", &self.places.command_files, error))
            }
            _ => Ok(Closed { orphans }),
        }
    }
}

impl Drop for HostSession {
    /// For a job that was given up: the same as `close`, but without the patience to see the last
    /// orphan go.
    fn drop(&mut self) {
        if !self.closed.load(Ordering::SeqCst) {
            if let Ok(group) = &self.group {
                group.close_once(&mut Vec::new());
            }
            self.leftovers.kill_without_waiting();
            let _ = fs::remove_dir_all(&self.places.command_files);
        }
    }
}
