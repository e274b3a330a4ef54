//! Which files of a project the paths and globs of `artifacts` and `cache` mean.
//!
//! Source: "CI/CD YAML syntax reference", `artifacts:paths`, `artifacts:exclude`,
//! `artifacts:untracked`, `cache:paths`: relative to the project, in the syntax of doublestar; a
//! directory stands for all that is in it, but an excluded one only for itself. Nothing outside of
//! the project is ever chosen, also not behind a symbolic link.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use globset::{GlobBuilder, GlobMatcher};

use super::lane::Lane;

/// What is chosen, with its references to variables replaced.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Paths and globs.
    pub paths: Vec<String>,
    /// Paths and globs that are left out.
    pub exclude: Vec<String>,
    /// Whether files that Git does not track are chosen as well.
    pub untracked: bool,
}

/// The files that were found, and what the log says of the search.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Files, symbolic links and directories, relative to the project; parents before children.
    pub files: BTreeSet<PathBuf>,
    /// One line for each path that found something.
    pub notes: Vec<String>,
    /// One line for each that did not.
    pub warnings: Vec<String>,
}

impl Choice {
    /// Looks for the files below a project.
    pub fn search(&self, project: &Path) -> Chosen {
        let mut chosen = Chosen::default();
        let Ok(project) = fs::canonicalize(project) else { return chosen };
        for path in &self.paths {
            let before = chosen.files.len();
            match search(&project, path, &mut chosen.files) {
                Ok(()) if chosen.files.len() > before => {
                    let count = chosen.files.len() - before;
                    chosen.notes.push(format!(
                        "{path}: found {count} matching artifact files and directories"
                    ));
                }
                Ok(()) => chosen.warnings.push(format!("{path}: no matching files")),
                Err(reason) => chosen.warnings.push(format!("{path}: {reason}")),
            }
        }
        if self.untracked {
            match untracked(&project) {
                Ok(files) => {
                    chosen.notes.push(format!("untracked: found {} files", files.len()));
                    chosen.files.extend(files);
                }
                Err(error) => chosen.warnings.push(format!("untracked: {error}")),
            }
        }
        let excluded: Vec<GlobMatcher> = self
            .exclude
            .iter()
            .filter_map(|path| matcher(relative(&project, path).ok()?))
            .collect();
        chosen.files.retain(|file| !excluded.iter().any(|glob| glob.is_match(file)));
        chosen
    }
}

impl Chosen {
    /// Tells in the log what was found.
    pub fn tell(&self, lane: &mut Lane) {
        self.notes.iter().for_each(|note| lane.line(note));
        self.warnings.iter().for_each(|warning| lane.warn(warning));
    }
}

/// Works on files where nobody else has to wait for it.
///
/// # Errors
/// Those of the work.
pub(crate) async fn on_disk<Result: Send + 'static>(
    work: impl FnOnce() -> io::Result<Result> + Send + 'static,
) -> io::Result<Result> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// A path as it is written, below the project.
///
/// # Errors
/// When it leads out of the project.
fn relative<'path>(project: &Path, path: &'path str) -> Result<&'path str, &'static str> {
    const OUTSIDE: &str = "it is not a path below the project, so it is left out";
    let inside = match path.strip_prefix('/') {
        Some(_) => {
            let project = project.to_str().ok_or(OUTSIDE)?;
            let behind = path.strip_prefix(project).ok_or(OUTSIDE)?;
            if !behind.is_empty() && !behind.starts_with('/') {
                return Err(OUTSIDE);
            }
            behind.trim_start_matches('/')
        }
        None => path,
    };
    let mut inside = inside;
    while let Some(behind) = inside.strip_prefix("./") {
        inside = behind.trim_start_matches('/');
    }
    let climbs = Path::new(inside).components().any(|part| part == Component::ParentDir);
    if climbs { Err(OUTSIDE) } else { Ok(inside.trim_end_matches('/')) }
}

fn search(project: &Path, path: &str, found: &mut BTreeSet<PathBuf>) -> Result<(), String> {
    let path = relative(project, path)?;
    // Everything in front of the first special character can be walked to directly.
    let literal = match path.find(['*', '?', '[', '{', '\\']) {
        Some(at) => path[..at].rfind('/').map_or("", |slash| &path[..slash]),
        None => path,
    };
    let start = Path::new(if literal == "." { "" } else { literal });
    if !is_inside(project, start) {
        return Ok(());
    }
    if literal.len() == path.len() {
        take(project, start, found);
        return Ok(());
    }
    let glob = matcher(path).ok_or("it is no glob that can be read")?;
    walk(project, start, &mut |file| {
        let matches = glob.is_match(file);
        if matches {
            take(project, file, found);
        }
        // What is in a chosen directory has been taken with it.
        !matches
    });
    Ok(())
}

