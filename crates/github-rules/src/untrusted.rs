//! Text that somebody outside may have written, and the ways on which it comes to a step.
//!
//! `sources` has the contexts that carry such text, `scope` what is known at one step, `flow` goes
//! through the jobs in the order in which they need one another, `javascript` what scripts of
//! `actions/github-script` hand on. What rules make of it is theirs.

mod flow;
mod javascript;
mod scope;
mod sources;

use windlass_diagnostics::{Diagnostic, Label};

pub(crate) use flow::{walk, walk_action, written};
pub(crate) use scope::Scope;

/// Who may have written a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Writer {
    /// Whoever may push to the repository or start its workflows.
    Collaborator,
    /// Anybody, by an issue, a comment, a commit or a pull request.
    Anybody,
}

/// Where a text comes from, and the places that it came through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) writer: Writer,
    /// The context at the beginning: `github.event.issue.title`.
    pub(crate) source: String,
    /// From the first place to the last.
    pub(crate) way: Vec<Label>,
}

impl Origin {
    /// The same text, one place further.
    fn through(&self, label: Label) -> Self {
        let mut way = self.way.clone();
        way.push(label);
        Self { way, ..self.clone() }
    }

    /// A finding with the way as its further places.
    pub(crate) fn shown_in(&self, mut finding: Diagnostic) -> Diagnostic {
        finding.secondary.extend(self.way.iter().cloned());
        finding
    }
}

/// Of two origins the worse one.
fn worse(one: Option<Origin>, other: Option<Origin>) -> Option<Origin> {
    match (one, other) {
        (Some(one), Some(other)) if other.writer > one.writer => Some(other),
        (one, other) => one.or(other),
    }
}
