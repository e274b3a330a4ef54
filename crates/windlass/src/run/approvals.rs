//! Who approves deployments: the command line, else the person at the terminal, else nobody.

use std::{
    env,
    io::{self, IsTerminal},
};

use async_trait::async_trait;
use windlass_engine::Decider;
use windlass_kernel::{Actor, GateDecision, GateSpec, RunId};

/// Decides by `--approve`, and asks on a terminal for what that does not name.
pub struct Approvals {
    /// The environments that are approved; `*` is every one.
    pub approved: Vec<String>,
    /// Asks a yes-or-no question with the live view out of the way; `None` where nobody is there.
    pub ask: Option<Ask>,
}

/// Shows a question and answers whether it was agreed to.
pub type Ask = Box<dyn Fn(&str) -> bool + Send + Sync>;

#[async_trait]
impl Decider for Approvals {
    async fn decide(&self, _run: RunId, gate: &GateSpec) -> GateDecision {
        let named =
            self.approved.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(&gate.name));
        if named {
            return decision(true, Actor::System("--approve".into()));
        }
        let Some(ask) = &self.ask else {
            let reason = format!("nobody is there to ask; use --approve {}", gate.name);
            return decision(false, Actor::System(reason));
        };
        let question = format!("{}. Approve? [y/N] ", gate.prompt);
        let approved = tokio::task::block_in_place(|| ask(&question));
        decision(approved, Actor::Person(env::var("USER").unwrap_or_else(|_| "you".into())))
    }
}

fn decision(approved: bool, by: Actor) -> GateDecision {
    GateDecision { approved, by, values: Default::default() }
}

/// Whether somebody can be asked.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads a line from the terminal; anything but `y` or `yes` is a no.
pub fn read_yes() -> bool {
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Asks on this terminal.
pub fn terminal() -> Ask {
    Box::new(|question| {
        use io::Write;
        let mut out = io::stderr();
        write!(out, "{question}").and_then(|()| out.flush()).is_ok() && read_yes()
    })
}
