//! Makes `git` work in a copy of the project without a way back into the user's repository.
//!
//! A workspace gets a `.git` of its own: `HEAD`, the index, the configuration and all references
//! (in one `packed-refs`) are copied, and the objects are lent by naming the user's object
//! directory as an alternate (gitrepository-layout(5), `objects/info/alternates`), which Git only
//! ever reads. So `git rev-parse`, `status`, `diff`, `log` and `describe` answer as in the
//! checkout, and a commit, a tag or a `gc` in the workspace stays there. It costs nine small files
//! and directories a job.
//!
//! Hooks are not copied, as they are not on GitHub. The stat information in the index is that of
//! the originals; `core.checkStat=minimal` and the preserved times make it fit the copies, and the
//! index gets the whole second it was written in as its time, so that Git compares the content of
//! what was changed in that second. For a project that is a part of a larger repository the files
//! outside it are marked `skip-worktree`: they are not missing, they are not looked for.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use rustix::fs::Timespec;

use super::entry::{self, Content, Entry, Found, NO_TIME, Writing};
use super::snapshot::{SnapshotError, Store};
use crate::Project;
use crate::git::{Git, split_nul};
use crate::git_directory::GitDirectory;

/// Up to this size in bytes a file is kept in memory: the index of some 10,000 files.
const IN_MEMORY: u64 = 2 << 20;
/// Files beside `HEAD` and the configuration that change what Git does in a working tree.
const OWN_FILES: [&str; 3] = ["config.worktree", "info/sparse-checkout", "shallow"];
const SHARED_FILES: [&str; 3] = ["info/exclude", "info/attributes", "shallow"];

/// Adds the `.git` directory; nothing when the project is not in Git.
pub(super) fn add(
    project: &Project,
    store: &Store,
    writing: &Writing,
    directories: &mut Vec<PathBuf>,
    entries: &mut Vec<Entry>,
) -> Result<(), SnapshotError> {
    let Some(top) = &project.git_root else { return Ok(()) };
    let Some(directory) = GitDirectory::of(top) else { return Ok(()) };
    let mut template = Template { entries: Vec::new(), store, writing };
    template.copy(&directory.own, "HEAD")?;
    template.copy_index(project, top, &directory)?;
    for name in OWN_FILES {
        template.copy(&directory.own, name)?;
    }
    for name in SHARED_FILES {
        if !template.has(name) {
            template.copy(&directory.shared, name)?;
        }
    }
    template.drop_comments("info/exclude");
    template.add_config(&directory)?;
    template.add_references(&directory)?;
    let objects = directory.shared.join("objects");
    let objects =
        fs::canonicalize(&objects).map_err(|error| SnapshotError::file("read", &objects, error))?;
    template.add("objects/info/alternates", alternate(&objects));
    // Without it Git does not take the directory for a repository.
    directories.push(PathBuf::from(".git/refs"));
    template.finish(entries);
    Ok(())
}

/// The entries of a `.git`, with paths below it.
struct Template<'a> {
    entries: Vec<Entry>,
    store: &'a Store,
    writing: &'a Writing,
}

