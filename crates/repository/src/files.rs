//! The files that belong to a project: what a snapshot holds.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use crate::git::{Git, split_nul};
use crate::{GitError, Project};

/// How deep repositories may lie in one another.
const DEEPEST_NESTING: usize = 32;

/// The project's files: tracked ones and untracked ones that are not ignored, as they are in the
/// working tree now (deleted ones are left out). Relative to the project root, sorted, no
/// directories; symbolic links are named, not followed. Submodules and other repositories inside
/// are listed by the same rule. Without Git (or the `git` program): everything below the root but
/// `.git`.
///
/// # Errors
/// When `git` refuses or a directory cannot be read.
pub fn files(project: &Project) -> Result<Vec<PathBuf>, GitError> {
    let mut found = Vec::new();
    let listed = match &project.git_root {
        Some(_) => list(&project.root, Path::new(""), 0, &mut found),
        None => Err(GitError::Missing),
    };
    match listed {
        Err(GitError::Missing) => {
            found.clear();
            walk(&project.root, &mut found)?;
        }
        other => other?,
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Which directories below a root are really there: a tracked `a/b` may lie behind a link `a` that
/// replaced the directory and leads who knows where.
#[derive(Default)]
pub(crate) struct RealDirectories {
    known: HashMap<PathBuf, bool>,
}

impl RealDirectories {
    /// Whether the directory that holds `path` can be reached without following a link, and `path`
    /// has none but ordinary parts.
    pub(crate) fn hold(&mut self, root: &Path, path: &Path) -> bool {
        let ordinary = |part: Component<'_>| matches!(part, Component::Normal(_));
        path.components().all(ordinary)
            && path.parent().is_none_or(|parent| self.is_real(root, parent))
    }

    fn is_real(&mut self, root: &Path, directory: &Path) -> bool {
        if directory.as_os_str().is_empty() {
            return true;
        }
        if let Some(known) = self.known.get(directory) {
            return *known;
        }
        // Paths are at most 4 KiB long, so the recursion has an end.
        let real = directory.parent().is_none_or(|parent| self.is_real(root, parent))
            && root.join(directory).symlink_metadata().is_ok_and(|data| data.is_dir());
        self.known.insert(directory.to_owned(), real);
        real
    }
}

/// Asks the repository that `root/below` is in, and those in it.
fn list(root: &Path, below: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), GitError> {
    let directory = root.join(below);
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = Git::new(&directory).arguments(arguments).run()?;
    let mut real = RealDirectories::default();
    for name in split_nul(&output) {
        // Another repository in the tree ends with a slash.
        let name = Path::new(OsStr::from_bytes(name.strip_suffix(b"/").unwrap_or(name)));
        let path = below.join(name);
        if !real.hold(&directory, name) {
            continue;
        }
        let Ok(data) = directory.join(name).symlink_metadata() else { continue };
        if !data.is_dir() {
            found.push(path);
        } else if depth < DEEPEST_NESTING && root.join(&path).join(".git").exists() {
            list(root, &path, depth + 1, found)?;
        }
    }
    Ok(())
}

/// Everything below `root`, without `.git`.
fn walk(root: &Path, found: &mut Vec<PathBuf>) -> Result<(), GitError> {
    let mut directories = vec![PathBuf::new()];
    while let Some(below) = directories.pop() {
        let path = root.join(&below);
        let unreadable = |source| GitError::Unreadable { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = below.join(entry.file_name());
            if entry.file_name() == ".git" {
                continue;
            }
            if entry.file_type().map_err(unreadable)?.is_dir() {
                directories.push(name);
            } else {
                found.push(name);
            }
        }
    }
    Ok(())
}
