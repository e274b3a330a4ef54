//! One file, link or directory of a snapshot: read once, written once for each job.
//!
//! Small contents stay in memory: writing one is then an open, a write and a close, and does not
//! touch the original again. Large ones are copied (cloned, where the file system can) to the
//! snapshot's store and from there to each workspace.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, CWD, OFlags, Timespec, Timestamps};

/// What is in a place of the tree.
#[derive(Debug)]
pub(super) enum Content {
    /// A file held in memory.
    Bytes(Vec<u8>),
    /// A file held in the store.
    Stored(PathBuf),
    /// A symbolic link with this target, whatever that is.
    Link(OsString),
}

/// A file or link, with its path below the top of the workspace.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// Permission bits.
    pub(super) mode: u32,
    pub(super) modified: Timespec,
    pub(super) content: Content,
}

/// The first moment of the epoch, for files whose time says nothing.
pub(super) const NO_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// What was found at a place.
pub(super) enum Found {
    /// A link, or a file that is small enough for the limit given.
    Whole(Entry),
    /// A larger file, opened, to be copied elsewhere.
    Large(Entry, File),
    /// Nothing that is copied: vanished, a directory, a socket, a pipe, a device.
    Nothing,
}

/// Reads `source`, without following a link in its last part, as the entry `path`.
pub(super) fn read(source: &Path, path: PathBuf, limit: u64) -> io::Result<Found> {
    let data = match source.symlink_metadata() {
        Err(error) if is_absent(&error) => return Ok(Found::Nothing),
        other => other?,
    };
    let modified = Timespec { tv_sec: data.mtime(), tv_nsec: data.mtime_nsec() };
    let mode = data.mode() & 0o7777;
    if data.is_symlink() {
        let content = Content::Link(fs::read_link(source)?.into_os_string());
        return Ok(Found::Whole(Entry { path, mode, modified, content }));
    }
    if !data.is_file() {
        return Ok(Found::Nothing);
    }
    // What was a file a moment ago may be a link or a pipe now.
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let mut file = match OpenOptions::new().read(true).custom_flags(flags).open(source) {
        Err(error) if is_absent(&error) => return Ok(Found::Nothing),
        other => other?,
    };
    let mut bytes = Vec::new();
    if data.len() > limit {
        let content = Content::Bytes(bytes);
        return Ok(Found::Large(Entry { path, mode, modified, content }, file));
    }
    file.read_to_end(&mut bytes)?;
    Ok(Found::Whole(Entry { path, mode, modified, content: Content::Bytes(bytes) }))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// How files are written in one place.
#[derive(Debug)]
pub(super) struct Writing {
    /// The permission bits that the process takes from new files.
    pub(super) umask: u32,
    /// Whether cloning was not refused yet.
    clones: AtomicBool,
}

impl Writing {
    pub(super) fn new(umask: u32) -> Self {
        Self { umask, clones: AtomicBool::new(true) }
    }

    /// Copies a file to a place where nothing is, sharing its blocks where the file system can.
    pub(super) fn copy(&self, from: &mut File, to: &Path) -> io::Result<()> {
        let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        if self.clones.load(Ordering::Relaxed) {
            match rustix::fs::ioctl_ficlone(&copy, &*from) {
                Ok(()) => return Ok(()),
                // The file system cannot, or these are two: not asked again.
                Err(_) => self.clones.store(false, Ordering::Relaxed),
            }
        }
        // Between files this is copy_file_range(2).
        io::copy(from, &mut copy).map(|_| ())
    }

    /// Makes the entry below `top`. Nothing is there yet.
    pub(super) fn write(&self, entry: &Entry, top: &Path) -> io::Result<()> {
        let path = top.join(&entry.path);
        let times = Timestamps { last_access: entry.modified, last_modification: entry.modified };
        match &entry.content {
            Content::Link(target) => {
                std::os::unix::fs::symlink(target, &path)?;
                rustix::fs::utimensat(CWD, &path, &times, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            Content::Bytes(bytes) => {
                let mut options = OpenOptions::new();
                let mut file =
                    options.write(true).create_new(true).mode(entry.mode & 0o777).open(&path)?;
                file.write_all(bytes)?;
                if entry.mode & (self.umask | !0o777) != 0 {
                    file.set_permissions(Permissions::from_mode(entry.mode))?;
                }
                rustix::fs::futimens(&file, &times)?;
            }
            Content::Stored(stored) => {
                self.copy(&mut File::open(stored)?, &path)?;
                fs::set_permissions(&path, Permissions::from_mode(entry.mode))?;
                rustix::fs::utimensat(CWD, &path, &times, AtFlags::SYMLINK_NOFOLLOW)?;
            }
        }
        Ok(())
    }
}
