//! The directories of a run's jobs: made when a job starts, removed behind its back.
//!
//! A run's directory `<base>/<run>` is accompanied by a file `<base>/<run>.lock`, locked (flock(2))
//! as long as the process lives. A lock that can be had means that its owner crashed: directory and
//! file are removed by the next run. A directory without lock was kept on purpose.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rustix::fs::FlockOperation;

use super::removal::remove_tree;
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

/// The directories of one run's jobs. Dropped without [`finish`](Workspaces::finish) it removes
/// everything, too, but cannot say what went wrong.
#[derive(Debug)]
pub struct Workspaces {
    directory: PathBuf,
    lock: Option<File>,
    lock_path: PathBuf,
    removals: Option<Sender<PathBuf>>,
    remover: Option<JoinHandle<Result<(), WorkspaceError>>>,
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
        source: io::Error,
    },
}

impl WorkspaceError {
    fn directory(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Directory { action, path: path.to_owned(), source }
    }
}

impl Workspaces {
    /// Makes the directory of a run below `base` (which is made if missing), and begins to remove,
    /// in the background, those that a crashed process left there. `run` is unique for all time
    /// (a ULID).
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(base: &Path, run: &str) -> Result<Self, WorkspaceError> {
        fs::create_dir_all(base).map_err(|e| WorkspaceError::directory("create", base, e))?;
        let base =
            fs::canonicalize(base).map_err(|e| WorkspaceError::directory("read", base, e))?;
        let name = safe_name(run);
        let lock_path = base.join(format!("{name}.lock"));
        let lock =
            lock(&lock_path).map_err(|e| WorkspaceError::directory("lock", &lock_path, e))?;
        let directory = base.join(name);
        let made = fs::create_dir(&directory);
        made.map_err(|e| WorkspaceError::directory("create", &directory, e))?;
        let (removals, requests) = channel();
        let remover = std::thread::Builder::new().name("workspace removal".to_owned());
        let remover = remover.spawn(move || remove_all(&base, &requests));
        let remover = remover.map_err(|e| WorkspaceError::directory("watch", &directory, e))?;
        let (removals, remover) = (Some(removals), Some(remover));
        Ok(Self { directory, lock: Some(lock), lock_path, removals, remover })
    }

    /// The run's directory: also the place for [`Snapshot::take`]'s store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes the directories of a job. `name` becomes a directory name: unsafe characters are
    /// replaced, and a number is added to a name that is taken.
    ///
    /// # Errors
    /// When the files cannot be copied or a directory cannot be made.
    pub fn prepare(
        &self,
        name: &str,
        source: &WorkspaceSource,
    ) -> Result<JobDirectory, WorkspaceError> {
        let root = self.make_root(&safe_name(name))?;
        let workspace = match source {
            WorkspaceSource::Snapshot(snapshot) => {
                snapshot.materialize(&root.join(snapshot.name()))?
            }
            WorkspaceSource::InPlace(path) => path.clone(),
            WorkspaceSource::Empty => {
                let path = root.join("workspace");
                fs::create_dir(&path).map_err(|e| WorkspaceError::directory("create", &path, e))?;
                path
            }
        };
        Ok(JobDirectory { temp: root.join(super::TEMP_NAME), workspace, root })
    }

    fn make_root(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let mut root = self.directory.join(name);
        let mut number = 1;
        loop {
            match fs::create_dir(&root) {
                Ok(()) => return Ok(root),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(WorkspaceError::directory("create", &root, error)),
            }
            root = self.directory.join(format!("{name}-{number}"));
        }
    }

    /// Has a job's directories removed in the background; the checkout of an `--in-place` run is
    /// never touched, nor anything else outside the run's directory.
    pub fn remove(&self, job: JobDirectory) {
        if let Some(removals) = &self.removals
            && job.root.parent() == Some(&self.directory)
        {
            let _ = removals.send(job.root);
        }
    }

    /// Waits for the removals and, unless `keep`, removes the run's directory. With `keep` what
    /// was not removed stays for good.
    ///
    /// # Errors
    /// The first thing that could not be removed.
    pub fn finish(mut self, keep: bool) -> Result<(), WorkspaceError> {
        self.end(keep)
    }

    fn end(&mut self, keep: bool) -> Result<(), WorkspaceError> {
        let Some(lock) = self.lock.take() else { return Ok(()) };
        drop(self.removals.take());
        let removed =
            self.remover.take().map_or(Ok(()), |remover| remover.join().unwrap_or(Ok(())));
        let path = &self.directory;
        if !keep {
            remove_tree(path).map_err(|e| WorkspaceError::directory("remove", path, e))?;
        }
        let unlocked = fs::remove_file(&self.lock_path);
        drop(lock);
        unlocked.map_err(|e| WorkspaceError::directory("remove", &self.lock_path, e))?;
        removed
    }
}

impl Drop for Workspaces {
    fn drop(&mut self) {
        let _ = self.end(false);
    }
}

/// The background thread: first what crashed processes left, then what it is asked to.
fn remove_all(base: &Path, requests: &Receiver<PathBuf>) -> Result<(), WorkspaceError> {
    let mut result = Ok(());
    sweep(base);
    for path in requests {
        if let Err(error) = remove_tree(&path) {
            result = result.and(Err(WorkspaceError::directory("remove", &path, error)));
        }
    }
    result
}

/// Removes the directories whose owners are gone.
fn sweep(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension() != Some(OsStr::new("lock")) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            continue;
        }
        // On failure the lock file stays, and the next run tries again.
        if remove_tree(&path.with_extension("")).is_ok() {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Makes and locks a file that a sweeper may remove at the same moment.
fn lock(path: &Path) -> io::Result<File> {
    loop {
        let file = File::create(path)?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
        if file.metadata()?.nlink() > 0 {
            return Ok(file);
        }
    }
}

/// A file name of at most 100 letters, digits, `-`, `_` and `.`, not beginning with a dot.
fn safe_name(name: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut result: String =
        name.chars().take(100).map(|letter| if safe(letter) { letter } else { '_' }).collect();
    if result.is_empty() {
        result.push('_');
    }
    result
}
