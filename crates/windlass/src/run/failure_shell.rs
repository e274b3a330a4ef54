//! `--shell-on-failure`: a shell where a step failed, then on, again, or stop.

use std::{
    io::{self, Write},
    process::Command,
    sync::Arc,
};

use async_trait::async_trait;
use windlass_container::EngineKind;
use windlass_github::job::{AfterFailure, FailedIn, FailedStep, FailureHook};
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
    let mut shell = match &step.container {
        None => here(step),
        Some(container) => in_container(container, step),
    };
    shell.env("TERM", std::env::var_os("TERM").unwrap_or_else(|| "dumb".into()));
    match (shell.status(), &step.container) {
        (Err(error), Some(_)) => {
            let program = shell.get_program().display();
            writeln!(out, "{program}, which opens a shell in the container, {error}")
        }
        (status, _) => status.map(drop),
    }
}

fn here(step: &FailedStep) -> Command {
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    let mut shell = Command::new(shell);
    shell.current_dir(&step.directory).env_clear();
    shell.envs(step.environment.iter().map(|(name, value)| (name, value)));
    shell
}

/// The engine's own program, which gives a container a terminal. It hands variables over by name,
/// so that no value stands in the list of processes; `PATH` alone it needs for itself.
fn in_container(container: &FailedIn, step: &FailedStep) -> Command {
    let socket = format!("unix://{}", container.socket.display());
    let mut shell = match container.engine {
        EngineKind::Docker => {
            let mut docker = Command::new("docker");
            docker.args(["--host", &socket]);
            docker
        }
        EngineKind::Podman => {
            let mut podman = Command::new("podman");
            podman.args(["--remote", "--url", &socket]);
            podman
        }
    };
    shell.args(["exec", "--interactive", "--tty", "--workdir"]).arg(&step.directory);
    for (name, value) in &step.environment {
        let mut variable = name.clone();
        if name == "PATH" {
            variable.push("=");
            variable.push(value);
        } else {
            shell.env(name, value);
        }
        shell.arg("--env").arg(variable);
    }
    shell.args(["--env", "TERM", &container.id, "sh"]);
    shell
}
