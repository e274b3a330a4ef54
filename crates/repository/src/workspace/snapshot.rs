//! The project's files at one moment, taken once a run.
//!
//! What is copied: plain files with their mode and time of change, and symbolic links as links,
//! whatever they point to. What is not: sockets, pipes and devices, and whatever lies behind a link
//! that took the place of a directory, so that nothing is ever read or written outside the two
//! trees. How Git works in a copy is told in [`super::git_template`].

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use super::entry::{self, Content, Entry, Found, Writing};
use super::git_template;
use crate::files::RealDirectories;
use crate::{GitError, Project};

/// A file up to this size in bytes is kept in memory …
const SMALL_FILE: u64 = 64 << 10;
/// … while all of them together are not more than this.
const MEMORY: u64 = 8 << 20;
/// From this number of files on several threads share the work.
const MANY_FILES: usize = 1_000;

/// The project's files at one moment. Cheap to share in an `Arc`; removed from the disk when
/// dropped.
#[derive(Debug)]
pub struct Snapshot {
    /// The name of the workspace's directory: that of the original.
    name: OsString,
    /// Where the project is below the top.
    pub(super) prefix: PathBuf,
    /// Each directory with the names in it, parents before children; the first is the top.
    pub(super) layout: Vec<(PathBuf, HashSet<OsString>)>,
    pub(super) entries: Vec<Entry>,
    pub(super) writing: Writing,
    _store: Option<TempDir>,
}

/// A snapshot could not be taken or copied out.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or directory is in the way.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// A verb: "read", "copy", "create".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Git could not prepare the index of a project that is a part of a repository.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl SnapshotError {
    pub(super) fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }
}

impl Snapshot {
    /// Takes the given files (relative to the project root, as from [`files`](crate::files())) and
    /// what Git needs to work in a copy. `store` is an existing directory on the file system where
    /// the workspaces will be; large files are kept there.
    ///
    /// # Errors
    /// When a file cannot be read or the store is full. A file that vanished meanwhile is left out.
    pub fn take(project: &Project, files: &[PathBuf], store: &Path) -> Result<Self, SnapshotError> {
        let store = Store { parent: store.to_owned(), made: OnceLock::new() };
        let writing = Writing::new(umask(&store)?);
        let prefix = project.prefix().to_owned();
        let mut real = RealDirectories::default();
        let files: Vec<&PathBuf> = files
            .iter()
            .filter(|file| !file.starts_with(".git") && real.hold(&project.root, file))
            .collect();
        let taking = Taking {
            project,
            prefix: &prefix,
            store: &store,
            writing: &writing,
            in_memory: AtomicU64::new(0),
        };
        let entries = Mutex::new(Vec::with_capacity(files.len()));
        in_parallel(&files, |index, file| {
            if let Some(entry) = taking.take(index, file)? {
                entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            }
            Ok(())
        })?;
        let mut entries = entries.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut directories = vec![prefix.clone()];
        git_template::add(project, &store, &writing, &mut directories, &mut entries)?;
        let layout = layout(&directories, &entries);
        let top = project.git_root.as_ref().unwrap_or(&project.root);
        let name = top.file_name().filter(|name| *name != super::TEMP_NAME);
        let name = name.map_or_else(|| OsString::from("workspace"), OsString::from);
        Ok(Self { name, prefix, layout, entries, writing, _store: store.made.into_inner() })
    }

    /// The name of the original's top directory, for that of a copy.
    #[must_use]
    pub fn name(&self) -> &std::ffi::OsStr {
        &self.name
    }

    /// Copies the files into `destination`, a directory that is made here. Answers the project
    /// root in it: `destination` itself, or a directory below when the project is a part of a
    /// larger repository.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn materialize(&self, destination: &Path) -> Result<PathBuf, SnapshotError> {
        let create = |path: &Path| {
            fs::create_dir(path).map_err(|error| SnapshotError::file("create", path, error))
        };
        for (directory, _) in &self.layout {
            create(&below(destination, directory))?;
        }
        in_parallel(&self.entries, |_, entry| {
            let written = self.writing.write(entry, destination);
            written
                .map_err(|error| SnapshotError::file("write", destination.join(&entry.path), error))
        })?;
        Ok(below(destination, &self.prefix))
    }
}

