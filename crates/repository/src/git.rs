//! Runs the `git` program: one place for its environment, its limits and its errors.
//!
//! Output is in bytes (paths are), messages are in English (`LC_ALL=C`), nothing is ever asked at
//! the terminal, and no lock of the user's repository is taken for a mere look
//! (`GIT_OPTIONAL_LOCKS=0`).

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
        source: std::io::Error,
    },
    /// It answered something that this program does not understand.
    #[error("`git {command}` answered something unexpected: {answer}; is it a very old Git?")]
    Unexpected {
        /// Its arguments, shortened.
        command: String,
        /// The part of the answer, shortened.
        answer: String,
    },
}
