//! What the engine itself knows of a run: which operations are open, what is held, how it ended.
//!
//! The same fold serves the live loop and the replay, so that both end in the same state.

use std::collections::BTreeMap;

use windlass_kernel::{
    CancelReason, Command, Fact, NodeId, Operation, OperationId, OperationResult, Process, Status,
};

/// An operation that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub node: NodeId,
    pub operation: Operation,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In the words all dialects share.
    pub status: Status,
    /// In the dialect's own word.
    pub word: String,
}

/// The engine's own fold over a run.
#[derive(Default)]
pub(crate) struct Record {
    /// Begun and not settled.
    pub open: BTreeMap<OperationId, Begun>,
    /// Settled, and holding something until it is released.
    pub held: BTreeMap<OperationId, Begun>,
    pub outcome: Option<Outcome>,
}

impl Record {
    /// Lets the process answer a fact, and takes both in. `None` for a fact of an operation that
    /// is not open (news that crossed its settlement): such a fact never happened.
    pub fn advance(&mut self, process: &mut dyn Process, fact: &Fact) -> Option<Vec<Command>> {
        match fact {
            Fact::Progress { id, .. } if !self.open.contains_key(id) => return None,
            Fact::Settled { id, result } => {
                let begun = self.open.remove(id)?;
                if matches!(result, OperationResult::Locked | OperationResult::Leased { .. }) {
                    self.held.insert(*id, begun);
                }
            }
            _ => {}
        }
        let commands = match process.advance(fact) {
            Ok(commands) => commands,
            Err(error) => self.give_up(&error.to_string()),
        };
        for command in &commands {
            self.take(command);
        }
        Some(commands)
    }

    /// What the engine commands in place of a process that cannot go on.
    fn give_up(&self, error: &str) -> Vec<Command> {
        let cancels =
            self.open.keys().map(|id| Command::Cancel { id: *id, reason: CancelReason::Requested });
        let end = Command::Conclude {
            node: NodeId::run(),
            status: Status::Failed,
            word: "failure".into(),
            reason: Some(error.to_owned()),
        };
        cancels.chain([end]).collect()
    }

    fn take(&mut self, command: &Command) {
        match command {
            Command::Begin { id, node, operation } => {
                let begun = Begun { node: node.clone(), operation: operation.clone() };
                self.open.insert(*id, begun);
            }
            Command::Release { id } => {
                self.held.remove(id);
            }
            Command::Conclude { node, status, word, .. } if node.is_run() => {
                self.outcome = Some(Outcome { status: *status, word: word.clone() });
            }
            Command::Conclude { .. } | Command::Declare(_) | Command::Cancel { .. } => {}
        }
    }

    /// The run's outcome, once nothing of it is open any more.
    pub fn ended(&self) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|_| self.open.is_empty())
    }
}
