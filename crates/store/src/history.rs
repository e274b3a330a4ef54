//! What a list of runs knows of each of them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use windlass_kernel::{RunId, Status};

use crate::Owner;

/// A run that is about to start.
#[derive(Clone, Debug, Default)]
pub struct NewRun {
    /// The project's root directory, absolute; runs are numbered and listed by it.
    pub project: String,
    /// The dialect, such as `github`.
    pub dialect: String,
    /// What people call the pipeline.
    pub title: String,
    /// The pipeline's file, relative to the project's root.
    pub workflow: String,
    /// The event that it runs for, such as `push`.
    pub event: String,
    /// The Git ref, such as `refs/heads/main`.
    pub git_ref: String,
    /// The commit.
    pub sha: String,
    /// Whatever the caller wants to find again when the run is resumed or run again.
    pub settings: Value,
    /// The run that this one repeats; the new one's attempt is one higher.
    pub rerun_of: Option<RunId>,
}

/// A run as the list of runs has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRecord {
    /// Its id everywhere.
    pub id: RunId,
    /// Its number among the runs of its project, from 1; never given twice.
    pub number: u64,
    /// The project's root directory.
    pub project: String,
    /// 1, or one more than that of the run it repeats.
    pub attempt: u64,
    /// The run it repeats.
    pub rerun_of: Option<RunId>,
    /// The dialect.
    pub dialect: String,
    /// What people call the pipeline.
    pub title: String,
    /// The pipeline's file, relative to the project's root.
    pub workflow: String,
    /// The event that it ran for.
    pub event: String,
    /// The Git ref.
    pub git_ref: String,
    /// The commit.
    pub sha: String,
    /// The caller's own notes, see [`NewRun::settings`].
    pub settings: Value,
    /// When it was created, to the millisecond.
    pub created_at: Timestamp,
    /// When it ended, to the millisecond.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub status: Option<Status>,
    /// The process that runs it, or ran it last.
    pub owner: Owner,
    /// Who asked for it to be cancelled.
    pub cancel_by: Option<String>,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunProgress {
    /// Its process lives.
    UnderWay,
    /// Its process died before it ended; it can be resumed.
    Interrupted,
    /// It ended.
    Ended(Status),
}

impl RunRecord {
    /// Where the run is now. Looks at the processes of this machine.
    pub fn progress(&self) -> RunProgress {
        match self.status {
            Some(status) => RunProgress::Ended(status),
            None if self.owner.is_alive() => RunProgress::UnderWay,
            None => RunProgress::Interrupted,
        }
    }
}
