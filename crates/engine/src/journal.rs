//! The record of every run, as the engine needs it.

use async_trait::async_trait;
use thiserror::Error;
use windlass_kernel::{Event, RunId};

/// Where the events of runs are kept.
///
/// `append` is atomic: after a crash either all events of one call are there or none. The engine
/// calls it for one run from one task at a time; several runs append at once.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds events whose first has the sequence number `expected`; the run is made by event 1.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when another engine has appended meanwhile; otherwise why the
    /// storage refused.
    async fn append(&self, run: RunId, expected: u64, events: &[Event])
    -> Result<(), JournalError>;

    /// The events of a run with sequence numbers greater than `after`, in order.
    ///
    /// # Errors
    /// Why the storage refused. A run that nobody knows has no events.
    async fn read(&self, run: RunId, after: u64) -> Result<Vec<Event>, JournalError>;
}

/// Why a journal could not do what it was asked.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Somebody else wrote to the run.
    #[error("run {run} was changed by another process (event {expected} is already there)")]
    Conflict {
        /// The run.
        run: RunId,
        /// The sequence number that was expected to be free.
        expected: u64,
    },
    /// The storage failed: full disk, missing permission, damaged file.
    #[error("the history cannot be written or read: {0}")]
    Storage(String),
    /// A stored event is not one this version knows.
    #[error("run {run} holds an event that this version cannot read: {reason}")]
    Unreadable {
        /// The run.
        run: RunId,
        /// What is wrong with it.
        reason: String,
    },
}
