//! Building a run's state again from its journal.

use thiserror::Error;
use windlass_kernel::{Body, Command, Event, Process, RunId};

use crate::record::Record;

/// Why a journal cannot be replayed.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The process answers otherwise than it did when the run was made.
    #[error(
        "run {run} cannot be resumed: at event {seq} this version decides {now}, where the run \
         had decided {then}; start it again with `windlass runs rerun`"
    )]
    Diverged {
        /// The run.
        run: RunId,
        /// The first event that differs.
        seq: u64,
        /// The journalled command.
        then: String,
        /// The command answered now.
        now: String,
    },
    /// The journal does not begin with the run's creation, or has a gap.
    #[error("run {run} has no usable record: event {seq} is missing")]
    Incomplete {
        /// The run.
        run: RunId,
        /// The first missing event.
        seq: u64,
    },
}

/// Feeds the journalled facts to a fresh process and checks that it answers the journalled
/// commands.
pub(crate) fn replay(
    run: RunId,
    process: &mut dyn Process,
    events: &[Event],
) -> Result<Record, ReplayError> {
    let mut record = Record::default();
    let mut expected: std::vec::IntoIter<Command> = Vec::new().into_iter();
    for (index, event) in events.iter().enumerate() {
        let seq = index as u64 + 1;
        if event.seq != seq {
            return Err(ReplayError::Incomplete { run, seq });
        }
        match &event.body {
            Body::Fact(fact) => {
                if let Some(missing) = expected.next() {
                    return Err(diverged(run, seq, "nothing more".into(), name(&missing)));
                }
                expected = record.advance(process, fact).unwrap_or_default().into_iter();
            }
            Body::Command(command) => match expected.next() {
                Some(now) if now == *command => {}
                Some(now) => return Err(diverged(run, seq, name(command), name(&now))),
                None => return Err(diverged(run, seq, name(command), "nothing more".into())),
            },
        }
    }
    match expected.next() {
        None if events.is_empty() => Err(ReplayError::Incomplete { run, seq: 1 }),
        None => Ok(record),
        Some(now) => Err(diverged(run, events.len() as u64 + 1, "nothing more".into(), name(&now))),
    }
}

fn diverged(run: RunId, seq: u64, then: String, now: String) -> ReplayError {
    ReplayError::Diverged { run, seq, then, now }
}

/// A command in a few words, for people.
fn name(command: &Command) -> String {
    match command {
        Command::Declare(node) => format!("to declare '{}'", node.id),
        Command::Begin { id, node, operation } => {
            format!("to begin {:?} {id} for '{node}'", operation.kind())
        }
        Command::Cancel { id, reason } => format!("to cancel {id} ({reason:?})"),
        Command::Release { id } => format!("to release {id}"),
        Command::Conclude { node, word, .. } => format!("that '{node}' ended as {word}"),
    }
}
