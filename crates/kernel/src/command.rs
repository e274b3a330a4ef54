//! What a process answers: changes to the outline, and operations to perform.

use serde::{Deserialize, Serialize};

use crate::{Node, NodeId, Operation, OperationId, Status};

/// One answer of a process. Commands are journalled before any of them is performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A node joins the outline.
    Declare(Node),
    /// An operation starts; it ends by exactly one `Settled` fact.
    Begin {
        /// The number by which facts speak of it.
        id: OperationId,
        /// The node it works for.
        node: NodeId,
        /// What is to be done.
        operation: Operation,
    },
    /// An operation under way shall stop; it still settles by itself.
    Cancel {
        /// Which one.
        id: OperationId,
        /// Why.
        reason: CancelReason,
    },
    /// What a settled `Lease` or `Lock` holds is given back. It has no answer.
    Release {
        /// The operation that got hold of it.
        id: OperationId,
    },
    /// A node has ended.
    Conclude {
        /// Which one.
        node: NodeId,
        /// How, in the words all dialects share.
        status: Status,
        /// How, in the dialect's own word.
        word: String,
        /// Why, where the status alone does not say it (a skipped job's condition).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Why an operation is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// A person asked for it.
    Requested,
    /// It took longer than it was allowed.
    TimedOut,
    /// A sibling failed, and the pipeline says that the others need not go on.
    FailFast,
    /// A newer run took the place in a concurrency group.
    Superseded,
}
