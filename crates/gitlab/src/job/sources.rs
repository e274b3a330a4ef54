//! Which of the project's files a job finds in its workspace, as far as its variables say.
//!
//! Source: "Configuring runners" (<https://docs.gitlab.com/ci/runners/configure_runners/>), sections
//! Git strategy, Git submodule strategy, sync or exclude specific submodules from CI jobs, and Git
//! checkout. A workspace is a copy of the working tree with a repository of its own, so there is
//! nothing to fetch (`GIT_DEPTH`, `GIT_FETCH_EXTRA_FLAGS`) or to clean (`GIT_CLEAN_FLAGS`).

use std::fs;
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use windlass_gitlab_syntax::Variables;

/// What the variables of a job ask for.
#[derive(Clone, Debug)]
pub(crate) struct WantedSources {
    /// Whether there are any files at all (`GIT_STRATEGY`).
    pub has_files: bool,
    submodules: Submodules,
    /// `GIT_SUBMODULE_PATHS`: those that are meant, those that are left out.
    submodule_paths: (Vec<String>, Vec<String>),
    /// The branch that is checked out in place of the commit (`GIT_CHECKOUT`).
    branch: Option<String>,
}

/// `GIT_SUBMODULE_STRATEGY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Submodules {
    None,
    Normal,
    Recursive,
}

impl WantedSources {
    /// Reads the variables.
    ///
    /// # Errors
    /// A strategy that there is none of; the runner fails such a job.
    pub fn of(variables: &Variables) -> Result<Self, String> {
        let value = |name: &str| variables.scope().expanded_value(name).unwrap_or_default();
        let unknown = |name: &str, value: &str, known: &str| {
            Err(format!("{name} is '{value}', but it is one of {known}"))
        };
        let strategy = value("GIT_STRATEGY");
        let has_files = match strategy.as_str() {
            "" | "clone" | "fetch" => true,
            "none" | "empty" => false,
            other => return unknown("GIT_STRATEGY", other, "clone, fetch, none and empty"),
        };
        let submodules = match value("GIT_SUBMODULE_STRATEGY").as_str() {
            "" | "none" => Submodules::None,
            "normal" => Submodules::Normal,
            "recursive" => Submodules::Recursive,
            other => {
                return unknown("GIT_SUBMODULE_STRATEGY", other, "none, normal and recursive");
            }
        };
        // A clone that is not checked out is on the default branch. A working copy that was
        // fetched into stays on what it was on, which is the commit here.
        let stays = value("GIT_CHECKOUT") == "false" && strategy == "clone";
        let branch = stays.then(|| value("CI_DEFAULT_BRANCH")).filter(|branch| !branch.is_empty());
        let paths = value("GIT_SUBMODULE_PATHS");
        let submodule_paths = paths_of(&paths);
        Ok(WantedSources { has_files, submodules, submodule_paths, branch })
    }

    /// Takes out of a new workspace what the job is not to find. Answers what it will miss.
    ///
    /// # Errors
    /// When a branch cannot be checked out, or files cannot be removed.
    pub fn narrow(&self, workspace: &Path) -> Result<Vec<String>, String> {
        if let Some(branch) = &self.branch {
            check_out(workspace, branch)?;
        }
        let mut missing = Vec::new();
        for path in submodules(workspace) {
            let directory = workspace.join(&path);
            if self.submodules == Submodules::None || !self.means(&path) {
                empty(workspace, &path)?;
            } else if is_empty(&directory) {
                missing.push(format!(
                    "the submodule {path} is not here; `git submodule update --init` in the \
                     project brings it"
                ));
            } else if self.submodules == Submodules::Normal {
                let nested = submodules(&directory);
                nested.iter().try_for_each(|nested| empty(&directory, nested))?;
            }
        }
        Ok(missing)
    }

    /// Whether a submodule is among those that are named.
    fn means(&self, submodule: &str) -> bool {
        let (named, excluded) = &self.submodule_paths;
        let is_in =
            |paths: &[String]| paths.iter().any(|path| Path::new(submodule).starts_with(path));
        (named.is_empty() || is_in(named)) && !is_in(excluded)
    }
}

/// Paths that are named and, behind Git's sign, paths that are not meant.
fn paths_of(text: &str) -> (Vec<String>, Vec<String>) {
    const SIGN: &str = ":(exclude)";
    let (excluded, named): (Vec<&str>, Vec<&str>) =
        text.split_whitespace().partition(|path| path.starts_with(SIGN));
    let own = |paths: Vec<&str>| {
        paths.into_iter().map(|path| path.trim_start_matches(SIGN).to_owned()).collect()
    };
    (own(named), own(excluded))
}

/// The paths of the submodules that a working tree names itself.
fn submodules(tree: &Path) -> Vec<String> {
    if !tree.join(".gitmodules").is_file() {
        return Vec::new();
    }
    let arguments = ["config", "--file", ".gitmodules", "--null", "--get-regexp", r"\.path$"];
    let listed = git(tree, &arguments).unwrap_or_default();
    let entries = listed.split('\0').filter_map(|entry| entry.split_once('\n'));
    entries.map(|(_, path)| path.to_owned()).collect()
}

/// Leaves an empty directory in the place of a submodule, as a clone has it.
fn empty(tree: &Path, submodule: &str) -> Result<(), String> {
    let path = Path::new(submodule);
    let directory = tree.join(path);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let is_directory = directory.symlink_metadata().is_ok_and(|data| data.is_dir());
    // A link on the way may lead who knows where.
    let is_inside = fs::canonicalize(&directory)
        .and_then(|found| Ok(found == fs::canonicalize(tree)?.join(path)))
        .unwrap_or_default();
    if !(is_plain && is_directory && is_inside) {
        return Ok(());
    }
    let emptied = fs::remove_dir_all(&directory).and_then(|()| fs::create_dir(&directory));
    emptied.map_err(|error| format!("the submodule {submodule} cannot be left out: {error}"))
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none())
}

/// Checks out a branch, with nothing beside its files.
fn check_out(workspace: &Path, branch: &str) -> Result<(), String> {
    let own = format!("refs/heads/{branch}");
    let is_own = git(workspace, &["rev-parse", "--quiet", "--verify", &own]).is_ok();
    let start = if is_own { own } else { format!("refs/remotes/origin/{branch}") };
    let checked_out = git(workspace, &["checkout", "--quiet", "--force", "-B", branch, &start]);
    checked_out
        .and_then(|_| git(workspace, &["clean", "-ffdxq"]))
        .map(drop)
        .map_err(|error| format!("the branch {branch} cannot be checked out: {error}"))
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submodule_behind_a_link_is_left_alone() {
        let [tree, outside] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
        fs::create_dir(outside.path().join("sub")).expect("a directory");
        fs::write(outside.path().join("sub/file"), "x").expect("a file");
        std::os::unix::fs::symlink(outside.path(), tree.path().join("way")).expect("a link");
        for path in ["way/sub", "../sub", "/", "."] {
            empty(tree.path(), path).expect("nothing to do");
        }
        assert!(outside.path().join("sub/file").is_file());
    }

    #[test]
    fn submodules_are_named_by_their_paths() {
        let variable = |text: &str| {
            let pairs = [("GIT_SUBMODULE_PATHS", windlass_gitlab_syntax::Variable::literal(text))];
            WantedSources::of(&pairs.into_iter().collect()).expect("known strategies")
        };
        assert!(variable("").means("a"));
        assert!(variable("a lib").means("lib/b") && !variable("a lib").means("library"));
        assert!(!variable(":(exclude)a").means("a") && variable(":(exclude)a").means("b"));
    }
}
