//! The repository's tests: real git, real file trees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "main/changes.rs"]
mod changes;
#[path = "main/facts.rs"]
mod facts;
#[path = "main/files.rs"]
mod files;
#[path = "main/project.rs"]
mod project;
#[path = "main/sources.rs"]
mod sources;
#[path = "main/workspace.rs"]
mod workspace;
#[path = "main/workspace_git.rs"]
mod workspace_git;

use std::path::{Path, PathBuf};
use std::process::Command;

use windlass_repository::Project;

/// A directory of its own, and what is done in it.
struct Tree {
    root: PathBuf,
    _directory: tempfile::TempDir,
}

impl Tree {
    /// An empty directory `tree` with nothing above it that could be taken for a project.
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap().join("tree");
        std::fs::create_dir(&root).unwrap();
        Self { root, _directory: directory }
    }

    /// A repository without commits on the branch `main`.
    fn repository() -> Self {
        let tree = Self::new();
        tree.git(&["init", "-q", "-b", "main"]);
        tree
    }

    /// A repository with `a.txt` and `dir/b.txt` in one commit.
    fn committed() -> Self {
        let tree = Self::repository();
        tree.write("a.txt", "a\n");
        tree.write("dir/b.txt", "b\n");
        tree.commit("first");
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, arguments)
    }

    fn project(&self) -> Project {
        Project::at(&self.root).unwrap()
    }
}

/// Runs git away from the user's settings; its output without the newline at the end.
fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = git_command(directory).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn git_command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .args(["-c", "protocol.file.allow=always"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ann Author")
        .env("GIT_AUTHOR_EMAIL", "ann@example.com")
        .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
        .env("GIT_COMMITTER_NAME", "Carl Committer")
        .env("GIT_COMMITTER_EMAIL", "carl@example.com")
        .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:06Z");
    command
}
