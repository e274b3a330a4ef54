//! Fetches one commit and lays its tree out in a directory that never changes again.
//!
//! A tree is built beside its place and moved there in one step (rename(2)), so what is there is
//! complete, whoever else works on it. A lock spares the second one the work. The repository that
//! was fetched into is thrown away: the next commit of the same action is fetched anew, without
//! history, which is less than it sounds.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::ByteSlice as _;
use rustix::fs::FlockOperation;

use super::lookup::{Answer, no_such, unreachable};
use super::{SourceCache, SourceError, address};
use crate::GitError;
use crate::git::Git;

impl SourceCache {
    /// Where the tree of a commit is or will be.
    pub(super) fn tree_path(&self, sha: &str) -> PathBuf {
        self.directory.join("trees").join(sha)
    }

    /// Makes sure that the tree of a commit is there. `reference` is for messages.
    pub(super) fn provide_tree(
        &self,
        url: &str,
        reference: &str,
        sha: &str,
    ) -> Result<PathBuf, SourceError> {
        let path = self.tree_path(sha);
        if self.options.offline && !address::is_local(url) {
            let (url, reference) = (url.to_owned(), reference.to_owned());
            return Err(SourceError::Offline { url, reference });
        }
        for part in ["trees", "locks", "work"] {
            let directory = self.directory.join(part);
            fs::create_dir_all(&directory)
                .map_err(|error| SourceError::cache("create", directory, error))?;
        }
        let _lock = self.lock(sha)?;
        if path.is_dir() {
            return Ok(path);
        }
        let work = self.work_directory()?;
        let repository = work.path().join("git");
        let tree = work.path().join("tree");
        let failed = |error| SourceError::cache("create", work.path().to_owned(), error);
        make_repository(&repository, sha.len()).map_err(failed)?;
        fs::create_dir(&tree).map_err(failed)?;
        self.fetch_commit(url, reference, sha, &repository)?;
        self.git(&repository)
            .variable("GIT_WORK_TREE", &tree)
            .variable("GIT_DIR", &repository)
            .arguments(["read-tree", "--reset", "-u", sha])
            .run()?;
        match fs::rename(&tree, &path) {
            // Somebody without our lock (another machine's user of a shared directory) was faster.
            Err(_) if path.is_dir() => Ok(path),
            Err(error) => Err(SourceError::cache("create", path, error)),
            Ok(()) => Ok(path),
        }
    }

    /// Fetches a commit by its name; from a server that does not allow that, with the history of
    /// all branches and tags.
    fn fetch_commit(
        &self,
        url: &str,
        reference: &str,
        sha: &str,
        repository: &Path,
    ) -> Result<(), SourceError> {
        let fetched = self
            .git(repository)
            .arguments(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"])
            .arguments(["--", url, sha])
            .run_limited(self.options.timeout);
        let error = match fetched {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let GitError::Failed { message, .. } = &error else { return Err(unreachable(url, error)) };
        if message.contains("unadvertised object") {
            self.fetch_everything(url, repository).map_err(|error| unreachable(url, error))?;
            return match resolve_commit(repository, sha) {
                Answer::Commit(_) => Ok(()),
                Answer::Nothing => Err(no_such(url, reference)),
            };
        }
        if message.contains("not our ref") || message.contains("find remote ref") {
            return Err(no_such(url, reference));
        }
        Err(unreachable(url, error))
    }

    /// Finds a commit by the beginning of its name in the history of all branches and tags.
    pub(super) fn search_history(&self, url: &str, short: &str) -> Result<Answer, GitError> {
        let failed = |source| GitError::Io { command: "fetch".to_owned(), source };
        let work = tempfile::tempdir().map_err(failed)?;
        let repository = work.path().join("git");
        make_repository(&repository, 40).map_err(failed)?;
        self.fetch_everything(url, &repository)?;
        Ok(resolve_commit(&repository, short))
    }

    fn fetch_everything(&self, url: &str, repository: &Path) -> Result<(), GitError> {
        self.git(repository)
            .arguments(["fetch", "--quiet", "--no-recurse-submodules", "--", url])
            .arguments(["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"])
            .run_limited(self.options.timeout)
            .map(|_| ())
    }

    /// One of 256 locks, so that no file has to be left for each commit.
    fn lock(&self, sha: &str) -> Result<File, SourceError> {
        let path = self.directory.join("locks").join(sha.get(..2).unwrap_or("00"));
        let locked = File::create(&path).and_then(|file| {
            rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
            Ok(file)
        });
        locked.map_err(|error| SourceError::cache("lock", path, error))
    }

    /// A directory that is removed when it is dropped, and in which a crashed process leaves
    /// nothing that would be taken for a tree. What such processes left long ago is removed here.
    fn work_directory(&self) -> Result<tempfile::TempDir, SourceError> {
        let parent = self.directory.join("work");
        // A day is longer than any fetch.
        for entry in fs::read_dir(&parent).into_iter().flatten().flatten() {
            let age = entry.metadata().ok().and_then(|data| data.modified().ok()?.elapsed().ok());
            if age.is_some_and(|age| age > Duration::from_secs(24 * 60 * 60)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        tempfile::tempdir_in(&parent).map_err(|error| SourceError::cache("create", parent, error))
    }
}

/// What `git init --bare` makes, without its cost and without templates.
fn make_repository(path: &Path, name_length: usize) -> io::Result<()> {
    for directory in ["objects", "refs"] {
        fs::create_dir_all(path.join(directory))?;
    }
    fs::write(path.join("HEAD"), "ref: refs/heads/main\n")?;
    let format = if name_length == 64 {
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n"
    } else {
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
    };
    fs::write(path.join("config"), format)
}

fn resolve_commit(repository: &Path, name: &str) -> Answer {
    let revision = format!("{name}^{{commit}}");
    let output =
        Git::new(repository).arguments(["rev-parse", "--verify", "--quiet", &revision]).run();
    match output {
        Ok(sha) => Answer::Commit(sha.trim().to_str_lossy().into_owned()),
        Err(_) => Answer::Nothing,
    }
}
