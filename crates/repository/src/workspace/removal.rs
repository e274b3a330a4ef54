//! Removes whole trees: behind the back of those who work, and also those that were made hard to
//! remove.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Up to this size in bytes a file is removed at once rather than moved away first.
const SMALL: u64 = 1 << 20;

/// A directory into which things are moved to be removed by a thread.
#[derive(Debug)]
pub(super) struct Trash {
    directory: PathBuf,
    next: AtomicUsize,
    requests: Mutex<Option<Sender<Request>>>,
}

enum Request {
    Remove(PathBuf),
    /// The last thing to do, and where to say how everything went.
    End(Box<dyn FnOnce() -> io::Result<()> + Send>, Sender<io::Result<()>>),
}

impl Trash {
    /// Starts the thread, which calls `first` before anything else. `directory` is on the file
    /// system of what will be moved into it.
    pub(super) fn start(
        directory: PathBuf,
        first: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (requests, received) = channel();
        std::thread::Builder::new().name("removal".to_owned()).spawn(move || {
            first();
            serve(&received);
        })?;
        Ok(Self { directory, next: AtomicUsize::new(0), requests: Mutex::new(Some(requests)) })
    }

    /// Takes something out of the way, whatever it is, and has it removed.
    pub(super) fn take(&self, path: &Path) -> io::Result<()> {
        let data = path.symlink_metadata()?;
        if !data.is_dir() && data.len() <= SMALL {
            return fs::remove_file(path);
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number == 0 {
            fs::create_dir_all(&self.directory)?;
        }
        let place = self.directory.join(number.to_string());
        let moved = fs::rename(path, &place);
        let moved = match moved {
            // Another thread is about to make the directory.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.directory)?;
                fs::rename(path, &place)
            }
            // A directory that may not be written to cannot be moved either.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && data.is_dir() => {
                fs::set_permissions(path, Permissions::from_mode(0o700))?;
                fs::rename(path, &place)
            }
            other => other,
        };
        moved?;
        self.remove(place);
        Ok(())
    }

    fn remove(&self, path: PathBuf) {
        if let Some(requests) = &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = requests.send(Request::Remove(path));
        }
    }

    /// Takes no more, has `last` done, and waits for it up to `patience`: false when it is still
    /// at it.
    pub(super) fn end(
        &self,
        last: impl FnOnce() -> io::Result<()> + Send + 'static,
        patience: Duration,
    ) -> io::Result<bool> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(requests) = requests else { return Ok(true) };
        let (tell, told) = channel();
        let _ = requests.send(Request::End(Box::new(last), tell));
        match told.recv_timeout(patience) {
            Ok(result) => result.map(|()| true),
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => Ok(true),
        }
    }
}

/// The thread: removes what it is told to.
fn serve(requests: &Receiver<Request>) {
    let mut result = Ok(());
    for request in requests {
        match request {
            Request::Remove(path) => result = result.and(remove_tree(&path)),
            Request::End(last, tell) => {
                // Nobody listens any more when patience ran out.
                let _ = tell.send(last().and(result));
                return;
            }
        }
    }
}

/// Removes a directory and all it holds; links are removed, not followed. Directories without
/// write permission (Go's module cache is made of them) are given it first. A tree that is not
/// there is no error.
///
/// # Errors
/// When something cannot be removed, for example a file of another user.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(data) if !data.is_dir() => fs::remove_file(path),
        _ => fs::remove_dir_all(path),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_directories(path);
            fs::remove_dir_all(path)
        }
        other => other,
    }
}

/// Gives us all permissions on every directory of a tree.
fn open_directories(path: &Path) {
    let mut directories: Vec<PathBuf> = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        let _ = fs::set_permissions(&directory, Permissions::from_mode(0o700));
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                directories.push(entry.path());
            }
        }
    }
}

/// Has several threads remove the parts of a directory, and then removes it: where the device is
/// waited for, the waits overlap.
pub(super) fn remove_parts(path: &Path) -> io::Result<()> {
    let parts: Vec<PathBuf> =
        fs::read_dir(path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut result = Ok(());
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            result = result.and(remove_tree(part));
        }
        result
    };
    let removed = std::thread::scope(|scope| {
        let others: Vec<_> = (1..parts.len().min(8)).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().fold(own, |result, other| result.and(other.join().unwrap_or(Ok(()))))
    });
    removed.and(remove_tree(path))
}
