//! The advance loop: journals facts and commands, performs operations, replays after a crash.
//!
//! Knows no dialect. A [`Process`](windlass_kernel::Process) decides, the [`Journal`] remembers,
//! a [`Performer`] acts, an [`Observer`] looks on.

mod job;
mod journal;
mod observer;
mod performer;

pub use job::{JobDriver, JobPort, JobScheduler};
pub use journal::{Journal, JournalError};
pub use observer::{LogStream, Logs, Observer};
pub use performer::{Performer, Performers, Port};
