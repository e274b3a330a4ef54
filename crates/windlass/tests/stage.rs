//! A project in a temporary directory, with a history, caches and processes of its own.

use std::{
    fs,
    io::{self, Read},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A program that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stage for one test.
pub struct Stage {
    directory: tempfile::TempDir,
    /// Every process that the test causes carries this in its environment.
    mark: String,
}

/// How a program ended.
pub struct Finished {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// A program under way.
pub struct UnderWay {
    child: Child,
    began: Instant,
    out: JoinHandle<Vec<u8>>,
    err: JoinHandle<Vec<u8>>,
}

impl Stage {
    /// A Git repository with this workflow in `ci.yml`, committed on `main`.
    pub fn new(workflow: &str) -> Self {
        let stage = Stage::without_git(workflow);
        stage.git(&["init", "-q", "-b", "main"]);
        stage.commit();
        stage
    }

    /// The same with a configuration of GitLab in place of the workflow.
    pub fn gitlab(configuration: &str) -> Self {
        let stage = Stage::bare();
        stage.write(".gitlab-ci.yml", configuration);
        stage.git(&["init", "-q", "-b", "main"]);
        stage.commit();
        stage
    }

    /// The same without Git.
    pub fn without_git(workflow: &str) -> Self {
        let stage = Stage::bare();
        stage.write(".github/workflows/ci.yml", workflow);
        stage
    }

    /// An empty project.
    fn bare() -> Self {
        let directory = tempfile::Builder::new().prefix("windlass-test-").tempdir().unwrap();
        let name = directory.path().file_name().unwrap().to_string_lossy().into_owned();
        let stage = Stage { directory, mark: format!("stage-{name}") };
        fs::create_dir_all(stage.project()).unwrap();
        stage
    }

    /// The project's root.
    pub fn project(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    /// The directory of the history.
    pub fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// A place beside the project.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.project().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Runs git in the project.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.project(), arguments)
    }

    /// Runs git elsewhere.
    pub fn git_in(&self, directory: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(directory).args(arguments);
        let output = self.surroundings(&mut command).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {err}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything.
    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "A commit"]);
    }

    /// The program with these words, in the project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.current_dir(self.project()).args(arguments);
        self.surroundings(&mut command);
        command
    }

    /// Runs the program to its end.
    pub fn windlass(&self, arguments: &[&str]) -> Finished {
        start(self.command(arguments)).finish()
    }

    /// Has any command run in the project with the surroundings of the program.
    pub fn surround(&self, command: &mut Command) {
        self.surroundings(command.current_dir(self.project()));
    }

    fn surroundings<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            let prefixes = ["WINDLASS_", "GITHUB_", "RUNNER_", "XDG_", "GIT_"];
            if prefixes.iter().any(|prefix| name_text.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        fs::create_dir_all(self.beside("runtime")).unwrap();
        command
            .env("WINDLASS_STATE_DIR", self.state())
            .env("XDG_CACHE_HOME", self.beside("cache"))
            .env("XDG_CONFIG_HOME", self.beside("config"))
            .env("XDG_RUNTIME_DIR", self.beside("runtime"))
            .env("STAGE", &self.mark)
            // An engine of this machine is not the tests' to use.
            .env("DOCKER_HOST", "unix:///nowhere/engine.sock")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .stdin(Stdio::null())
    }

    /// The live processes that this test caused, with their command lines.
    pub fn processes(&self) -> Vec<String> {
        let wanted = format!("STAGE={}", self.mark);
        let all = fs::read_dir("/proc").unwrap().flatten();
        let carries = |path: &Path| {
            let environment = fs::read(path.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
        };
        all.map(|entry| entry.path())
            .filter(|path| carries(path))
            .map(|path| {
                let words = fs::read(path.join("cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&words).replace('\0', " ")
            })
            .filter(|words| !words.is_empty())
            .collect()
    }

    /// Asserts that nothing is left running and no directory of a job is left.
    #[track_caller]
    pub fn assert_nothing_left(&self) {
        let gone = soon(|| self.processes().is_empty());
        assert!(gone, "left running: {:#?}", self.processes());
        let empty = |path: PathBuf| fs::read_dir(path).map_or(0, Iterator::count) == 0;
        assert!(soon(|| empty(self.beside("runtime"))), "command files are left");
        // What a busy disk had not removed in time is left to the next run, marked by its lock.
        for entry in fs::read_dir(self.state().join("work")).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_marked = path.extension().is_some() || path.with_extension("lock").exists();
            assert!(is_marked || !path.exists(), "{} is left", path.display());
        }
    }

    /// Whether any file below the directory of the history holds these bytes.
    pub fn history_holds(&self, bytes: &str) -> Vec<PathBuf> {
        files_below(&self.state())
            .into_iter()
            .filter(|path| {
                let content = fs::read(path).unwrap_or_default();
                content.windows(bytes.len()).any(|window| window == bytes.as_bytes())
            })
            .collect()
    }

    /// Everything in the project but Git's own files, with contents, to be compared.
    pub fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = files_below(&self.project()).into_iter();
        let files = files.filter(|path| !path.components().any(|part| part.as_os_str() == ".git"));
        let mut tree: Vec<_> =
            files.map(|path| (path.clone(), fs::read(&path).unwrap_or_default())).collect();
        tree.sort();
        tree
    }
}

