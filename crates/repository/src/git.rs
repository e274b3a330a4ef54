//! Runs the `git` program: one place for its environment, its limits and its errors.
//!
//! Output is in bytes (paths are), messages are in English (`LC_ALL=C`), nothing is ever asked at
//! the terminal, and no lock of the user's repository is taken for a mere look
//! (`GIT_OPTIONAL_LOCKS=0`). Calls that do not depend on each other are started together and
//! finished one after another.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bstr::ByteSlice as _;
use rustix::process::{Pid, Signal};

/// Variables by which `git` tells its hooks and aliases where the repository is, as far as
/// `git rev-parse --local-env-vars` lists places. A `git` that inherits them looks there and not
/// where it stands.
pub const HOOK_VARIABLES: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Where the search for a repository shall end, as a user may have set it for other directories.
const CEILING: &str = "GIT_CEILING_DIRECTORIES";

/// `git` could not be run, or refused.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git` program.
    #[error("the program `git` was not found on PATH; install Git (https://git-scm.com)")]
    Missing,
    /// `git` answered with an error.
    #[error("`git {command}` failed: {message}")]
    Failed {
        /// Its arguments, shortened.
        command: String,
        /// What it wrote to standard error, trimmed.
        message: String,
    },
    /// A revision is not in the repository.
    #[error(
        "the revision `{revision}` is not in this repository; \
         if it is on the remote, `git fetch origin {revision}` brings it"
    )]
    UnknownRevision {
        /// The revision.
        revision: String,
    },
    /// It took longer than allowed and was stopped.
    #[error("`git {command}` did not end within {seconds} s and was stopped")]
    TimedOut {
        /// Its arguments, shortened.
        command: String,
        /// The limit.
        seconds: u64,
    },
    /// It could not be started or read.
    #[error("cannot run `git {command}`: {source}")]
    Io {
        /// Its arguments, shortened.
        command: String,
        /// The operating system's answer.
        source: io::Error,
    },
    /// It answered something that this program does not understand.
    #[error("`git {command}` answered something unexpected: {answer}; is it a very old Git?")]
    Unexpected {
        /// Its arguments, shortened.
        command: String,
        /// The part of the answer, shortened.
        answer: String,
    },
    /// A directory of the project cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
}

/// A call of `git` to be made in a directory.
pub(crate) struct Git {
    command: Command,
    arguments: Vec<OsString>,
}

/// A call under way.
pub(crate) struct Pending {
    child: Child,
    command: String,
}

impl Git {
    /// A call in `directory`, which may but need not be a repository.
    pub(crate) fn new(directory: &Path) -> Self {
        let mut command = Command::new("git");
        command
            .current_dir(directory)
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null());
        for name in HOOK_VARIABLES.into_iter().chain([CEILING]) {
            command.env_remove(name);
        }
        Self { command, arguments: Vec::new() }
    }

    pub(crate) fn arguments<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The arguments for messages: without what follows the first few.
    fn description(&self) -> String {
        let mut words = self.arguments.iter();
        let mut rest = words.clone();
        // `-c name=value` says how, not what.
        while words.next().is_some_and(|word| word == "-c") {
            words.next();
            rest = words.clone();
        }
        let words = rest.take(4);
        let line: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        shorten(line.join(" ").as_bytes())
    }

    /// Starts the call; its output is kept for [`Pending::finish`].
    pub(crate) fn start(mut self) -> Result<Pending, GitError> {
        let command = self.description();
        self.command.args(&self.arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.command.spawn().map_err(|source| start_error(&command, source))?;
        Ok(Pending { child, command })
    }

    /// Makes the call and answers its output.
    pub(crate) fn run(self) -> Result<Vec<u8>, GitError> {
        self.start()?.finish()
    }

    /// Makes the call with these bytes as its input.
    pub(crate) fn run_with_input(mut self, input: &[u8]) -> Result<Vec<u8>, GitError> {
        let command = self.description();
        let prepare = || -> io::Result<File> {
            let mut file = tempfile::tempfile()?;
            file.write_all(input)?;
            file.rewind()?;
            Ok(file)
        };
        let file = prepare().map_err(|source| GitError::Io { command, source })?;
        self.command.stdin(Stdio::from(file));
        self.run()
    }

    /// Makes a call that may wait for the network: in a process group of its own, which is killed
    /// with all its helpers (ssh, git-remote-https) when it takes longer than `limit`.
    pub(crate) fn run_limited(mut self, limit: Duration) -> Result<Vec<u8>, GitError> {
        let command = self.description();
        let failed = |source| GitError::Io { command: command.clone(), source };
        // Files, not pipes: nobody has to read while we watch the clock.
        let mut output = tempfile::tempfile().map_err(failed)?;
        let mut errors = tempfile::tempfile().map_err(failed)?;
        self.command
            .args(&self.arguments)
            .process_group(0)
            .stdout(Stdio::from(output.try_clone().map_err(failed)?))
            .stderr(Stdio::from(errors.try_clone().map_err(failed)?));
        let mut child = self.command.spawn().map_err(|source| start_error(&command, source))?;
        let Some(status) = wait_limited(&mut child, limit).map_err(failed)? else {
            return Err(GitError::TimedOut { command, seconds: limit.as_secs() });
        };
        let output = contents(&mut output).map_err(failed)?;
        let errors = contents(&mut errors).map_err(failed)?;
        judge(command, status, output, &errors)
    }
}

impl Pending {
    /// Waits for the end and answers the output.
    pub(crate) fn finish(self) -> Result<Vec<u8>, GitError> {
        let command = self.command;
        match self.child.wait_with_output() {
            Ok(output) => judge(command, output.status, output.stdout, &output.stderr),
            Err(source) => Err(GitError::Io { command, source }),
        }
    }
}

/// Splits what `-z` makes of a list; empty items are left out.
pub(crate) fn split_nul(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == 0).filter(|item| !item.is_empty())
}

/// An answer that makes no sense.
pub(crate) fn unexpected(command: &str, answer: &[u8]) -> GitError {
    GitError::Unexpected { command: command.to_owned(), answer: shorten(answer) }
}

/// Polls, since the standard library cannot wait with a limit; quickly at first.
fn wait_limited(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > limit {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = rustix::process::kill_process_group(group, Signal::KILL);
            }
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn contents(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn start_error(command: &str, source: io::Error) -> GitError {
    // A missing directory gives the same answer; callers only name directories they have seen.
    if source.kind() == io::ErrorKind::NotFound {
        return GitError::Missing;
    }
    GitError::Io { command: command.to_owned(), source }
}

fn judge(
    command: String,
    status: ExitStatus,
    output: Vec<u8>,
    errors: &[u8],
) -> Result<Vec<u8>, GitError> {
    if status.success() {
        return Ok(output);
    }
    let message = errors.trim().to_str_lossy().into_owned();
    let message = if message.is_empty() { status.to_string() } else { message };
    Err(GitError::Failed { command, message })
}

fn shorten(text: &[u8]) -> String {
    let text = text.to_str_lossy();
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
