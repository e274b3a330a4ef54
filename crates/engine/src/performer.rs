//! Those who act: what a performer promises, and the port by which it answers.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::mpsc::UnboundedSender;
use windlass_kernel::{
    Actor, CancelReason, NodeId, Operation, OperationId, OperationKind, OperationResult, RunId,
    RunInputs, Update,
};

/// Performs operations of some kinds.
///
/// `start` returns at once; the work goes on in a task of its own and ends by exactly one
/// [`Port::settle`], also after `cancel`. A performer may be asked to resume an operation that an
/// earlier process of the program began: it re-attaches, begins anew or settles it as lost.
pub trait Performer: Send + Sync {
    /// Begins an operation.
    fn start(&self, operation: Operation, port: Port);

    /// Takes up an operation that was under way when the program ended.
    ///
    /// Beginning anew suits whatever has no trace outside (a sleep, a lock, a gate's question).
    fn resume(&self, operation: Operation, port: Port) {
        self.start(operation, port);
    }

    /// Asks an operation under way to stop. It settles as soon as it has. Unknown or settled
    /// operations are passed over: a cancel may cross a settlement.
    fn cancel(&self, run: RunId, id: OperationId, reason: CancelReason);

    /// Gives back what a settled lease or lock holds; also called for each that is still held
    /// when its run ends.
    fn release(&self, _run: RunId, _id: OperationId) {}
}

/// What the engine is told from outside a run's own task.
#[derive(Debug)]
pub(crate) enum Message {
    Progress(OperationId, Update),
    Settled(OperationId, OperationResult),
    CancelRequested(NodeId, Actor),
}

/// The way back from an operation to its run.
#[derive(Clone, Debug)]
pub struct Port {
    pub(crate) run: RunId,
    pub(crate) id: OperationId,
    pub(crate) node: NodeId,
    pub(crate) inputs: Arc<RunInputs>,
    pub(crate) messages: UnboundedSender<Message>,
}

impl Port {
    /// The run that asked.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The operation this port is for.
    pub fn id(&self) -> OperationId {
        self.id
    }

    /// The node the operation works for.
    pub fn node(&self) -> &NodeId {
        &self.node
    }

    /// What the run started from; orders refer to it for what all jobs share.
    pub fn run_inputs(&self) -> &Arc<RunInputs> {
        &self.inputs
    }

    /// Reports what changed.
    pub fn progress(&self, update: impl Into<Update>) {
        self.send(Message::Progress(self.id, update.into()));
    }

    /// Ends the operation.
    pub fn settle(&self, result: OperationResult) {
        self.send(Message::Settled(self.id, result));
    }

    /// Asks the run to stop the node that this operation works for.
    pub fn request_cancel(&self, by: Actor) {
        self.send(Message::CancelRequested(self.node.clone(), by));
    }

    /// A run that has ended takes no messages; what comes late is of no use to anybody.
    fn send(&self, message: Message) {
        let _ = self.messages.send(message);
    }
}

/// The performers of an engine, by the kind of operation.
#[derive(Clone, Default)]
pub struct Performers {
    by_kind: HashMap<OperationKind, Arc<dyn Performer>>,
}

impl Performers {
    /// Registers a performer for a kind; the last one registered serves it.
    pub fn with(mut self, kind: OperationKind, performer: Arc<dyn Performer>) -> Self {
        self.by_kind.insert(kind, performer);
        self
    }

    pub(crate) fn get(&self, kind: OperationKind) -> Option<&Arc<dyn Performer>> {
        self.by_kind.get(&kind)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn Performer>> {
        self.by_kind.values()
    }
}
