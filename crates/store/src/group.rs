//! Turns in concurrency groups among all processes of this machine.

use windlass_kernel::{OperationId, RunId};

/// A wish for a turn in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupClaim {
    /// The project's root directory; groups of different projects are different groups.
    pub project: String,
    /// The group's name, already in the dialect's normal form.
    pub group: String,
    /// The run that wants it.
    pub run: RunId,
    /// The operation that wants it.
    pub operation: OperationId,
    /// Whether whoever holds the group is asked to stop.
    pub cancel_in_progress: bool,
    /// Whether all who wait keep their place; otherwise the newest waiter displaces the others.
    pub queue_all: bool,
}

/// A place in a group's queue. Later ones are larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupTicket(pub(crate) i64);

/// What became of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// Others come first.
    Waiting,
    /// The turn has come; it lasts until it is given back.
    Held {
        /// Whether a later claim asked this holder to stop.
        cancel_asked: bool,
    },
    /// A later claim took the place in the queue.
    Displaced,
}