/// A path below a directory, without the slash that `join` would add for an empty one.
pub(super) fn below(top: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { top.to_owned() } else { top.join(path) }
}

/// The taking of single files.
struct Taking<'a> {
    project: &'a Project,
    prefix: &'a Path,
    store: &'a Store,
    writing: &'a Writing,
    in_memory: AtomicU64,
}

impl Taking<'_> {
    fn take(&self, index: usize, file: &Path) -> Result<Option<Entry>, SnapshotError> {
        let source = self.project.root.join(file);
        let room = self.in_memory.load(Ordering::Relaxed) < MEMORY;
        let limit = if room { SMALL_FILE } else { 0 };
        let found = entry::read(&source, self.prefix.join(file), limit)
            .map_err(|error| SnapshotError::file("read", &source, error))?;
        match found {
            Found::Nothing => Ok(None),
            Found::Whole(entry) => {
                if let Content::Bytes(bytes) = &entry.content {
                    self.in_memory.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                }
                Ok(Some(entry))
            }
            Found::Large(mut entry, mut file) => {
                let stored = self.store.path()?.join(index.to_string());
                self.writing
                    .copy(&mut file, &stored)
                    .map_err(|error| SnapshotError::file("copy", &source, error))?;
                entry.content = Content::Stored(stored);
                Ok(Some(entry))
            }
        }
    }
}

/// Which names each directory holds. `directories` are there even when nothing is in them.
fn layout(directories: &[PathBuf], entries: &[Entry]) -> Vec<(PathBuf, HashSet<OsString>)> {
    let mut layout = BTreeMap::from([(PathBuf::new(), HashSet::new())]);
    let paths = entries.iter().map(|entry| &entry.path).chain(directories);
    for mut path in paths.map(PathBuf::as_path) {
        while let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            let names: &mut HashSet<OsString> = layout.entry(directory.to_owned()).or_default();
            if !names.insert(name.to_owned()) {
                break;
            }
            path = directory;
        }
    }
    for directory in directories {
        layout.entry(directory.clone()).or_default();
    }
    layout.into_iter().collect()
}

/// A directory for large files, made when it is first needed: many projects have none.
#[derive(Debug)]
pub(super) struct Store {
    parent: PathBuf,
    made: OnceLock<TempDir>,
}

impl Store {
    pub(super) fn path(&self) -> Result<&Path, SnapshotError> {
        if let Some(made) = self.made.get() {
            return Ok(made.path());
        }
        let made = tempfile::Builder::new().prefix("snapshot-").tempdir_in(&self.parent);
        let made = made.map_err(|error| SnapshotError::file("create", &self.parent, error))?;
        // Of two that are made at once the second is removed by its drop.
        Ok(self.made.get_or_init(|| made).path())
    }
}

/// The permission bits that new files do not get. Asking for them with umask(2) would change them
/// for other threads, so they are read (proc_pid_status(5)), else seen.
fn umask(store: &Store) -> Result<u32, SnapshotError> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    if let Some(mask) = line.and_then(|text| u32::from_str_radix(text.trim(), 8).ok()) {
        return Ok(mask & 0o777);
    }
    let probe = store.path()?.join("umask");
    let made = fs::create_dir(&probe).and_then(|()| probe.symlink_metadata());
    let data = made.map_err(|error| SnapshotError::file("create", &probe, error))?;
    Ok(!data.mode() & 0o777)
}

/// Does something with each item, on all cores when there are many. The first error ends it.
pub(super) fn in_parallel<T: Sync>(
    items: &[T],
    act: impl Fn(usize, &T) -> Result<(), SnapshotError> + Sync,
) -> Result<(), SnapshotError> {
    if items.len() < MANY_FILES {
        return items.iter().enumerate().try_for_each(|(index, item)| act(index, item));
    }
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(()) };
            if let Err(error) = act(index, item) {
                next.store(items.len(), Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut result = work();
        for handle in handles {
            // A panic of a thread goes on in the scope's end.
            result = result.and(handle.join().unwrap_or(Ok(())));
        }
        result
    })
}
