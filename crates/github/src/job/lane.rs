//! Where steps run one after another: the foreground of a job, or one background step.
//!
//! A lane has a log and a set of command files of its own, so that lanes do not meet.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;
use windlass_engine::JobPort;
use windlass_kernel::{Change, NodeId};

use super::cancellation::Stop;
use super::files::CommandFiles;
use super::log::JobLog;
use super::options::FailedStep;

/// One lane.
pub(crate) struct Lane {
    /// The job's node.
    pub job_node: NodeId,
    /// Tells the run what changes.
    pub reporter: Reporter,
    /// Where output goes.
    pub log: JobLog,
    /// The files by which steps hand values over.
    pub files: CommandFiles,
    /// Distinguishes the script files of lanes.
    pub name: String,
    /// How many scripts this lane has written.
    pub scripts: usize,
    /// Whether the job has to stop.
    pub stop: watch::Receiver<Stop>,
    /// Whether a `cancel` step wants this lane to end.
    pub cancel: Option<watch::Receiver<bool>>,
    /// Whether the step that is running goes on although the job was cancelled.
    pub survives_cancel: bool,
    /// The program that ran last, as a person needs to see it who is asked about its failure.
    pub program: Option<FailedStep>,
    /// When the step that is running has to be done.
    pub deadline: Option<Deadline>,
}

impl Lane {
    /// Whether this lane was asked to end by a `cancel` step.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| *cancel.borrow())
    }
}

/// The time limit of a step.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    /// When it is over.
    pub at: Instant,
    /// `timeout-minutes`.
    pub minutes: f64,
    /// What people call the step that has it.
    pub label: String,
}

/// Gathers changes, and sends them as one update whenever something is about to take time.
pub(crate) struct Reporter {
    port: Arc<JobPort>,
    pending: Vec<Change>,
}

impl Reporter {
    /// Reports to this port.
    pub fn new(port: Arc<JobPort>) -> Self {
        Reporter { port, pending: Vec::new() }
    }

    /// Notes a change.
    pub fn add(&mut self, change: Change) {
        self.pending.push(change);
    }

    /// Notes that a node's work starts.
    pub fn begin(&mut self, node: &NodeId) {
        self.add(Change::Begin { node: node.clone() });
    }

    /// Sends what was noted.
    pub fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.port.progress(std::mem::take(&mut self.pending));
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.flush();
    }
}
