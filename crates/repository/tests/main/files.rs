//! The files of a project.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use windlass_repository::{Project, files};

use crate::Tree;

fn names(project: &Project) -> Vec<String> {
    files(project).unwrap().iter().map(|path| path.to_string_lossy().into_owned()).collect()
}

#[test]
fn tracked_and_untracked_but_neither_ignored_nor_deleted() {
    let tree = Tree::committed();
    tree.write(".gitignore", "*.log\ntarget/\n");
    tree.write("x.log", "");
    tree.write("target/y", "");
    tree.write("new/file", "");
    tree.write("tracked.log", "");
    tree.git(&["add", "-f", "tracked.log"]);
    std::fs::remove_file(tree.path("a.txt")).unwrap();
    assert_eq!(names(&tree.project()), [".gitignore", "dir/b.txt", "new/file", "tracked.log"]);
    let part = Project::at(&tree.path("dir")).unwrap();
    assert_eq!(names(&part), ["b.txt"]);
}

#[test]
fn hostile_names_come_through() {
    let tree = Tree::repository();
    let hostile: Vec<PathBuf> =
        [b"new\nline".as_slice(), b"\xff\xfe", b"-rf", b" space ", b"q\"uote", b"tab\t"]
            .iter()
            .map(|name| PathBuf::from(OsStr::from_bytes(name)))
            .collect();
    for name in &hostile {
        std::fs::write(tree.root.join(name), "x").unwrap();
    }
    let mut expected = hostile.clone();
    expected.sort();
    assert_eq!(files(&tree.project()).unwrap(), expected);
    tree.git(&["add", "-A"]);
    assert_eq!(files(&tree.project()).unwrap(), expected);
}

#[test]
fn links_are_named_and_never_followed() {
    let tree = Tree::committed();
    symlink("/etc", tree.path("etc")).unwrap();
    symlink("nowhere", tree.path("dangling")).unwrap();
    assert_eq!(names(&tree.project()), ["a.txt", "dangling", "dir/b.txt", "etc"]);
    // A tracked directory is replaced by a link that leads out.
    let outside = tree.root.parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("b.txt"), "secret").unwrap();
    std::fs::remove_dir_all(tree.path("dir")).unwrap();
    symlink(&outside, tree.path("dir")).unwrap();
    assert_eq!(names(&tree.project()), ["a.txt", "dangling", "dir", "etc"]);
}

#[test]
fn submodules_and_inner_repositories_are_listed_too() {
    let inner = Tree::committed();
    let tree = Tree::committed();
    tree.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "sub"]);
    tree.commit("submodule");
    tree.write("sub/untracked", "");
    tree.write("own/x", "");
    crate::git(&tree.path("own"), &["init", "-q"]);
    tree.write("own/.gitignore", "y\n");
    tree.write("own/y", "");
    assert_eq!(
        names(&tree.project()),
        [
            ".gitmodules",
            "a.txt",
            "dir/b.txt",
            "own/.gitignore",
            "own/x",
            "sub/a.txt",
            "sub/dir/b.txt",
            "sub/untracked"
        ]
    );
    // Not checked out: an empty directory.
    std::fs::remove_dir_all(tree.path("sub")).unwrap();
    std::fs::create_dir(tree.path("sub")).unwrap();
    assert!(!names(&tree.project()).iter().any(|name| name.starts_with("sub")));
}

#[test]
fn a_conflict_lists_a_file_once() {
    let tree = Tree::committed();
    tree.git(&["checkout", "-q", "-b", "side"]);
    tree.write("a.txt", "side\n");
    tree.commit("side");
    tree.git(&["checkout", "-q", "main"]);
    tree.write("a.txt", "main\n");
    tree.commit("main");
    crate::git_command(&tree.root).args(["merge", "-q", "side"]).output().unwrap();
    assert_eq!(names(&tree.project()), ["a.txt", "dir/b.txt"]);
}

#[test]
fn without_git_everything_counts() {
    let tree = Tree::new();
    tree.write("a", "");
    tree.write("deep/er/b", "");
    tree.write(".gitignore", "a\n");
    symlink("..", tree.path("up")).unwrap();
    assert_eq!(names(&tree.project()), [".gitignore", "a", "deep/er/b", "up"]);
}
