//! Who approves deployments: the command line, else the person at the terminal, else nobody.

use std::{env, sync::Arc};

use async_trait::async_trait;
use windlass_engine::Decider;
use windlass_kernel::{Actor, GateDecision, GateSpec, RunId};
use windlass_reporting::Surface;

use super::terminal::{Screen, ask, somebody_is_there};

/// What is approved beforehand.
pub struct Approved {
    /// The names, of environments or manual jobs; `*` is every one.
    pub names: Vec<String>,
    /// The option by which they are given.
    pub option: &'static str,
}

/// Decides by what is approved, and asks on a terminal for the rest.
pub struct Approvals {
    approved: Approved,
    /// The surface that makes room for the question.
    surface: Arc<dyn Surface>,
}

impl Approvals {
    /// Approvals of these.
    pub fn new(approved: Approved, surface: Arc<dyn Surface>) -> Self {
        Approvals { approved, surface }
    }
}

#[async_trait]
impl Decider for Approvals {
    async fn decide(&self, _run: RunId, gate: &GateSpec) -> GateDecision {
        let Approved { names, option } = &self.approved;
        if names.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(&gate.name)) {
            return decision(true, Actor::System((*option).into()));
        }
        if !somebody_is_there() {
            let name = shell_word(&gate.name);
            let reason = format!("nobody is there to ask; use {option} {name}");
            return decision(false, Actor::System(reason));
        }
        let _screen = Screen::take(&self.surface);
        let answer = ask(format!("{}. Approve? [y/N] ", gate.prompt)).await;
        // Anything but `y` or `yes` is a no.
        let answer = answer.ok().flatten().unwrap_or_default().to_lowercase();
        let approved = matches!(answer.as_str(), "y" | "yes");
        decision(approved, Actor::Person(env::var("USER").unwrap_or_else(|_| "you".into())))
    }
}

/// A name as it is typed in a shell.
fn shell_word(name: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || "-_./:".contains(it);
    match !name.is_empty() && name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', r"'\''")),
    }
}

fn decision(approved: bool, by: Actor) -> GateDecision {
    GateDecision { approved, by, values: Default::default() }
}
