//! How the program ends: every expected end has a code of its own, listed in docs/reference.

use std::process::ExitCode;

/// The documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was done, and every run succeeded.
    Success = 0,
    /// A run failed or ran over its time; a check found errors; an editor left without a word.
    RunFailed = 1,
    /// What was asked for cannot be done: wrong words, a workflow with errors, no such run.
    Refused = 2,
    /// The history, a workspace or another part of this machine could not be used.
    Environment = 3,
    /// A run was cancelled (128 + SIGINT).
    Cancelled = 130,
    /// Whoever read the output went away (128 + SIGPIPE).
    ClosedOutput = 141,
}

impl Exit {
    /// Every code with what it means, for the reference.
    pub const ALL: &[(Exit, &str)] = &[
        (Exit::Success, "Everything that was asked for was done, and every run succeeded."),
        (
            Exit::RunFailed,
            "A run failed or ran over its time; `windlass check` found errors; the editor of \
             `windlass lsp` left without asking for the shutdown.",
        ),
        (
            Exit::Refused,
            "What was asked for cannot be done: wrong words on the command line, a workflow with \
             errors, an input that does not fit, no such run.",
        ),
        (
            Exit::Environment,
            "The history, a workspace or another part of this machine could not be used: a full \
             disk, a directory without permission.",
        ),
        (Exit::Cancelled, "A run was cancelled: by Ctrl-C, SIGTERM or `windlass runs cancel`."),
        (Exit::ClosedOutput, "Whoever read the output went away; the run was cancelled."),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ended early, with the code that says so.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The message and its causes.
    pub error: anyhow::Error,
}

impl Failure {
    /// What was asked for cannot be done.
    pub fn refused(error: impl Into<anyhow::Error>) -> Self {
        Failure { exit: Exit::Refused, error: error.into() }
    }

    /// As [`Failure::refused`], from words.
    pub fn refused_because(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Refused, error: anyhow::anyhow!(message.into()) }
    }

    /// This machine would not let it be done.
    pub fn environment(error: impl Into<anyhow::Error>) -> Self {
        Failure { exit: Exit::Environment, error: error.into() }
    }
}

/// What a command answers.
pub type Outcome = Result<Exit, Failure>;
