//! Git in a copy: answers as in the checkout, and never touches it.

use windlass_repository::{Project, Snapshot, files};

use crate::{Tree, git, git_command};

/// A copy of a project, with the directory that holds it.
fn copy(project: &Project) -> (Tree, std::path::PathBuf) {
    let out = Tree::new();
    let snapshot = Snapshot::take(project, &files(project).unwrap(), &out.root).unwrap();
    let copy = snapshot.materialize(&out.path("copy")).unwrap();
    (out, copy)
}

fn same_answers(original: &std::path::Path, copy: &std::path::Path) {
    for arguments in [
        ["rev-parse", "HEAD", "--"].as_slice(),
        &["rev-parse", "--abbrev-ref", "HEAD"],
        &["status", "--porcelain=v2", "--branch"],
        &["diff"],
        &["diff", "--cached"],
        &["log", "--oneline", "--all"],
        &["for-each-ref"],
        &["ls-files", "--stage"],
        &["remote", "-v"],
        &["describe", "--always", "--tags"],
    ] {
        assert_eq!(git(original, arguments), git(copy, arguments), "git {arguments:?}");
    }
}

#[test]
fn git_answers_as_in_the_checkout() {
    let tree = Tree::committed();
    tree.git(&["remote", "add", "origin", "https://github.com/acme/shop"]);
    tree.git(&["tag", "-a", "v1", "-m", "annotated"]);
    tree.git(&["pack-refs", "--all"]);
    tree.commit("second");
    tree.git(&["branch", "side/topic"]);
    tree.git(&["tag", "v2"]);
    tree.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    tree.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let (_out, clean) = copy(&tree.project());
    same_answers(&tree.root, &clean);
    assert_eq!(git(&clean, &["status", "--porcelain"]), "");
    tree.write("a.txt", "changed\n");
    tree.write("staged", "");
    tree.git(&["add", "staged"]);
    tree.write("untracked", "");
    std::fs::remove_file(tree.path("dir/b.txt")).unwrap();
    let (_out, dirty) = copy(&tree.project());
    same_answers(&tree.root, &dirty);
    assert_eq!(git(&dirty, &["status", "--porcelain"]).lines().count(), 4);
    tree.git(&["checkout", "-q", "--detach"]);
    let (_out, detached) = copy(&tree.project());
    same_answers(&tree.root, &detached);
}

#[test]
fn a_change_of_the_same_length_in_the_same_second_is_seen() {
    let tree = Tree::committed();
    for round in 0..5 {
        tree.write("a.txt", &format!("{round}{round}\n"));
        tree.git(&["add", "a.txt"]);
        let (_out, copy) = copy(&tree.project());
        std::fs::write(copy.join("a.txt"), format!("{round}x\n")).unwrap();
        let status = git(&copy, &["status", "--porcelain", "a.txt"]);
        assert!(status.starts_with("MM"), "{status}");
    }
}

