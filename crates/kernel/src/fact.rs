//! What a process is told.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{NodeId, OperationId, OperationResult, Update};

/// One thing that happened. A process knows the world by facts alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The run exists; always the first fact.
    Created(Box<RunInputs>),
    /// News of an operation under way.
    Progress {
        /// Which operation.
        id: OperationId,
        /// What changed.
        update: Update,
    },
    /// An operation has ended; always its last fact.
    Settled {
        /// Which operation.
        id: OperationId,
        /// How it ended.
        result: OperationResult,
    },
    /// Somebody or something wants a node, or with the empty path the run, to stop.
    CancelRequested {
        /// What shall stop.
        node: NodeId,
        /// Who asked.
        by: Actor,
    },
}

/// What a run starts from. Recorded once; secrets are named here, never held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInputs {
    /// The dialect whose process drives the run, such as `github`.
    pub dialect: String,
    /// The version of that process; a binary that lacks it offers a rerun instead of a resume.
    pub process_version: u32,
    /// What people call the pipeline.
    pub title: String,
    /// Everything else, in the dialect's own shape.
    pub payload: Value,
}

/// Who asked for something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A person, by name.
    Person(String),
    /// A newer holder of this concurrency group.
    Concurrency(String),
    /// The program itself, with the reason.
    System(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(name) => write!(f, "{name}"),
            Actor::Concurrency(group) => write!(f, "a newer run in concurrency group '{group}'"),
            Actor::System(reason) => write!(f, "{reason}"),
        }
    }
}
