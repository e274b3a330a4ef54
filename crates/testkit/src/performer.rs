//! A performer that answers by a script.

use std::sync::Arc;

use windlass_engine::{Performer, Performers, Port};
use windlass_kernel::{
    CancelReason, NodeId, Operation, OperationId, OperationKind, OperationResult, RunId,
};

type Script = dyn Fn(&NodeId, &Operation) -> OperationResult + Send + Sync;

/// Settles every operation at once, with the result that the script gives for it.
#[derive(Clone)]
pub struct ScriptedPerformer {
    script: Arc<Script>,
}

impl ScriptedPerformer {
    /// A performer of this script.
    pub fn new(
        script: impl Fn(&NodeId, &Operation) -> OperationResult + Send + Sync + 'static,
    ) -> Self {
        ScriptedPerformer { script: Arc::new(script) }
    }

    /// Performers that answer every kind of operation by this script.
    pub fn for_every_kind(self) -> Performers {
        let kinds = [
            OperationKind::RunJob,
            OperationKind::Lease,
            OperationKind::Exec,
            OperationKind::Gate,
            OperationKind::Lock,
            OperationKind::Sleep,
            OperationKind::SpawnRun,
            OperationKind::Fetch,
            OperationKind::Observe,
        ];
        let performer: Arc<dyn Performer> = Arc::new(self);
        kinds.into_iter().fold(Performers::default(), |all, kind| all.with(kind, performer.clone()))
    }
}

impl Performer for ScriptedPerformer {
    fn start(&self, operation: Operation, port: Port) {
        port.settle((self.script)(port.node(), &operation));
    }

    fn cancel(&self, _run: RunId, _id: OperationId, _reason: CancelReason) {}
}
