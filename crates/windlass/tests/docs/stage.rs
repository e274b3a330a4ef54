//! Where a page is tried: a home, a copy of the example, and the program on the PATH.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The surroundings of one page.
pub struct Stage {
    directory: tempfile::TempDir,
    project: PathBuf,
}

/// Answers README's `cargo run --release -- …` by the program that is being tested.
const CARGO: &str = "#!/bin/sh
[ \"$1 $2 $3\" = 'run --release --' ] || { echo \"not for this test: cargo $*\"; exit 2; }
shift 3
exec windlass \"$@\"
";

impl Stage {
    /// The shop as a repository of its own.
    pub fn of_the_shop(root: &Path) -> Self {
        let stage = Stage::new("shop");
        copy(&root.join("examples/shop"), &stage.project);
        stage.commit()
    }

    /// A repository with the shop in `examples/shop`.
    pub fn of_the_project(root: &Path) -> Self {
        let stage = Stage::new("windlass");
        copy(&root.join("examples/shop"), &stage.project.join("examples/shop"));
        stage.commit()
    }

    fn new(name: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("windlass-docs-").tempdir().unwrap();
        let project = directory.path().join("home").join(name);
        let programs = directory.path().join("bin");
        fs::create_dir_all(&project).unwrap();
        fs::create_dir_all(&programs).unwrap();
        let program = env!("CARGO_BIN_EXE_windlass");
        std::os::unix::fs::symlink(program, programs.join("windlass")).unwrap();
        let cargo = programs.join("cargo");
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Stage { directory, project }
    }

    fn commit(self) -> Self {
        let (code, out) =
            self.run("git init -q -b main && git add -A && git commit -q -m 'Open the shop'");
        assert_eq!(code, 0, "{out}");
        self
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, content: &str) {
        let path = self.project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Whether JavaScript actions can run.
    pub fn has_node(&self) -> bool {
        self.run("command -v node").0 == 0
    }

    /// Runs a command line; its exit code and all it prints, the home written as `~`.
    pub fn run(&self, command: &str) -> (i32, String) {
        let home = self.directory.path().join("home");
        let paths = env::var_os("PATH").unwrap_or_default();
        let programs = self.directory.path().join("bin");
        let path = env::join_paths([programs].into_iter().chain(env::split_paths(&paths)));
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(&self.project)
            .env_clear()
            .env("DOCKER_HOST", "unix:///nowhere/engine.sock")
            .env("PATH", path.unwrap())
            .env("HOME", &home)
            .env("USER", "ada")
            .env("LANG", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let text = text.replace(&home.display().to_string(), "~");
        (output.status.code().unwrap_or(-1), text)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
