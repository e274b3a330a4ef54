//! News from beside a workspace: what a job's driver says while the job runs.

use serde::{Deserialize, Serialize};

use crate::{Node, NodeId, Status};

/// Changes that became true together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Update {
    /// What changed, in order.
    pub changes: Vec<Change>,
}

impl From<Vec<Change>> for Update {
    fn from(changes: Vec<Change>) -> Self {
        Update { changes }
    }
}

/// One change that a driver reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The work on this job's node starts (again); whatever lies below it is void.
    Started {
        /// The job's node.
        node: NodeId,
        /// Where it runs, as people read it.
        place: String,
    },
    /// A node joins the outline.
    Declare(Node),
    /// What people call a node is known better now.
    Rename {
        /// Which node.
        node: NodeId,
        /// Its new label.
        label: String,
    },
    /// A node's work starts.
    Begin {
        /// Which node.
        node: NodeId,
    },
    /// A node has ended.
    Conclude {
        /// Which node.
        node: NodeId,
        /// How, in the words all dialects share.
        status: Status,
        /// How, in the dialect's own word.
        word: String,
        /// Why, where the status alone does not say it: exit code, false condition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Where its log lies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<LogSlice>,
    },
    /// Something to say about the sources or the run.
    Annotate(Annotation),
    /// A page that the node wrote for people, in Markdown, masked.
    Summarize {
        /// Which node.
        node: NodeId,
        /// The page.
        markdown: String,
    },
    /// A fact about a node that surfaces may show (`environment-url`, `permissions`).
    Attribute {
        /// Which node.
        node: NodeId,
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
}

/// A part of a stored log: bytes `start..end` of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSlice {
    /// The stream's name inside the run.
    pub stream: String,
    /// First byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

/// How much an annotation matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnnotationLevel {
    /// Good to know.
    Notice,
    /// Look at it.
    Warning,
    /// Mend it.
    Error,
}

/// A remark on the run or on a place in its sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The node whose output it came from.
    pub node: NodeId,
    /// How much it matters.
    pub level: AnnotationLevel,
    /// What it says.
    pub message: String,
    /// A heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The file, relative to the workspace where it lies in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// First line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Last line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// First column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Last column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

impl Annotation {
    /// A remark on a node as a whole, without a place in the sources.
    pub fn on(node: NodeId, level: AnnotationLevel, message: impl Into<String>) -> Self {
        Annotation {
            node,
            level,
            message: message.into(),
            title: None,
            file: None,
            line: None,
            end_line: None,
            column: None,
            end_column: None,
        }
    }
}