/// Whether a path exists and no symbolic link on the way to it leads out of the project.
fn is_inside(project: &Path, path: &Path) -> bool {
    let whole = project.join(path);
    let parent = if path.as_os_str().is_empty() { Some(whole.as_path()) } else { whole.parent() };
    whole.symlink_metadata().is_ok()
        && parent.and_then(|it| fs::canonicalize(it).ok()).is_some_and(|it| it.starts_with(project))
}

/// Takes a file, or a directory with all that is in it.
fn take(project: &Path, path: &Path, found: &mut BTreeSet<PathBuf>) {
    if !path.as_os_str().is_empty() {
        found.insert(path.to_owned());
    }
    walk(project, path, &mut |file| {
        found.insert(file.to_owned());
        true
    });
}

/// Visits all that lies below a directory; `visit` says whether to go into it. Links are not
/// followed, and Git's own files are not visited from outside.
fn walk(project: &Path, directory: &Path, visit: &mut dyn FnMut(&Path) -> bool) {
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let whole = project.join(&directory);
        if !whole.symlink_metadata().is_ok_and(|data| data.is_dir()) {
            continue;
        }
        for entry in fs::read_dir(&whole).into_iter().flatten().flatten() {
            let path = directory.join(entry.file_name());
            if path == Path::new(".git") {
                continue;
            }
            if visit(&path) {
                open.push(path);
            }
        }
    }
}

/// A glob in which `*` stays within a directory and `**` does not. Where `**` is only a part of a
/// name it is the same as `*`.
fn matcher(path: &str) -> Option<GlobMatcher> {
    let parts = path.split('/').map(|part| match part {
        "**" => part.to_owned(),
        other => other.replace("**", "*"),
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let glob = GlobBuilder::new(&path).literal_separator(true).backslash_escape(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// All files that Git does not track, ignored ones among them, as the runner lists them.
fn untracked(project: &Path) -> io::Result<Vec<PathBuf>> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut command = Command::new("git");
    command.args(["ls-files", "--others", "-z"]).current_dir(project);
    let output = command.stdin(std::process::Stdio::null()).output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(message));
    }
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let paths = names.map(|name| PathBuf::from(std::ffi::OsString::from_vec(name.to_vec())));
    Ok(paths.filter(|path| is_inside(project, path)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let project = tempfile::tempdir().expect("a directory");
        for file in files {
            let path = project.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, file).expect("a file");
        }
        project
    }

    fn chosen(project: &Path, paths: &[&str], exclude: &[&str]) -> Vec<String> {
        let own = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
        let choice = Choice { paths: own(paths), exclude: own(exclude), untracked: false };
        let files = choice.search(project).files;
        let files = files.into_iter().filter(|file| !project.join(file).is_dir());
        files.map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn globs_choose_as_doublestar_does() {
        let project = project(&["a.o", "b/c.o", "b/d/e.o", "b/d/f.txt", ".git/x.o"]);
        let root = project.path();
        assert_eq!(chosen(root, &["*.o"], &[]), ["a.o"]);
        assert_eq!(chosen(root, &["**/*.o"], &[]), ["a.o", "b/c.o", "b/d/e.o"]);
        assert_eq!(chosen(root, &["b/"], &["b/**/*.o"]), ["b/d/f.txt"]);
        assert_eq!(chosen(root, &["./b/d", "missing"], &["b/d"]), ["b/d/e.o", "b/d/f.txt"]);
        assert_eq!(chosen(root, &["b/{c,x}.o"], &[]), ["b/c.o"]);
        let absolute = fs::canonicalize(root).expect("a path").join("a.o");
        assert_eq!(chosen(root, &[&absolute.display().to_string()], &[]), ["a.o"]);
    }

    #[test]
    fn nothing_outside_of_the_project_is_chosen() {
        let outside = project(&["secret"]);
        let project = project(&["in/side"]);
        std::os::unix::fs::symlink(outside.path(), project.path().join("link")).expect("a link");
        let root = project.path();
        for path in ["../secret", "link/secret", "in/../../x", "/etc/passwd", "link/*"] {
            assert_eq!(chosen(root, &[path], &[]), Vec::<String>::new(), "{path}");
        }
        // The link itself is kept as a link.
        let choice = Choice { paths: vec!["link".to_owned()], ..Choice::default() };
        assert_eq!(choice.search(root).files.len(), 1);
    }
}
