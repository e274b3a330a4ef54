//! Why a session could not do what it was asked.

use std::io;
use std::path::PathBuf;

/// An error of a [`Session`](crate::Session); each message names the cause and the next step.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A bare program name is in no directory of the `PATH` that the command was given.
    #[error("`{program}` was not found on PATH ({path}); install it or give its full path")]
    ProgramNotFound {
        /// The name looked for.
        program: String,
        /// The `PATH` that was searched, or a note that there is none.
        path: String,
    },
    /// The working directory is missing or is not a directory.
    #[error("the working directory {} does not exist or is not a directory", .directory.display())]
    NoDirectory {
        /// The directory asked for.
        directory: PathBuf,
    },
    /// The operating system refused to start the program.
    #[error("cannot start `{program}`: {source}{hint}")]
    Start {
        /// The program's path.
        program: String,
        /// Advice, with its punctuation; empty when there is none.
        hint: &'static str,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file could not be read, written, made or removed.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// A verb: "write", "read", "create", "remove".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file is larger than the caller wants to hold in memory.
    #[error("{} holds {size} bytes, more than the {limit} allowed here", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes (for a file that keeps growing: at least this).
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The path is a directory, a device, a socket or a pipe.
    #[error("{} is not a plain file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The system cannot hold a job to its limits.
    #[error(
        "this machine cannot hold a job to limits of memory, cpus or processes: {reason}. Limits \
         need control groups (cgroups): run as root, or in a scope of your own by `systemd-run \
         --user --scope -p Delegate=yes windlass run`, or take `[run.limits]` out of windlass.toml"
    )]
    Limits {
        /// What is missing.
        reason: String,
    },
    /// `exec` after `close`.
    #[error("the job has ended, nothing more can be started in it")]
    Closed,
    /// A fake session has no reply for a command line.
    #[error("the fake session has no reply for: {command_line}")]
    Unscripted {
        /// Program and arguments.
        command_line: String,
    },
}

impl SessionError {
    /// A [`SessionError::File`].
    pub fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }
}
