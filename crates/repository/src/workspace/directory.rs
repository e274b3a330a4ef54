//! The directories of a run's jobs: made when a job starts, used again, removed behind its back.
//!
//! A run's directory `<base>/<run>` is accompanied by a file `<base>/<run>.lock`, locked (flock(2))
//! as long as the process lives. A lock that can be had means that its owner crashed, or had no
//! patience to wait for a slow disk: directory and file are removed by the next run, in the
//! background. A directory without lock was kept on purpose.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;

use super::TEMP_NAME;
use super::removal::{Trash, remove_parts, remove_tree};
use crate::{Snapshot, SnapshotError};

/// At the end of a run its directories are waited for at least this long, …
const SHORTEST_PATIENCE: Duration = Duration::from_millis(2);
/// … at most this long, and in between for this part of the run's time.
const LONGEST_PATIENCE: Duration = Duration::from_secs(10);
const PATIENT_PART: u32 = 10;

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
///
/// **Lifecycle.** [`prepare`](Self::prepare) for each job, [`remove`](Self::remove) when it has
/// ended (or never, to keep its files), [`finish`](Self::finish) at the end of the run; dropped
/// without it, everything is removed. **Concurrency.** All calls may be made by several threads.
#[derive(Debug)]
pub struct Workspaces {
    directory: PathBuf,
    lock_path: PathBuf,
    opened: Instant,
    trash: Trash,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// `None` after the end.
    lock: Option<File>,
    /// How many directories were made.
    made: usize,
    /// Those that jobs have, with what was put into them.
    lent: HashMap<PathBuf, WorkspaceSource>,
    /// Those that jobs have given back.
    free: Vec<(PathBuf, WorkspaceSource)>,
}

