//! Which files a push or a pull request changes, for path filters.
//!
//! Source: "Workflow syntax for GitHub Actions", `on.<push|pull_request>.paths`, "Git diff
//! comparisons": a two-dot diff for pushes, a three-dot diff for pull requests.

use bstr::ByteSlice as _;

use crate::git::{Git, split_nul};
use crate::{GitError, Project};

/// How every list of paths is asked for.
const OPTIONS: [&str; 5] =
    ["--name-only", "-z", "--no-renames", "--relative", "--ignore-submodules=dirty"];

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
/// With `with_working_tree` the uncommitted and untracked changes count too. Bytes that are not
/// UTF-8 are replaced.
///
/// # Errors
/// When a revision is unknown (then the message says how to fetch it) or `git` refuses.
pub fn changed_files(
    project: &Project,
    base: &ChangeBase,
    head: &str,
    with_working_tree: bool,
) -> Result<Vec<String>, GitError> {
    check_revision(head)?;
    let compared = match base {
        ChangeBase::TwoDot(base) => diff(project, &format!("{base}..{head}")),
        ChangeBase::ThreeDot(base) => diff(project, &format!("{base}...{head}")),
        ChangeBase::Parent => Git::new(&project.root)
            .arguments(["log", "-1", "-m", "--first-parent", "--format="])
            .arguments(OPTIONS)
            .arguments(["--end-of-options", head, "--"]),
    };
    if let ChangeBase::TwoDot(base) | ChangeBase::ThreeDot(base) = base {
        check_revision(base)?;
    }
    let compared = compared.start()?;
    let mut lists = Vec::new();
    if with_working_tree {
        let untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
        let edited = diff(project, "HEAD").start()?;
        let untracked = Git::new(&project.root).arguments(untracked).start()?;
        lists.extend([edited.finish()?, untracked.finish()?]);
    }
    lists.push(compared.finish().map_err(|error| explain(error, base, head))?);
    let mut paths: Vec<String> = lists
        .iter()
        .flat_map(|list| split_nul(list))
        // After an empty format Git ends the (empty) message with a newline.
        .map(|path| path.trim_start_with(|letter| letter == '\n').to_str_lossy().into_owned())
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

fn diff(project: &Project, revisions: &str) -> Git {
    Git::new(&project.root).arguments(["diff", "--no-ext-diff"]).arguments(OPTIONS).arguments([
        "--end-of-options",
        revisions,
        "--",
    ])
}

/// A revision is one word that names one commit.
fn check_revision(revision: &str) -> Result<(), GitError> {
    let unsafe_start = revision.is_empty() || revision.starts_with(['-', '^', ':']);
    if unsafe_start || revision.contains("..") || revision.contains(['\0', '\n', ' ']) {
        return Err(GitError::UnknownRevision { revision: revision.to_owned() });
    }
    Ok(())
}

/// Finds out which of the two revisions Git did not know.
fn explain(error: GitError, base: &ChangeBase, head: &str) -> GitError {
    let GitError::Failed { message, .. } = &error else { return error };
    let unknown = ["bad revision", "unknown revision", "bad object", "Invalid "];
    if !unknown.iter().any(|sign| message.contains(sign)) {
        return error;
    }
    let revision = match base {
        ChangeBase::TwoDot(base) | ChangeBase::ThreeDot(base) => base.as_str(),
        ChangeBase::Parent => head,
    };
    GitError::UnknownRevision { revision: revision.to_owned() }
}
