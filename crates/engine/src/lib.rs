//! The advance loop: journals facts and commands, performs operations, replays after a crash.
//!
//! Knows no dialect. A [`Process`](windlass_kernel::Process) decides, the [`Journal`] remembers,
//! a [`Performer`] acts, an [`Observer`] looks on.

mod archives;
mod earlier;
mod gates;
mod job;
mod journal;
mod observer;
mod performer;
mod record;
mod replay;
mod run;
mod timers;

pub use archives::{ARCHIVE, ArchiveLimits, Archives, JobArtifact};
pub use earlier::EarlierRun;
pub use gates::{Decider, Gates};
pub use job::{JobDriver, JobPort, JobScheduler};
pub use journal::{Journal, JournalError};
pub use observer::{LogStream, Logs, Observer};
pub use performer::{Performer, Performers, Port};
pub use record::Outcome;
pub use replay::ReplayError;
pub use run::{Engine, EngineError, RunHandle};
pub use timers::Timers;