/// The directories of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobDirectory {
    /// The job's own directory, which holds the others.
    pub root: PathBuf,
    /// `GITHUB_WORKSPACE`.
    pub workspace: PathBuf,
    /// For `RUNNER_TEMP`; not made yet, or empty: the session makes it.
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
    /// in the background, those that earlier processes left there. `run` is unique for all time
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
        fs::create_dir(&directory)
            .map_err(|e| WorkspaceError::directory("create", &directory, e))?;
        let trash = Trash::start(directory.join("trash"), move || sweep(&base))
            .map_err(|e| WorkspaceError::directory("watch", &directory, e))?;
        let (lent, free) = (HashMap::new(), Vec::new());
        let state = Mutex::new(State { lock: Some(lock), made: 0, lent, free });
        Ok(Self { directory, lock_path, opened: Instant::now(), trash, state })
    }

    /// The run's directory: also the place for [`Snapshot::take`]'s store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Gives a job its directories: new ones, or those of a job that has ended, made equal to new
    /// ones (as on a self-hosted runner, where jobs follow each other in one place). They are
    /// therefore named by a number and not by the job.
    ///
    /// # Errors
    /// When the files cannot be copied or a directory cannot be made.
    pub fn prepare(&self, source: &WorkspaceSource) -> Result<JobDirectory, WorkspaceError> {
        let reused = {
            let mut state = self.state();
            let found = state.free.iter().rposition(|(_, used)| is_same(used, source));
            found.map(|index| state.free.swap_remove(index).0)
        };
        let directory = match reused {
            Some(root) => match self.reuse(&root, source) {
                Ok(directory) => directory,
                Err(_) => {
                    // Whatever the job did to it: out of the way, and a new one.
                    let moved = self.trash.take(&root);
                    moved.map_err(|e| WorkspaceError::directory("remove", &root, e))?;
                    self.make(source)?
                }
            },
            None => self.make(source)?,
        };
        self.state().lent.insert(directory.root.clone(), source.clone());
        Ok(directory)
    }

    fn make(&self, source: &WorkspaceSource) -> Result<JobDirectory, WorkspaceError> {
        let number = {
            let mut state = self.state();
            state.made += 1;
            state.made
        };
        let root = self.directory.join(number.to_string());
        let create = |path: &Path| {
            fs::create_dir(path).map_err(|e| WorkspaceError::directory("create", path, e))
        };
        create(&root)?;
        let workspace = match source {
            WorkspaceSource::Snapshot(snapshot) => {
                snapshot.materialize(&root.join(snapshot.name()))?
            }
            WorkspaceSource::InPlace(path) => path.clone(),
            WorkspaceSource::Empty => {
                let path = root.join(EMPTY_NAME);
                create(&path)?;
                path
            }
        };
        Ok(JobDirectory { temp: root.join(TEMP_NAME), workspace, root })
    }

    /// Makes the directories of an earlier job equal to new ones.
    fn reuse(&self, root: &Path, source: &WorkspaceSource) -> Result<JobDirectory, SnapshotError> {
        let failed = |error| SnapshotError::file("restore", root, error);
        let name = match source {
            WorkspaceSource::Snapshot(snapshot) => Some(snapshot.name()),
            WorkspaceSource::InPlace(_) => None,
            WorkspaceSource::Empty => Some(OsStr::new(EMPTY_NAME)),
        };
        self.empty(root, |item| Some(item) == name || item == TEMP_NAME).map_err(failed)?;
        let temp = root.join(TEMP_NAME);
        if temp.symlink_metadata().is_ok() {
            self.empty(&temp, |_| false).map_err(failed)?;
        }
        let workspace = match source {
            WorkspaceSource::Snapshot(snapshot) => {
                snapshot.restore(&root.join(snapshot.name()), &self.trash)?
            }
            WorkspaceSource::InPlace(path) => path.clone(),
            WorkspaceSource::Empty => {
                let path = root.join(EMPTY_NAME);
                self.empty(&path, |_| false).map_err(failed)?;
                path
            }
        };
        Ok(JobDirectory { root: root.to_owned(), workspace, temp })
    }

    /// Takes out of a directory all that is not to stay.
    fn empty(&self, directory: &Path, stays: impl Fn(&OsStr) -> bool) -> io::Result<()> {
        let data = directory.symlink_metadata()?;
        if !data.is_dir() || data.mode() & 0o700 != 0o700 {
            return Err(io::Error::other("it was changed"));
        }
        for item in fs::read_dir(directory)? {
            let item = item?;
            if !stays(&item.file_name()) {
                self.trash.take(&item.path())?;
            }
        }
        Ok(())
    }

    /// Takes a job's directories back, to be used again or removed; the checkout of an `--in-place`
    /// run is never touched, nor anything else outside the run's directory.
    pub fn remove(&self, job: JobDirectory) {
        let mut state = self.state();
        if let Some(source) = state.lent.remove(&job.root) {
            state.free.push((job.root, source));
        }
    }

    /// Ends the run: removes what was given back and, unless `keep`, everything. Waits for it a
    /// tenth of the run's time, but at least 2 ms and at most 10 s; what a slow disk has not
    /// removed by then is left to the next run. A second call does nothing.
    ///
    /// # Errors
    /// The first thing that could not be removed.
    pub fn finish(&self, keep: bool) -> Result<(), WorkspaceError> {
        let (lock, free) = {
            let mut state = self.state();
            let Some(lock) = state.lock.take() else { return Ok(()) };
            (lock, std::mem::take(&mut state.free))
        };
        let whole = self.opened.elapsed() / PATIENT_PART;
        let patience = whole.clamp(SHORTEST_PATIENCE, LONGEST_PATIENCE);
        let directory = self.directory.clone();
        let lock_path = self.lock_path.clone();
        let last = move || {
            let removed = if keep {
                let gone = free.iter().map(|(root, _)| remove_tree(root));
                gone.fold(remove_tree(&directory.join("trash")), Result::and)
            } else {
                remove_parts(&directory)
            };
            // A lock file beside a directory means that it is still to be removed.
            if keep || removed.is_ok() {
                let _ = fs::remove_file(&lock_path);
            }
            drop(lock);
            removed
        };
        match self.trash.end(last, patience) {
            Ok(_) => Ok(()),
            Err(error) => Err(WorkspaceError::directory("remove", &self.directory, error)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Workspaces {
    fn drop(&mut self) {
        let _ = self.finish(false);
    }
}

/// The name of a workspace that is not a copy of anything.
const EMPTY_NAME: &str = "workspace";

/// Whether what one job left can be made into what another wants.
fn is_same(used: &WorkspaceSource, wanted: &WorkspaceSource) -> bool {
    match (used, wanted) {
        (WorkspaceSource::Snapshot(used), WorkspaceSource::Snapshot(wanted)) => {
            Arc::ptr_eq(used, wanted)
        }
        (WorkspaceSource::InPlace(_), WorkspaceSource::InPlace(_))
        | (WorkspaceSource::Empty, WorkspaceSource::Empty) => true,
        _ => false,
    }
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
        let directory = path.with_extension("");
        // On failure the lock file stays, and the next run tries again.
        if !directory.exists() || remove_parts(&directory).is_ok() {
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

/// A file name of at most 100 letters, digits, `-` and `_`.
fn safe_name(name: &str) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut result: String =
        name.chars().take(100).map(|letter| if safe(letter) { letter } else { '_' }).collect();
    if result.is_empty() {
        result.push('_');
    }
    result
}
