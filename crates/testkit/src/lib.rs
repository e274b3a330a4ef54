//! Stand-ins for tests: in-memory journal and logs, scripted performers, traces that are killed;
//! and a real container engine of the tests' own.

mod container_engine;
mod journal;
mod logs;
mod performer;
mod program_image;
mod single_job;
mod trace;

pub use container_engine::ContainerEngine;
pub use journal::MemoryJournal;
pub use logs::MemoryLogs;
pub use performer::ScriptedPerformer;
pub use program_image::ProgramImage;
pub use single_job::{SingleJob, SingleJobEnded};
pub use trace::{Trace, survives_every_kill};
