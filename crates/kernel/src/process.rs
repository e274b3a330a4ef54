//! The one trait a dialect implements for the engine.

use thiserror::Error;

use crate::{Command, Fact};

/// A run's brain: fed facts, it answers with commands.
///
/// Equal facts give equal commands: a process reads no clock, no random numbers, no files and no
/// environment (it asks by [`Operation::Observe`](crate::Operation::Observe)), and iterates over
/// nothing whose order is not fixed. That alone makes a run resumable: the engine builds the
/// process anew and feeds it the journalled facts. The cost of `advance` follows what the fact
/// changed, not the size of the graph.
pub trait Process: Send {
    /// Takes one fact in and answers what is to be done about it.
    ///
    /// # Errors
    /// When the fact cannot belong to this run, or the pipeline cannot go on; the engine ends the
    /// run with the error as its diagnostic.
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError>;
}

/// Why a process cannot go on.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// A fact speaks of an operation or node that the process never began.
    #[error("the journal speaks of {0}, which this pipeline never started")]
    Unknown(String),
    /// What the run starts from cannot be read.
    #[error("the run's inputs cannot be read: {0}")]
    Inputs(String),
}