#[test]
fn what_is_done_in_the_copy_stays_there() {
    let tree = Tree::committed();
    tree.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    std::process::Command::new("chmod")
        .arg("+x")
        .arg(tree.path(".git/hooks/pre-commit"))
        .status()
        .unwrap();
    tree.git(&["config", "core.hooksPath", ".git/hooks"]);
    let before: Vec<String> =
        ["for-each-ref", "count-objects"].map(|word| tree.git(&[word])).into();
    let (_out, copy) = copy(&tree.project());
    std::fs::write(copy.join("new"), "new\n").unwrap();
    git(&copy, &["add", "-A"]);
    git(&copy, &["commit", "-q", "-m", "in the copy"]);
    git(&copy, &["tag", "in-copy"]);
    git(&copy, &["config", "user.name", "somebody"]);
    git(&copy, &["checkout", "-q", "-b", "elsewhere"]);
    git(&copy, &["gc", "-q", "--prune=now"]);
    git(&copy, &["stash", "list"]);
    assert_eq!(git(&copy, &["log", "--oneline"]).lines().count(), 2);
    git(&copy, &["fsck", "--full"]);
    let after: Vec<String> = ["for-each-ref", "count-objects"].map(|word| tree.git(&[word])).into();
    assert_eq!(before, after);
    assert_eq!(tree.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_eq!(tree.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_part_of_a_repository_is_not_surrounded_by_deletions() {
    let tree = Tree::committed();
    tree.write("examples/shop/x.txt", "x\n");
    tree.commit("shop");
    let project = Project::at(&tree.path("examples/shop")).unwrap();
    let (out, copy) = copy(&project);
    assert_eq!(copy, out.path("copy/examples/shop"));
    assert!(!out.path("copy/a.txt").exists());
    assert_eq!(git(&copy, &["status", "--porcelain"]), "");
    assert_eq!(git(&copy, &["rev-parse", "--show-prefix"]), "examples/shop/");
    assert_eq!(git(&copy, &["rev-parse", "HEAD"]), tree.git(&["rev-parse", "HEAD"]));
    std::fs::write(copy.join("x.txt"), "y\n").unwrap();
    assert_eq!(git(&copy, &["status", "--porcelain"]), " M examples/shop/x.txt");
    assert_eq!(
        tree.git(&["ls-files", "-v"]).lines().filter(|line| line.starts_with('S')).count(),
        0
    );
}

#[test]
fn linked_working_trees_shallow_clones_and_submodules_work() {
    let tree = Tree::committed();
    tree.commit("second");
    let parent = tree.root.parent().unwrap();
    let linked = parent.join("linked");
    tree.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let (_out, copied) = copy(&Project::at(&linked).unwrap());
    assert_eq!(git(&copied, &["rev-parse", "--abbrev-ref", "HEAD"]), "side");
    assert_eq!(git(&copied, &["status", "--porcelain"]), "");

    let shallow = parent.join("shallow");
    let url = format!("file://{}", tree.root.display());
    git(parent, &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let (_out, copied) = copy(&Project::at(&shallow).unwrap());
    assert_eq!(git(&copied, &["log", "--oneline"]).lines().count(), 1);
    assert_eq!(git(&copied, &["status", "--porcelain"]), "");

    git(&shallow, &["submodule", "--quiet", "add", tree.root.to_str().unwrap(), "sub"]);
    let (_out, copied) = copy(&Project::at(&shallow).unwrap());
    assert!(copied.join("sub/a.txt").exists());
    assert!(git(&copied, &["status", "--porcelain"]).contains("A  sub"));
    let (_out, copied) = copy(&Project::at(&shallow.join("sub")).unwrap());
    assert_eq!(git(&copied, &["rev-parse", "HEAD"]), tree.git(&["rev-parse", "HEAD"]));
    assert_eq!(git(&copied, &["status", "--porcelain"]), "");
}

#[test]
fn a_repository_without_commits_and_a_split_index_work() {
    let tree = Tree::repository();
    tree.write("a", "");
    let (_out, copied) = copy(&tree.project());
    assert_eq!(git(&copied, &["status", "--porcelain"]), "?? a");
    tree.commit("a");
    tree.git(&["update-index", "--split-index"]);
    tree.write("b", "");
    tree.git(&["add", "b"]);
    let (_out, copied) = copy(&tree.project());
    assert_eq!(git(&copied, &["status", "--porcelain"]), "A  b");
}

#[test]
fn a_path_with_strange_letters_is_no_obstacle() {
    let parent = Tree::new();
    let tree = parent.path("new\nline \"and\" \\ more #");
    std::fs::create_dir(&tree).unwrap();
    git(&tree, &["init", "-q"]);
    std::fs::write(tree.join("a"), "a").unwrap();
    git(&tree, &["add", "a"]);
    git(&tree, &["commit", "-q", "-m", "a"]);
    let (_out, copied) = copy(&Project::at(&tree).unwrap());
    assert_eq!(git(&copied, &["show", "HEAD:a"]), "a");
    assert_eq!(git(&copied, &["status", "--porcelain"]), "");
}

#[test]
fn what_is_ignored_in_private_stays_ignored() {
    let tree = Tree::committed();
    tree.write(".git/info/exclude", "# mine\n*.private\n");
    let (_out, copied) = copy(&tree.project());
    std::fs::write(copied.join("x.private"), "").unwrap();
    assert_eq!(git(&copied, &["status", "--porcelain"]), "");
}

#[test]
fn a_large_index_is_copied_too() {
    let tree = Tree::repository();
    let blob = tree.git(&["hash-object", "-w", "/dev/null"]);
    let mut child = git_command(&tree.root)
        .args(["update-index", "--index-info"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let names = (0..30_000).map(|i| format!("100644 {blob}\t{i}/{}\n", "long".repeat(10)));
    let list: String = names.collect();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), list.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(tree.path(".git/index").metadata().unwrap().len() > 2 << 20);
    let (_out, copied) = copy(&tree.project());
    assert_eq!(git(&copied, &["ls-files"]).lines().count(), 30_000);
}

#[test]
fn without_git_the_copy_has_none() {
    let tree = Tree::new();
    tree.write("a", "");
    let (_out, copied) = copy(&tree.project());
    assert!(!copied.join(".git").exists());
    let output = git_command(&copied).args(["rev-parse", "HEAD"]).output().unwrap();
    assert!(!output.status.success());
}
