//! The vocabulary every part shares: ids, nodes, commands, facts, events, and the process trait.
//!
//! No I/O, no async, no clock, no word of any dialect. A dialect supplies a [`Process`]: a
//! deterministic value that is fed facts and answers with commands. The engine journals both and
//! performs what the commands ask for; everything people see is a fold over the [`Event`]s.

mod command;
mod event;
mod fact;
mod id;
mod node;
mod operation;
mod process;
mod update;

pub use command::{CancelReason, Command};
pub use event::{Body, EVENT_SCHEMA, Event};
pub use fact::{Actor, Fact, RunInputs};
pub use id::{NodeId, OperationId, RunId};
pub use node::{Node, NodeKind, Origin, Status};
pub use operation::{
    ExecSpec, FetchedSource, GateDecision, GateSpec, JobOrder, JobResult, LockOrder, LockSpec,
    Observation, Operation, OperationKind, OperationResult, RunRequest, SourceRequest,
    WorkerRequest,
};
pub use process::{Process, ProcessError};
pub use update::{Annotation, AnnotationLevel, Change, LogSlice, Update};
