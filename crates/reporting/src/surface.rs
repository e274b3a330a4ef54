//! What all surfaces have in common, and what they are given.

use std::{io, sync::Arc};

use windlass_engine::Observer;
use windlass_kernel::{LogSlice, RunId};

use crate::{Appearance, LogFollower, Output};

/// A place where people or programs follow runs.
pub trait Surface: Observer + LogFollower {
    /// Writes what is to be said when all runs have ended. Called once, last.
    fn finish(&self);

    /// Shows a message of the program itself, of one or more lines, that belongs to no job.
    fn message(&self, text: &str);

    /// Leaves the screen to a question or a shell, until as many calls of `resume` have come.
    /// What happens meanwhile is shown afterwards.
    fn pause(&self) {}

    /// See `pause`.
    fn resume(&self) {}

    /// Where it writes to.
    fn output(&self) -> &Output;
}

/// Stored logs, as surfaces need them at the end of a run.
pub trait LogSource: Send + Sync {
    /// Where people find the log: a path or a command line.
    fn place(&self, run: RunId, log: &LogSlice) -> String;

    /// At most the last `limit` bytes of the log.
    ///
    /// # Errors
    /// When it cannot be read.
    fn end_of(&self, run: RunId, log: &LogSlice, limit: u64) -> io::Result<Vec<u8>>;
}

/// What a surface for people is given.
#[derive(Clone)]
pub struct SurfaceSettings {
    /// What the reader can show.
    pub appearance: Appearance,
    /// Whether more than one run is shown, so that lines have to say which is meant.
    pub several_runs: bool,
    /// Where the logs of what failed are read; without it they are not shown again at the end.
    pub logs: Option<Arc<dyn LogSource>>,
}
