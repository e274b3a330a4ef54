//! Files that are kept outside of a workspace: copied out of one, and into another.
//!
//! Symbolic links are copied as links. Into a workspace nothing is written through a link that is
//! there already, so that nothing leaves it.

use std::collections::BTreeSet;
use std::fs::{self, FileTimes};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// Copies the given files below `from` to `to`, which is made anew.
///
/// # Errors
/// The first file that could not be copied.
pub(crate) fn keep(from: &Path, files: &BTreeSet<PathBuf>, to: &Path) -> io::Result<()> {
    match fs::remove_dir_all(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir_all(to)?,
    }
    files.iter().try_for_each(|file| copy(from, file, to))
}

/// Copies all that was kept in `from` over what is in `to`. Answers how many files that were.
///
/// # Errors
/// The first file that could not be copied.
pub(crate) fn bring(from: &Path, to: &Path) -> io::Result<usize> {
    let mut count = 0;
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(from.join(&directory))? {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            copy(from, &path, to)?;
            count += 1;
            if entry.file_type()?.is_dir() {
                open.push(path);
            }
        }
    }
    Ok(count)
}

/// Copies one file, link or directory (without what is in it), and makes the directories above it.
fn copy(from: &Path, path: &Path, to: &Path) -> io::Result<()> {
    let source = from.join(path);
    let data = match source.symlink_metadata() {
        Ok(data) => data,
        // It vanished since it was chosen.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    make_directories(to, path.parent().unwrap_or(Path::new("")))?;
    let target = to.join(path);
    if data.is_dir() {
        make_directories(to, path)?;
        // What is in it has to be copied after it, and removed one day.
        let mode = data.permissions().mode() | 0o700;
        return fs::set_permissions(&target, fs::Permissions::from_mode(mode));
    }
    match target.symlink_metadata() {
        Ok(there) if there.is_dir() => fs::remove_dir_all(&target)?,
        Ok(_) => fs::remove_file(&target)?,
        Err(_) => {}
    }
    if data.is_symlink() {
        return symlink(fs::read_link(&source)?, &target);
    }
    // Pipes and sockets are nothing that could be kept.
    if !data.is_file() {
        return Ok(());
    }
    fs::copy(&source, &target)?;
    let times = FileTimes::new().set_modified(data.modified()?);
    // A file that may not be written keeps the time of its copy.
    match fs::File::options().write(true).open(&target) {
        Ok(file) => file.set_times(times),
        Err(_) => Ok(()),
    }
}

/// Makes directories below `root`. A link in the place of one is replaced, never followed.
fn make_directories(root: &Path, path: &Path) -> io::Result<()> {
    let mut whole = root.to_owned();
    for part in path.components() {
        whole.push(part);
        match whole.symlink_metadata() {
            Ok(there) if there.is_dir() => continue,
            Ok(_) => fs::remove_file(&whole)?,
            Err(_) => {}
        }
        fs::create_dir(&whole)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brought_does_not_leave_the_workspace() {
        let [kept, workspace, outside] =
            [(); 3].map(|()| tempfile::tempdir().expect("a directory"));
        fs::create_dir(kept.path().join("d")).expect("a directory");
        fs::write(kept.path().join("d/file"), "new").expect("a file");
        fs::write(outside.path().join("file"), "old").expect("a file");
        symlink(outside.path(), workspace.path().join("d")).expect("a link");
        assert_eq!(bring(kept.path(), workspace.path()).expect("a copy"), 2);
        let text = |path: &Path| fs::read_to_string(path).expect("a file");
        assert_eq!(text(&workspace.path().join("d/file")), "new");
        assert_eq!(text(&outside.path().join("file")), "old");
    }
}
