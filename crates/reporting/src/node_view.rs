//! One node of a run as the fold knows it.

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use windlass_kernel::{LogSlice, Node, NodeId, NodeKind, Origin, Status};

/// Where a node is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum NodeState {
    /// Nothing was begun for it yet.
    Queued,
    /// It has been begun and waits: for a worker, a turn, a decision, a time.
    Waiting {
        /// What for, as people read it.
        #[serde(rename = "for")]
        what: String,
    },
    /// Its work, or that of a node below it, has started.
    Running,
    /// It has ended.
    Concluded {
        /// How, in the words all dialects share.
        status: Status,
        /// How, in the dialect's own word.
        word: String,
        /// Why, where the status alone does not say it.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// A node with everything that the events said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeView {
    /// Its stable path; empty for the run.
    pub id: NodeId,
    /// The node it lies in; the run's own parent is the run.
    pub parent: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// What people call it.
    pub label: String,
    /// Where it is.
    #[serde(flatten)]
    pub state: NodeState,
    /// The nodes that have to end before this one can start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<NodeId>,
    /// The nodes in it, in the order in which they joined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<NodeId>,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// When its work started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Where it runs, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where its log lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogSlice>,
    /// What went wrong with an operation for it, beside what its conclusion says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Other facts about it: `environment-url`, `permissions`, `workspace`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub attributes: IndexMap<String, String>,
    /// The page that it wrote for people, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

impl NodeView {
    /// A node about which nothing else is known.
    pub(crate) fn declared(node: &Node) -> Self {
        NodeView {
            id: node.id.clone(),
            parent: node.parent.clone(),
            kind: node.kind,
            label: node.label.clone(),
            state: NodeState::Queued,
            after: node.after.clone(),
            children: Vec::new(),
            origin: node.origin.clone(),
            started_at: None,
            ended_at: None,
            place: None,
            log: None,
            problem: None,
            attributes: IndexMap::new(),
            summary: None,
        }
    }

    /// How it ended, if it has.
    pub fn status(&self) -> Option<Status> {
        match &self.state {
            NodeState::Concluded { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Why it ended so, where that was said.
    pub fn reason(&self) -> Option<&str> {
        match &self.state {
            NodeState::Concluded { reason, .. } => reason.as_deref(),
            _ => None,
        }
    }

    /// How long its work took, or has taken by `now`; nothing for what never started.
    pub fn duration(&self, now: Timestamp) -> Option<SignedDuration> {
        let until = self.ended_at.unwrap_or(now);
        self.started_at.map(|start| until.duration_since(start).max(SignedDuration::ZERO))
    }
}
