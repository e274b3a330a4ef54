//! Those who look on: surfaces that follow a run, and the store of its logs.

use std::io;

use windlass_kernel::{Event, NodeId, RunId};

/// Follows runs while they go on. Called after the events are journalled, in order, from one
/// task a run; must not block for long.
pub trait Observer: Send + Sync {
    /// Takes the next events of a run in.
    fn observe(&self, run: RunId, events: &[Event]);
}

/// Where logs are kept, apart from the events. Everything written is masked already.
pub trait Logs: Send + Sync {
    /// Opens a stream of a run for appending; it is made if it is new, emptied if it is not.
    ///
    /// # Errors
    /// When the storage refuses.
    fn open(&self, run: RunId, stream: &str) -> io::Result<Box<dyn LogStream>>;
}

/// One log stream being written. Bytes are kept as they come; lines end with `\n`.
pub trait LogStream: Send {
    /// Appends bytes that belong to a node.
    ///
    /// # Errors
    /// When the storage refuses (a full disk); the job then fails with this error.
    fn append(&mut self, node: &NodeId, bytes: &[u8]) -> io::Result<()>;

    /// How many bytes the stream has, buffered ones included.
    fn position(&self) -> u64;

    /// Hands buffered bytes to the storage and to those who follow the log.
    ///
    /// # Errors
    /// As `append`.
    fn flush(&mut self) -> io::Result<()>;
}
