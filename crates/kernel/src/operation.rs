//! The operations a process can ask for, and what each answers.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Status;

/// An effect in the world. The engine hands it to the performer for its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Run a job's steps beside a workspace of their own. Answered by `Job`.
    RunJob(JobOrder),
    /// Get hold of a place to run commands in. Answered by `Leased`; ends by `Release`.
    Lease(WorkerRequest),
    /// Run one command in a leased place. Answered by `Exited`.
    Exec(ExecSpec),
    /// Wait for a decision. Answered by `Decided`.
    Gate(GateSpec),
    /// Wait for a turn in a group. Answered by `Locked` or `Displaced`; ends by `Release`.
    Lock(LockSpec),
    /// Let time pass. Answered by `Elapsed`.
    Sleep {
        /// How long, in milliseconds.
        milliseconds: u64,
    },
    /// Run another pipeline. Answered by `Spawned`.
    SpawnRun(RunRequest),
    /// Bring a source here and pin it. Answered by `Fetched`.
    Fetch(SourceRequest),
    /// Look at the world. Answered by `Observed`.
    Observe(Observation),
}

/// The kind of an operation: what a performer registers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// See [`Operation::RunJob`].
    RunJob,
    /// See [`Operation::Lease`].
    Lease,
    /// See [`Operation::Exec`].
    Exec,
    /// See [`Operation::Gate`].
    Gate,
    /// See [`Operation::Lock`].
    Lock,
    /// See [`Operation::Sleep`].
    Sleep,
    /// See [`Operation::SpawnRun`].
    SpawnRun,
    /// See [`Operation::Fetch`].
    Fetch,
    /// See [`Operation::Observe`].
    Observe,
}

impl Operation {
    /// The kind of this operation.
    pub fn kind(&self) -> OperationKind {
        match self {
            Operation::RunJob(_) => OperationKind::RunJob,
            Operation::Lease(_) => OperationKind::Lease,
            Operation::Exec(_) => OperationKind::Exec,
            Operation::Gate(_) => OperationKind::Gate,
            Operation::Lock(_) => OperationKind::Lock,
            Operation::Sleep { .. } => OperationKind::Sleep,
            Operation::SpawnRun(_) => OperationKind::SpawnRun,
            Operation::Fetch(_) => OperationKind::Fetch,
            Operation::Observe(_) => OperationKind::Observe,
        }
    }
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationResult {
    /// A job ran to its end.
    Job(JobResult),
    /// A place is held.
    Leased {
        /// Its workspace, as commands see it.
        workspace: String,
    },
    /// A command ended.
    Exited {
        /// Its exit code; 128 + N after signal N.
        code: i32,
        /// What it printed, where it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
    },
    /// A gate was decided.
    Decided(GateDecision),
    /// The turn has come.
    Locked,
    /// A newer waiter took the place in the queue.
    Displaced,
    /// The time has passed.
    Elapsed,
    /// The other pipeline ended.
    Spawned {
        /// How.
        status: Status,
    },
    /// The source is here.
    Fetched(FetchedSource),
    /// What was seen.
    Observed(Value),
    /// It was stopped before it had a result.
    Cancelled,
    /// Whoever performed it is gone, and with it what it had done.
    Lost {
        /// What is known of it.
        reason: String,
    },
    /// It could not be performed.
    Failed {
        /// Why, and what to do about it.
        message: String,
    },
}

/// A job on its way to where it runs.
///
/// The steps travel unevaluated, as actions/runner's job message carries them; the engine does
/// not look into the payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobOrder {
    /// The dialect whose job driver understands the payload.
    pub dialect: String,
    /// The version of the payload's shape.
    pub schema_version: u32,
    /// The job, in the dialect's own shape.
    pub payload: Value,
    /// Where it may run.
    pub worker: WorkerRequest,
}

/// Where work may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerRequest {
    /// Labels that the worker has to have, all of them.
    pub labels: Vec<String>,
    /// The group of workers, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// What a job's driver found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobResult {
    /// How the job ended.
    pub status: Status,
    /// The dialect's own word for it.
    pub word: String,
    /// Values for later jobs, in the order of their declaration.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outputs: IndexMap<String, String>,
}

/// One command in a leased place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecSpec {
    /// The settled lease it runs in.
    pub lease: crate::OperationId,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Variables beside those of the place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Whether what it prints is wanted in the answer as well as in the log.
    #[serde(default)]
    pub capture: bool,
}

/// A decision that somebody has to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateSpec {
    /// What is decided on, such as an environment's name.
    pub name: String,
    /// The question as people read it.
    pub prompt: String,
    /// What can be entered with the decision: name to default.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, String>,
}

/// The answer to a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecision {
    /// Whether it may go on.
    pub approved: bool,
    /// Who decided.
    pub by: crate::Actor,
    /// What was entered.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub values: IndexMap<String, String>,
}

/// A turn in a group of which one member at a time may go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockSpec {
    /// The group's name, already in the dialect's normal form.
    pub group: String,
    /// Whether whoever holds the group is asked to stop.
    pub cancel_in_progress: bool,
    /// Whether all who wait keep their place; otherwise the newest waiter displaces the others.
    pub queue_all: bool,
    /// Who comes next.
    #[serde(default, skip_serializing_if = "LockOrder::is_first_come")]
    pub order: LockOrder,
    /// How new the part of the run is that wants the turn: later parts have higher numbers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: u32,
    /// The turn will be wanted later. Such a place is never given the turn, but where the order
    /// goes by age alone it keeps it from those behind; it ends by `Cancel`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_upcoming: bool,
}

/// Who comes next in a group. Runs are as old as their ids say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockOrder {
    /// Whoever came first.
    #[default]
    FirstCome,
    /// The oldest run; others wait for those of its places that are upcoming.
    Oldest,
    /// The newest run; others wait for those of its places that are upcoming.
    Newest,
    /// The newest run of those that wait.
    NewestWaiting,
}

impl LockOrder {
    fn is_first_come(&self) -> bool {
        *self == LockOrder::FirstCome
    }

    /// Whether places that are upcoming hold others back.
    #[must_use]
    pub fn heeds_upcoming(self) -> bool {
        matches!(self, LockOrder::Oldest | LockOrder::Newest)
    }
}

/// For `skip_serializing_if`, which hands a reference over.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Another pipeline to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The dialect's own description of it.
    pub payload: Value,
    /// Whether the answer comes at its end, not at its start.
    pub wait: bool,
}

/// A source that lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRequest {
    /// A Git address, or `owner/name` at the forge of the run.
    pub repository: String,
    /// Branch, tag or commit.
    pub reference: String,
    /// The file wanted of it, relative to its root; empty for the whole tree.
    pub path: String,
}

/// A source that is here now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedSource {
    /// The commit it was pinned to.
    pub commit: String,
    /// The wanted file's text.
    pub text: String,
}

/// A look at the world that a process may not take by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// The time, answered as RFC 3339 text in UTC.
    Clock,
    /// A random number, answered as 0 <= x < 2^53.
    Random,
}
