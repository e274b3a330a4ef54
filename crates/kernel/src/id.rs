//! The names of things in a run: runs, nodes and operations.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// One run of one pipeline. A ULID, so that ids sort by the time the run was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Ulid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = ulid::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ulid::from_string(text).map(RunId)
    }
}

/// A node's stable path inside its run, such as `build` or `test (3)/step-2`.
///
/// The run itself is the empty path. Paths are chosen by the dialect and never change, so that a
/// replay, a rerun of one job and a link to a log all mean the same node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// The run itself.
    pub fn run() -> Self {
        NodeId("".into())
    }

    /// The node named by this path.
    pub fn new(path: impl Into<Arc<str>>) -> Self {
        NodeId(path.into())
    }

    /// The child of this node with this name.
    pub fn child(&self, name: &str) -> Self {
        if self.is_run() { NodeId::new(name) } else { NodeId(format!("{self}/{name}").into()) }
    }

    /// Whether this is the run itself.
    pub fn is_run(&self) -> bool {
        self.0.is_empty()
    }

    /// The path as text; empty for the run.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An operation of a run, numbered by its process from 1 in the order in which they were begun.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct OperationId(pub u64);

impl OperationId {
    /// The number after this one.
    pub fn next(self) -> Self {
        OperationId(self.0 + 1)
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
