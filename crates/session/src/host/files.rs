//! The small files exchanged with a job's commands, and the directory they are in.
//!
//! On the disk of a busy machine five small files a step cost more than the step's shell; on a
//! memory file system they cost nothing. The directory's name carries our user and process, so
//! that one left by a crash is known as such and removed by the next process.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags};
use rustix::io::Errno;
use rustix::process::Pid;

use super::leftovers::kill_leftovers;
use super::linux as system;
use super::tracking_id_of;
use crate::SessionError;

/// The best directory for small short-lived files: `XDG_RUNTIME_DIR` when it is set and is a
/// directory we may write to, else `/dev/shm`, else the system's directory for temporary files.
/// Programs may not be allowed to be started from there (`noexec`); scripts that a shell reads are.
#[must_use]
pub fn command_file_root() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let candidates = runtime.into_iter().filter(|path| path.is_absolute());
    candidates
        .chain([PathBuf::from("/dev/shm")])
        .find(|path| {
            path.is_dir() && rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
        })
        .unwrap_or_else(std::env::temp_dir)
}

/// Makes the job's directory in `root`, for us alone.
pub(super) fn make_directory(root: &Path, id: &str) -> Result<PathBuf, SessionError> {
    let own = system::own_pid().as_raw_nonzero();
    let path = root.join(format!("windlass-{}.{own}.{id}", system::own_user()));
    let mut made = DirBuilder::new().mode(0o700).create(&path);
    if made.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists) {
        // Of an earlier process with our number: the name is ours, but is the directory?
        remove_own_directory(&path);
        made = DirBuilder::new().mode(0o700).create(&path);
    }
    made.map_err(|error| SessionError::file("create", &path, error))?;
    Ok(path)
}

/// Removes the directories of processes of ours that are gone, and kills what their jobs left
/// running.
pub(super) fn sweep(root: &Path) {
    let prefix = format!("windlass-{}.", system::own_user());
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let Some((maker, id)) = rest.and_then(|rest| rest.split_once('.')) else { continue };
        let maker = maker.parse().ok().and_then(Pid::from_raw);
        if maker.is_some_and(|pid| !system::process_exists(pid)) {
            let _ = kill_leftovers(&tracking_id_of(id));
            remove_own_directory(&entry.path());
        }
    }
}

/// Removes a directory if it is one and is ours (the parent may be writable by everybody).
fn remove_own_directory(path: &Path) {
    let ours = fs::symlink_metadata(path)
        .is_ok_and(|data| data.is_dir() && data.uid() == system::own_user());
    if ours {
        let _ = fs::remove_dir_all(path);
    }
}

/// Writes a whole file. A step may have put anything in its place, so nothing there is followed
/// and only a plain file is written into.
pub(super) fn put(path: &Path, content: &[u8]) -> Result<(), SessionError> {
    let failed = |error| SessionError::file("write", path, error);
    let mut file = match open_plain_for_writing(path) {
        Err(error) if is_something_else(&error) => {
            fs::remove_file(path).map_err(failed)?;
            open_plain_for_writing(path).map_err(failed)?
        }
        other => other.map_err(failed)?,
    };
    file.set_len(0).map_err(failed)?;
    file.write_all(content).map_err(failed)
}

fn open_plain_for_writing(path: &Path) -> io::Result<fs::File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(flags);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Errno::LOOP.into()) }
}

/// A symbolic link, or a named pipe or device, as [`open_plain_for_writing`] says it.
fn is_something_else(error: &io::Error) -> bool {
    [Errno::LOOP, Errno::NXIO].iter().any(|kind| error.raw_os_error() == Some(kind.raw_os_error()))
}

/// Reads a whole file of at most `limit` bytes; `None` when there is none.
pub(super) fn get(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
    let failed = |error| SessionError::file("read", path, error);
    // Without NONBLOCK a named pipe would hang us.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let data = file.metadata().map_err(failed)?;
    if !data.is_file() {
        return Err(SessionError::NotAFile { path: path.to_owned() });
    }
    let too_large = |size| SessionError::TooLarge { path: path.to_owned(), size, limit };
    if data.len() > limit {
        return Err(too_large(data.len()));
    }
    let mut content = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
    let size = content.len() as u64;
    if size > limit { Err(too_large(size)) } else { Ok(Some(content)) }
}