/// A file system of its own for the history; not for everybody to mount.
pub struct Mounted<'stage>(&'stage Stage);

impl<'stage> Mounted<'stage> {
    /// Mounts one; `None` where that is not allowed.
    pub fn new(stage: &'stage Stage, options: &str) -> Option<Self> {
        fs::create_dir_all(stage.state()).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "none"]).arg(stage.state());
        let done = mount.output().is_ok_and(|output| output.status.success());
        done.then_some(Mounted(stage))
    }
}

impl Mounted<'_> {
    /// Gives it more room.
    pub fn grow(&self) {
        let mut mount = Command::new("mount");
        mount.args(["-o", "remount,size=200m"]).arg(self.0.state());
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.state()).status();
    }
}

/// Starts a program with its output gathered.
pub fn start(mut command: Command) -> UnderWay {
    use std::os::unix::process::CommandExt as _;
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap();
    let out = gather(child.stdout.take().unwrap());
    let err = gather(child.stderr.take().unwrap());
    UnderWay { child, began: Instant::now(), out, err }
}

fn gather(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

impl UnderWay {
    /// Sends a signal to the program alone.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Finished {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.began.elapsed() > PATIENCE {
                let _ = kill_process_group(self.pid(), Signal::KILL);
                let out = String::from_utf8_lossy(&self.out.join().unwrap()).into_owned();
                panic!("it hangs; it had printed:\n{out}");
            }
            thread::sleep(Duration::from_millis(3));
        };
        let took = self.began.elapsed();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, err) = (text(self.out.join().unwrap()), text(self.err.join().unwrap()));
        Finished { status, out, err, took }
    }
}

impl Finished {
    /// The exit code, or 128 and the signal.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or_default())
    }

    /// Asserts the exit code and that nothing panicked.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        let Finished { out, err, .. } = &self;
        assert!(!err.contains("panicked"), "{err}");
        assert_eq!(self.code(), code, "\n--- standard output\n{out}\n--- standard error\n{err}");
        self
    }

    /// Asserts that standard error tells all of these.
    #[track_caller]
    pub fn complains(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err);
        }
        self
    }

    /// Asserts that standard output tells all of these.
    #[track_caller]
    pub fn tells(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "no {word:?} in:\n{}\n{}", self.out, self.err);
        }
        self
    }

    /// Asserts that standard output tells none of these.
    #[track_caller]
    pub fn conceals(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.out.contains(word), "{word:?} is in:\n{}", self.out);
        }
        self
    }
}

/// Whether something becomes true within some seconds.
pub fn soon(mut is_so: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if began.elapsed() > Duration::from_secs(15) {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// All plain files below a directory.
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else { return found };
    for entry in entries.map_while(io::Result::ok) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_below(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}
