//! Finding the project.

use windlass_repository::{DialectName, Project};

use crate::Tree;

#[test]
fn the_nearest_directory_upwards_is_the_project() {
    let tree = Tree::repository();
    tree.write(".github/workflows/ci.yml", "on: push");
    tree.write("Jenkinsfile", "");
    tree.write("sub/deep/x", "");
    let project = Project::discover(&tree.path("sub/deep")).unwrap();
    assert_eq!(project.root, tree.root);
    assert_eq!(project.git_root.as_ref(), Some(&tree.root));
    assert_eq!(project.dialects, [DialectName::GitHub, DialectName::Jenkins]);
    assert_eq!(project.prefix().as_os_str(), "");
    tree.write("sub/.gitlab-ci.yml", "");
    let project = Project::discover(&tree.path("sub/deep")).unwrap();
    assert_eq!(project.root, tree.path("sub"));
    assert_eq!(project.dialects, [DialectName::GitLab]);
    assert_eq!(project.prefix().to_str(), Some("sub"));
}

#[test]
fn the_search_ends_at_the_git_root() {
    let tree = Tree::new();
    tree.write("Jenkinsfile", "");
    tree.write("inner/src/x", "");
    crate::git(&tree.path("inner"), &["init", "-q"]);
    let error = Project::discover(&tree.path("inner/src")).unwrap_err().to_string();
    let error = error.replace(&*tree.root.to_string_lossy(), "T");
    insta::assert_snapshot!(error, @"no pipeline found: looked for .github/workflows, .gitlab-ci.yml and Jenkinsfile in T/inner/src and above, up to the Git root T/inner; go to the project's directory or name it with -C");
    let error = Project::discover(&tree.path("inner")).unwrap_err().to_string();
    assert!(
        error.contains("T/inner, the Git root;") || error.contains(", the Git root;"),
        "{error}"
    );
}

#[test]
fn it_works_without_git_and_through_links() {
    let tree = Tree::new();
    tree.write("project/.gitlab-ci.yml", "");
    std::os::unix::fs::symlink(tree.path("project"), tree.path("link")).unwrap();
    let project = Project::discover(&tree.path("link")).unwrap();
    assert_eq!((project.root, project.git_root), (tree.path("project"), None));
}

#[test]
fn what_cannot_be_entered_is_said() {
    let tree = Tree::new();
    tree.write("file", "");
    for name in ["absent", "file"] {
        let error = Project::discover(&tree.path(name)).unwrap_err().to_string();
        assert!(error.starts_with("cannot look into"), "{error}");
    }
}
