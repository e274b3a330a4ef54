//! Who approves deployments: the command line, else the person at the terminal, else nobody.

use std::{
    env,
    io::{self, IsTerminal, Write},
    sync::Arc,
};

use async_trait::async_trait;
use windlass_engine::Decider;
use windlass_kernel::{Actor, GateDecision, GateSpec, RunId};
use windlass_reporting::Surface;

/// Decides by `--approve`, and asks on a terminal for what that does not name.
pub struct Approvals {
    /// The environments that are approved; `*` is every one.
    approved: Vec<String>,
    /// The surface that makes room for the question.
    surface: Arc<dyn Surface>,
}

impl Approvals {
    /// Approvals of these environments.
    pub fn new(approved: Vec<String>, surface: Arc<dyn Surface>) -> Self {
        Approvals { approved, surface }
    }
}

#[async_trait]
impl Decider for Approvals {
    async fn decide(&self, _run: RunId, gate: &GateSpec) -> GateDecision {
        let named =
            self.approved.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(&gate.name));
        if named {
            return decision(true, Actor::System("--approve".into()));
        }
        if !somebody_is_there() {
            let reason = format!("nobody is there to ask; use --approve {}", gate.name);
            return decision(false, Actor::System(reason));
        }
        self.surface.pause();
        let approved = tokio::task::block_in_place(|| ask(&gate.prompt)).unwrap_or(false);
        self.surface.resume();
        decision(approved, Actor::Person(env::var("USER").unwrap_or_else(|_| "you".into())))
    }
}

fn decision(approved: bool, by: Actor) -> GateDecision {
    GateDecision { approved, by, values: Default::default() }
}

fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Anything but `y` or `yes` is a no.
fn ask(prompt: &str) -> io::Result<bool> {
    let mut out = io::stderr();
    write!(out, "{prompt}. Approve? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
