//! Stand-ins for tests: in-memory journal and logs, scripted performers, traces that are killed.

mod journal;
mod logs;
mod performer;
mod single_job;
mod trace;

pub use journal::MemoryJournal;
pub use logs::MemoryLogs;
pub use performer::ScriptedPerformer;
pub use single_job::{SingleJob, SingleJobEnded};
pub use trace::{Trace, survives_every_kill};
