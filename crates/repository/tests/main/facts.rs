//! What Git knows.

use std::time::Instant;

use windlass_repository::{GitFacts, STAND_IN_REF, STAND_IN_SHA};

use crate::{Tree, git};

fn facts(tree: &Tree) -> GitFacts {
    GitFacts::read(&tree.project()).unwrap()
}

#[test]
fn a_commit_on_a_branch() {
    let tree = Tree::committed();
    let sha = tree.commit("Subject\n\nBody, with ünï and \"quotes\".\n");
    tree.git(&["remote", "add", "origin", "https://me:secret@github.com/acme/shop.git"]);
    let begun = Instant::now();
    let facts = facts(&tree);
    println!("facts: {:?}", begun.elapsed());
    assert_eq!((facts.sha(), facts.reference().as_str()), (sha.as_str(), "refs/heads/main"));
    assert!(!facts.sha_is_stand_in() && !facts.reference_is_stand_in() && !facts.dirty);
    let commit = facts.head.unwrap();
    assert_eq!(commit.message, "Subject\n\nBody, with ünï and \"quotes\".");
    assert_eq!(
        (commit.author_name.as_str(), commit.author_email.as_str()),
        ("Ann Author", "ann@example.com")
    );
    assert_eq!(commit.committer_name, "Carl Committer");
    assert_eq!(commit.committed_at.to_string(), "2026-01-02T03:04:06Z");
    assert_eq!(commit.parents.len(), 1);
    let remote = facts.remote.unwrap();
    assert_eq!(
        (remote.full_name().as_str(), remote.server_url.as_deref()),
        ("acme/shop", Some("https://github.com"))
    );
    assert_eq!(facts.default_branch, "main");
}

#[test]
fn every_kind_of_change_makes_it_dirty() {
    let tree = Tree::committed();
    tree.write(".gitignore", "*.log\n");
    tree.commit("ignore");
    tree.write("x.log", "");
    assert!(!facts(&tree).dirty);
    tree.write("new", "");
    assert!(facts(&tree).dirty);
    tree.git(&["add", "new"]);
    assert!(facts(&tree).dirty);
    tree.commit("new");
    assert!(!facts(&tree).dirty);
    std::fs::remove_file(tree.path("a.txt")).unwrap();
    assert!(facts(&tree).dirty);
}

#[test]
fn changes_outside_the_project_do_not_count() {
    let tree = Tree::committed();
    tree.write("a.txt", "changed\n");
    let project = windlass_repository::Project::at(&tree.path("dir")).unwrap();
    assert!(!GitFacts::read(&project).unwrap().dirty);
    tree.write("dir/b.txt", "changed\n");
    assert!(GitFacts::read(&project).unwrap().dirty);
}

#[test]
fn a_detached_head_has_its_tags() {
    let tree = Tree::committed();
    tree.git(&["tag", "v1"]);
    tree.git(&["tag", "-a", "v2", "-m", "annotated"]);
    tree.git(&["checkout", "-q", "--detach"]);
    let facts = facts(&tree);
    assert_eq!(facts.branch, None);
    let mut tags = facts.tags.clone();
    tags.sort();
    assert_eq!(tags, ["v1", "v2"]);
    assert!(facts.reference().starts_with("refs/tags/v"));
    tree.git(&["checkout", "-q", "main"]);
    let later = tree.commit("later");
    tree.git(&["checkout", "-q", &later]);
    let facts = GitFacts::read(&tree.project()).unwrap();
    assert_eq!(facts.reference(), "refs/heads/main");
    assert!(facts.reference_is_stand_in());
}

#[test]
fn without_commits_or_git_there_are_stand_ins() {
    let tree = Tree::repository();
    tree.git(&["checkout", "-q", "-b", "topic"]);
    let facts = facts(&tree);
    assert_eq!((facts.sha(), facts.reference().as_str()), (STAND_IN_SHA, "refs/heads/topic"));
    assert!(facts.in_git && facts.sha_is_stand_in());
    let facts = GitFacts::read(&Tree::new().project()).unwrap();
    assert_eq!((facts.sha(), facts.reference().as_str()), (STAND_IN_SHA, STAND_IN_REF));
    assert!(!facts.in_git && facts.reference_is_stand_in());
}

#[test]
fn the_default_branch_is_the_remotes() {
    let origin = Tree::committed();
    origin.git(&["branch", "-m", "trunk"]);
    let clone = Tree::new();
    git(&clone.root, &["clone", "-q", origin.root.to_str().unwrap(), "."]);
    clone.git(&["checkout", "-q", "-b", "topic"]);
    let facts = facts(&clone);
    assert_eq!((facts.default_branch.as_str(), facts.branch.as_deref()), ("trunk", Some("topic")));
    assert_eq!(facts.remote.unwrap().repository, "tree");
    clone.git(&["remote", "rename", "origin", "upstream"]);
    assert_eq!(GitFacts::read(&clone.project()).unwrap().remote.unwrap().name, "upstream");
}

#[test]
fn a_linked_working_tree_and_a_submodule_are_understood() {
    let tree = Tree::committed();
    let linked = tree.root.parent().unwrap().join("linked");
    tree.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let project = windlass_repository::Project::at(&linked).unwrap();
    let facts = GitFacts::read(&project).unwrap();
    assert_eq!(facts.branch.as_deref(), Some("side"));
    assert_eq!(facts.default_branch, "main");
}

#[test]
fn a_broken_repository_is_an_error() {
    let tree = Tree::committed();
    std::fs::write(tree.path(".git/config"), "[core\nbroken").unwrap();
    let error = GitFacts::read(&tree.project()).unwrap_err().to_string();
    assert!(error.contains("bad config"), "{error}");
}

#[test]
fn a_configuration_that_only_git_understands_gives_the_same() {
    let tree = Tree::committed();
    tree.write(".git/more", "[remote \"origin\"]\n\turl = \"https://example.com/a/b\" # yes\n");
    tree.git(&["config", "include.path", "more"]);
    let remote = facts(&tree).remote.unwrap();
    assert_eq!(remote.full_name(), "a/b");
    assert_eq!(remote.url, "https://example.com/a/b");
}

#[test]
fn settings_of_the_user_do_not_confuse_us() {
    let tree = Tree::committed();
    tree.git(&["tag", "v1"]);
    for (name, value) in [
        ("log.showSignature", "true"),
        ("log.decorate", "no"),
        ("status.showUntrackedFiles", "no"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("log.excludeDecoration", "refs/tags/*"),
        ("i18n.logOutputEncoding", "latin1"),
    ] {
        tree.git(&["config", name, value]);
    }
    tree.write("untracked", "");
    let facts = facts(&tree);
    assert!(facts.dirty);
    assert_eq!(facts.tags, ["v1"]);
    assert_eq!(facts.head.unwrap().message, "first");
}
