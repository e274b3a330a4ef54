//! Brings a copy back to what it was when it was made, for the next job.
//!
//! A run of a hundred jobs two at a time needs two copies, not a hundred: as on a self-hosted
//! runner, a job works where an earlier one did. Making and removing directories is the most
//! expensive thing that can be done to a disk (with the mount option `discard` a removal waits for
//! the device), while looking at a small file again costs a few microseconds.
//!
//! Nothing is taken on trust: each directory must be a directory with its mode and is listed, what
//! does not belong there is thrown out; each file must have its mode, time, length **and bytes**,
//! else it is written anew. Large files are always written anew. Whatever surprises ends in an
//! error, and the caller makes a new copy.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::entry::{Content, Entry};
use super::removal::Trash;
use super::snapshot::{Snapshot, SnapshotError, below, in_parallel};

impl Snapshot {
    /// Makes the copy at `top`, which a job has used, equal to the snapshot again.
    pub(super) fn restore(&self, top: &Path, trash: &Trash) -> Result<PathBuf, SnapshotError> {
        for (directory, names) in &self.layout {
            let path = below(top, directory);
            let failed = |error| SnapshotError::file("restore", &path, error);
            self.check_directory(&path).map_err(failed)?;
            for item in fs::read_dir(&path).map_err(failed)? {
                let item = item.map_err(failed)?;
                if !names.contains(&item.file_name()) {
                    trash.take(&item.path()).map_err(failed)?;
                }
            }
        }
        in_parallel(&self.entries, |_, entry| {
            let path = top.join(&entry.path);
            let failed = |error| SnapshotError::file("restore", &path, error);
            if !is_intact(entry, &path) {
                if path.symlink_metadata().is_ok() {
                    trash.take(&path).map_err(failed)?;
                }
                self.writing.write(entry, top).map_err(failed)?;
            }
            Ok(())
        })?;
        Ok(below(top, &self.prefix))
    }

    fn check_directory(&self, path: &Path) -> io::Result<()> {
        let data = path.symlink_metadata()?;
        let as_made = data.is_dir()
            && data.mode() & 0o777 == 0o777 & !self.writing.umask
            && data.uid() == rustix::process::geteuid().as_raw();
        if as_made { Ok(()) } else { Err(io::Error::other("it was changed")) }
    }
}

/// Whether a file or link is as it was written; a large file is never known to be.
fn is_intact(entry: &Entry, path: &Path) -> bool {
    match &entry.content {
        Content::Stored(_) => false,
        Content::Link(target) => fs::read_link(path).is_ok_and(|found| found.as_os_str() == target),
        Content::Bytes(bytes) => holds(entry, bytes, path).unwrap_or(false),
    }
}

fn holds(entry: &Entry, bytes: &[u8], path: &Path) -> io::Result<bool> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let mut file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let data = file.metadata()?;
    let same = data.is_file()
        && data.len() == bytes.len() as u64
        && data.mode() & 0o7777 == entry.mode
        && (data.mtime(), data.mtime_nsec()) == (entry.modified.tv_sec, entry.modified.tv_nsec)
        && data.uid() == rustix::process::geteuid().as_raw()
        // A second name would let one job change the file of another.
        && data.nlink() == 1;
    if !same {
        return Ok(false);
    }
    let mut found = vec![0; bytes.len()];
    file.read_exact(&mut found)?;
    Ok(found == bytes)
}
