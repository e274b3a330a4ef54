//! Changed files.

use windlass_repository::{ChangeBase, GitError, Project, changed_files};

use crate::Tree;

#[test]
fn a_push_compares_two_commits_and_a_pull_request_the_merge_base() {
    let tree = Tree::committed();
    let base = tree.git(&["rev-parse", "HEAD"]);
    tree.git(&["checkout", "-q", "-b", "topic"]);
    tree.write("topic.txt", "");
    tree.write("ünï \"x\"", "");
    tree.commit("topic");
    tree.git(&["checkout", "-q", "main"]);
    tree.write("main.txt", "");
    let main = tree.commit("main");
    let project = tree.project();
    let changes =
        |base: ChangeBase, head: &str| changed_files(&project, &base, head, false).unwrap();
    assert_eq!(changes(ChangeBase::TwoDot(base), "main"), ["main.txt"]);
    assert_eq!(changes(ChangeBase::TwoDot(main), "topic"), ["main.txt", "topic.txt", "ünï \"x\""]);
    assert_eq!(changes(ChangeBase::ThreeDot("main".into()), "topic"), ["topic.txt", "ünï \"x\""]);
}

#[test]
fn a_rename_counts_with_both_names() {
    let tree = Tree::committed();
    tree.git(&["mv", "a.txt", "moved.txt"]);
    tree.commit("move");
    let changed =
        changed_files(&tree.project(), &ChangeBase::TwoDot("HEAD~1".into()), "HEAD", false);
    assert_eq!(changed.unwrap(), ["a.txt", "moved.txt"]);
}

#[test]
fn without_a_base_the_parent_counts() {
    let tree = Tree::committed();
    let project = tree.project();
    let changes = || changed_files(&project, &ChangeBase::Parent, "HEAD", false).unwrap();
    assert_eq!(changes(), ["a.txt", "dir/b.txt"]);
    tree.write("c", "");
    tree.commit("c");
    assert_eq!(changes(), ["c"]);
    tree.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    tree.write("d", "");
    tree.commit("d");
    tree.git(&["checkout", "-q", "main"]);
    tree.git(&["merge", "-q", "--no-edit", "side"]);
    assert_eq!(changes(), ["d"]);
    tree.commit("empty");
    assert_eq!(changes(), [] as [&str; 0]);
}

#[test]
fn the_working_tree_counts_on_request() {
    let tree = Tree::committed();
    tree.write("dir/b.txt", "changed\n");
    tree.write("dir/new", "");
    tree.write("staged", "");
    tree.git(&["add", "staged"]);
    let project = tree.project();
    let base = ChangeBase::TwoDot("HEAD".into());
    assert_eq!(changed_files(&project, &base, "HEAD", false).unwrap(), [] as [&str; 0]);
    let changed = changed_files(&project, &base, "HEAD", true).unwrap();
    assert_eq!(changed, ["dir/b.txt", "dir/new", "staged"]);
    let part = Project::at(&tree.path("dir")).unwrap();
    assert_eq!(changed_files(&part, &base, "HEAD", true).unwrap(), ["b.txt", "new"]);
}

#[test]
fn an_unknown_or_hostile_revision_is_named() {
    let tree = Tree::committed();
    let missing = "0123456789012345678901234567890123456789";
    for base in [missing, "nowhere", "--output=x", "-p", "", "a b", "HEAD..x", "^HEAD", ":/first"] {
        for wrap in [ChangeBase::TwoDot, ChangeBase::ThreeDot] {
            let result = changed_files(&tree.project(), &wrap(base.to_owned()), "HEAD", false);
            assert!(
                matches!(&result, Err(GitError::UnknownRevision { revision }) if revision == base),
                "{base}: {result:?}"
            );
        }
    }
    assert!(!tree.path("x").exists());
    let result = changed_files(&tree.project(), &ChangeBase::Parent, "nowhere", false);
    assert!(matches!(result, Err(GitError::UnknownRevision { .. })), "{result:?}");
}
