//! The outline of a run that people see: a tree of nodes that may grow while the run goes on.

use serde::{Deserialize, Serialize};

use crate::NodeId;

/// What kind of thing a node is. Surfaces draw by kind; the dialect's own noun is in the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// The whole run; its id is the empty path.
    Run,
    /// Jobs that belong together in time (GitLab's and Jenkins' stages).
    Stage,
    /// Work that happens in one workspace.
    Job,
    /// Nodes that belong together otherwise: a matrix, a called workflow, a composite action.
    Group,
    /// One step of a job.
    Step,
    /// A wait for a decision.
    Gate,
}

/// One node of the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its stable path.
    pub id: NodeId,
    /// The node it lies in; the run's own parent is the run.
    pub parent: NodeId,
    /// The nodes that have to end before this one can start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<NodeId>,
    /// What it is.
    pub kind: NodeKind,
    /// What people call it.
    pub label: String,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The place in a file at which a node was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file, relative to the project's root, or its address where it came from elsewhere.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// How a node ended, in the few words that every surface and every dialect shares.
///
/// The dialect's own word travels beside it (`neutral`, `unstable`, `manual`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It failed, and the pipeline says that this does not matter.
    Warning,
    /// It never ran, as the pipeline says.
    Skipped,
    /// Somebody or something stopped it.
    Cancelled,
    /// It took longer than it was allowed.
    TimedOut,
    /// It failed.
    Failed,
}

impl Status {
    /// Whether work that needs this node may go on.
    pub fn is_success(self) -> bool {
        matches!(self, Status::Succeeded | Status::Warning)
    }

    /// Whether this is an end that somebody should look at.
    pub fn is_failure(self) -> bool {
        matches!(self, Status::Failed | Status::TimedOut)
    }
}
