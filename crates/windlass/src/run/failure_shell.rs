//! `--shell-on-failure`: a shell where a step failed, then on, again, or stop.

use std::{
    io::{self, Write},
    process::Command,
    sync::Arc,
};

use async_trait::async_trait;
use windlass_github::job::{AfterFailure, FailedStep, FailureHook};
use windlass_reporting::Surface;

use super::terminal::{Screen, apart, ask};

/// Opens a shell in the failed step's directory, with its environment.
pub struct FailureShell {
    /// The surface that leaves the terminal to the shell.
    surface: Arc<dyn Surface>,
    turn: tokio::sync::Mutex<()>,
}

impl FailureShell {
    /// Shells on the terminal of this surface, one at a time.
    pub fn new(surface: Arc<dyn Surface>) -> Self {
        FailureShell { surface, turn: tokio::sync::Mutex::default() }
    }
}

#[async_trait]
impl FailureHook for FailureShell {
    async fn decide(&self, step: FailedStep) -> AfterFailure {
        let _turn = self.turn.lock().await;
        let _screen = Screen::take(&self.surface);
        // Without a terminal there is nobody to decide: the run goes on as the workflow says.
        converse(step).await.unwrap_or(AfterFailure::Continue)
    }
}

async fn converse(step: FailedStep) -> io::Result<AfterFailure> {
    apart(move || open_shell(&step)).await?;
    loop {
        let question = "[c]ontinue, [r]etry the step, or [s]top the job? ".to_owned();
        match ask(question).await?.as_deref() {
            None | Some("c" | "continue" | "") => return Ok(AfterFailure::Continue),
            Some("r" | "retry") => return Ok(AfterFailure::Retry),
            Some("s" | "stop") => return Ok(AfterFailure::Stop),
            Some(_) => {}
        }
    }
}

fn open_shell(step: &FailedStep) -> io::Result<()> {
    let mut out = io::stderr();
    writeln!(out, "\n{} failed: {}", step.label, step.reason)?;
    writeln!(out, "You are in its directory with its environment; `exit` comes back.")?;
    if let Some(script) = &step.script {
        writeln!(out, "Its script is {}", script.display())?;
    }
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    Command::new(shell)
        .current_dir(&step.directory)
        .env_clear()
        .envs(step.environment.iter().map(|(name, value)| (name, value)))
        .env("TERM", std::env::var_os("TERM").unwrap_or_else(|| "dumb".into()))
        .status()
        .map(drop)
}
