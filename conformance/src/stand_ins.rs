//! Stand-ins for what a guide's workflow needs of the world: programs, scripts, actions.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Programs that workflows of guides call and this machine need not have.
const PROGRAMS: &[&str] = &[
    "aws",
    "bandit",
    "black",
    "docker",
    "docker-compose",
    "flake8",
    "helm",
    "kubectl",
    "make",
    "mypy",
    "npm",
    "pip",
    "pip-audit",
    "pylint",
    "pytest",
    "python",
    "python3",
    "ruff",
    "safety",
    "semgrep",
    "sleep",
    "terraform",
    "uv",
];

/// A stand-in program: says that it was called, and answers well.
const PROGRAM: &str = "#!/bin/sh\necho \"stand-in: $(basename \"$0\") $*\"\n";

/// Answers of programs whose output a workflow reads.
const ANSWERS: &[(&str, &str)] = &[
    ("curl", "echo '{\"environment\":\"blue\",\"error_rate\":0.001}'"),
    (
        "jq",
        "case \"$*\" in *environment*) echo blue;; *error_rate*) echo 0.001;; *) echo true;; esac",
    ),
    ("bc", "echo 0"),
    // `yq eval … -i FILE` changes the file that the next step commits.
    ("yq", "for last; do :; done; echo \"image: changed\" >> \"$last\""),
];

/// Files that workflows run or change without the guide printing them.
const SCRIPTS: &[&str] = &["deploy.sh", "rollback.sh", "switch-traffic.sh", "health-check.sh"];

/// An action that takes any input and does nothing.
const ACTION: &str = "name: stand-in
runs:
  using: composite
  steps:
    - run: echo stand-in $GITHUB_ACTION_PATH
      shell: sh
";

/// Stand-ins in a folder of their own.
pub struct StandIns {
    folder: PathBuf,
}

impl StandIns {
    /// Writes them.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(folder: &Path) -> io::Result<Self> {
        let programs = folder.join("bin");
        fs::create_dir_all(&programs)?;
        for name in PROGRAMS {
            executable(&programs.join(name), PROGRAM)?;
        }
        for (name, answer) in ANSWERS {
            executable(
                &programs.join(name),
                &format!("#!/bin/sh\ncat > /dev/null <&-\n{answer}\n"),
            )?;
        }
        // Git itself is real; only what would leave the machine stands in.
        let git = "#!/bin/sh\n[ \"$1\" = push ] && echo 'stand-in: git push' && exit 0\n\
                   PATH=${PATH#*:} exec git \"$@\"\n";
        executable(&programs.join("git"), git)?;
        let action = folder.join("action");
        fs::create_dir_all(&action)?;
        fs::write(action.join("action.yml"), ACTION)?;
        Ok(StandIns { folder: folder.to_owned() })
    }

    /// The files that a guide's repository would have beside its workflow.
    ///
    /// # Errors
    /// When the repository cannot be written.
    pub fn fill(&self, repository: &Path) -> io::Result<()> {
        for name in SCRIPTS {
            executable(&repository.join(name), PROGRAM)?;
        }
        for folder in ["infrastructure", "models", "src", "apps/myapp"] {
            fs::create_dir_all(repository.join(folder))?;
            fs::write(repository.join(folder).join("deployment.yaml"), "kind: Deployment\n")?;
        }
        fs::write(repository.join("requirements.txt"), "")
    }

    /// `PATH` with the stand-ins first.
    #[must_use]
    pub fn path(&self) -> std::ffi::OsString {
        let mut path = self.folder.join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        path
    }

    /// `--action` for every action of another repository that a workflow uses, but for checkouts
    /// of the repository itself, which Windlass serves.
    #[must_use]
    pub fn actions(&self, workflow: &str) -> Vec<String> {
        let mut words = Vec::new();
        let checks_out_another = workflow.contains("repository: my-org/");
        for line in workflow.lines() {
            let Some((_, uses)) = line.split_once("uses:") else { continue };
            let uses = uses.trim().trim_matches('"');
            let Some((action, _)) = uses.split_once('@') else { continue };
            let mut parts = action.splitn(3, '/');
            let (Some(owner), Some(name)) = (parts.next(), parts.next()) else { continue };
            if owner == "." || (name == "checkout" && !checks_out_another) {
                continue;
            }
            let below = parts.next().unwrap_or_default();
            let place = self.folder.join("action");
            // The whole repository is replaced: an action in a folder of it needs that folder.
            if !below.is_empty() && fs::create_dir_all(place.join(below)).is_ok() {
                let _ = fs::write(place.join(below).join("action.yml"), ACTION);
            }
            words.extend(["--action".to_owned(), format!("{owner}/{name}={}", place.display())]);
        }
        words
    }
}

fn executable(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}