impl Template<'_> {
    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.path == Path::new(name))
    }

    fn add(&mut self, name: impl Into<PathBuf>, bytes: Vec<u8>) {
        let content = Content::Bytes(bytes);
        self.entries.push(Entry { path: name.into(), mode: 0o644, modified: NO_TIME, content });
    }

    /// Copies a file that may be missing.
    fn copy(&mut self, from: &Path, name: &str) -> Result<(), SnapshotError> {
        let source = from.join(name);
        let failed = |error| SnapshotError::file("copy", &source, error);
        let mut entry =
            match entry::read(&source, PathBuf::from(name), IN_MEMORY).map_err(failed)? {
                Found::Nothing => return Ok(()),
                Found::Whole(entry) => entry,
                Found::Large(mut entry, mut file) => {
                    let stored = self.store.path()?.join(format!("git-{}", self.entries.len()));
                    self.writing.copy(&mut file, &stored).map_err(failed)?;
                    entry.content = Content::Stored(stored);
                    entry
                }
            };
        entry.mode = 0o644;
        self.entries.push(entry);
        Ok(())
    }

    /// Leaves out a file that says nothing, as the one that `git init` makes: one less for each job.
    fn drop_comments(&mut self, name: &str) {
        self.entries.retain(|entry| match &entry.content {
            Content::Bytes(bytes) if entry.path == Path::new(name) => {
                bytes.lines().any(|line| !line.is_empty() && !line.starts_with(b"#"))
            }
            _ => true,
        });
    }

    /// Copies the index and what a split one refers to.
    fn copy_index(
        &mut self,
        project: &Project,
        top: &Path,
        directory: &GitDirectory,
    ) -> Result<(), SnapshotError> {
        for entry in fs::read_dir(&directory.own).into_iter().flatten().flatten() {
            if let Some(name) = entry.file_name().to_str()
                && name.starts_with("sharedindex.")
            {
                self.copy(&directory.own, name)?;
            }
        }
        let index = directory.own.join("index");
        if !index.exists() {
            return Ok(());
        }
        if project.prefix().as_os_str().is_empty() {
            self.copy(&directory.own, "index")?;
        } else {
            // Beside the parts of a split index Git would look for them in the user's directory.
            let narrowed = self.store.path()?.join("index");
            fs::copy(&index, &narrowed)
                .map_err(|error| SnapshotError::file("copy", &index, error))?;
            narrow(project, top, &narrowed)?;
            let store = self.store.path()?;
            self.copy(store, "index")?;
        }
        if let Some(copied) = self.entries.iter_mut().find(|entry| entry.path == Path::new("index"))
        {
            let written = fs::metadata(&index)
                .map(|data| std::os::unix::fs::MetadataExt::mtime(&data))
                .map_err(|error| SnapshotError::file("read", &index, error))?;
            copied.modified = Timespec { tv_sec: written, tv_nsec: 0 };
        }
        Ok(())
    }

    /// The user's configuration, and after it (the last one counts) what must be otherwise here.
    fn add_config(&mut self, directory: &GitDirectory) -> Result<(), SnapshotError> {
        let path = directory.shared.join("config");
        let mut config = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(|error| SnapshotError::file("read", &path, error))?,
        };
        let mentions = |word: &str| config.to_ascii_lowercase().contains_str(word);
        let mut ours =
            String::from("\n[core]\n\tbare = false\n\tcheckStat = minimal\n\ttrustctime = false\n");
        for (word, line) in [
            // Relative to `.git`.
            ("worktree", "\tworktree = ..\n"),
            ("hookspath", "\thooksPath = /dev/null\n"),
            ("fsmonitor", "\tfsmonitor = false\n"),
        ] {
            if mentions(word) {
                ours.push_str(line);
            }
        }
        config.extend_from_slice(ours.as_bytes());
        self.add("config", config);
        Ok(())
    }

    /// All references: in one file, but for symbolic ones and the newer "reftable" storage.
    fn add_references(&mut self, directory: &GitDirectory) -> Result<(), SnapshotError> {
        let references = directory.references();
        let mut packed = b"# pack-refs with: sorted \n".to_vec();
        for (name, reference) in &references.direct {
            packed.extend_from_slice(&[reference.object.as_slice(), b" ", name, b"\n"].concat());
            if let Some(peeled) = &reference.peeled {
                packed.extend_from_slice(&[b"^".as_slice(), peeled, b"\n"].concat());
            }
        }
        if !references.direct.is_empty() {
            self.add("packed-refs", packed);
        }
        for (name, mut target) in references.symbolic {
            target.push(b'\n');
            self.add(PathBuf::from(std::ffi::OsStr::from_bytes(&name)), target);
        }
        let tables = directory.shared.join("reftable");
        for entry in fs::read_dir(&tables).into_iter().flatten().flatten() {
            if let Some(name) = entry.file_name().to_str() {
                self.copy(&directory.shared, &format!("reftable/{name}"))?;
            }
        }
        Ok(())
    }

    /// Hands everything over.
    fn finish(self, entries: &mut Vec<Entry>) {
        let git = Path::new(".git");
        entries.extend(
            self.entries.into_iter().map(|entry| Entry { path: git.join(&entry.path), ..entry }),
        );
    }
}

/// Marks everything outside the project as not to be looked for.
fn narrow(project: &Project, top: &Path, index: &Path) -> Result<(), SnapshotError> {
    let mut exclude = b":(exclude,top,literal)".to_vec();
    exclude.extend_from_slice(project.prefix().as_os_str().as_bytes());
    let outside = Git::new(top)
        .arguments(["ls-files", "--cached", "-z", "--", ":(top)"])
        .arguments([std::ffi::OsStr::from_bytes(&exclude)])
        .run()?;
    if split_nul(&outside).next().is_none() {
        return Ok(());
    }
    Git::new(top)
        .variable("GIT_INDEX_FILE", index)
        .arguments(["update-index", "-z", "--skip-worktree", "--stdin"])
        .run_with_input(&outside)?;
    Ok(())
}

/// A line of `objects/info/alternates`; unusual paths are quoted as in C.
fn alternate(objects: &Path) -> Vec<u8> {
    let path = objects.as_os_str().as_bytes();
    if !path.contains(&b'\n') {
        return [path, b"\n"].concat();
    }
    let mut line = b"\"".to_vec();
    for byte in path {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', *byte]),
            byte => line.push(*byte),
        }
    }
    line.extend_from_slice(b"\"\n");
    line
}
