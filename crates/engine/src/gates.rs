//! Decisions that somebody has to take, one question at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::task::AbortHandle;
use windlass_kernel::{
    CancelReason, GateDecision, GateSpec, Operation, OperationId, OperationResult, RunId,
};

use crate::{Performer, Port};

/// Whoever answers gates: a person at a terminal, a list of approvals on the command line, the
/// approvals page of a server.
#[async_trait]
pub trait Decider: Send + Sync {
    /// Waits for the decision.
    async fn decide(&self, run: RunId, gate: &GateSpec) -> GateDecision;
}

/// The performer of `Gate`: asks its decider, one gate after the other.
pub struct Gates {
    decider: Arc<dyn Decider>,
    turn: Arc<tokio::sync::Mutex<()>>,
    asking: Mutex<HashMap<(RunId, OperationId), (AbortHandle, Port)>>,
}

impl Gates {
    /// Gates answered by this decider.
    pub fn new(decider: Arc<dyn Decider>) -> Self {
        Gates { decider, turn: Arc::default(), asking: Mutex::default() }
    }
}

impl Performer for Gates {
    fn start(&self, operation: Operation, port: Port) {
        let Operation::Gate(gate) = operation else { return };
        let (decider, turn, answer) = (self.decider.clone(), self.turn.clone(), port.clone());
        let question = tokio::spawn(async move {
            let _turn = turn.lock().await;
            let decision = decider.decide(answer.run(), &gate).await;
            answer.settle(OperationResult::Decided(decision));
        });
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        asking.retain(|_, (question, _)| !question.is_finished());
        asking.insert((port.run(), port.id()), (question.abort_handle(), port));
    }

    fn cancel(&self, run: RunId, id: OperationId, _reason: CancelReason) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((question, port)) = asking.remove(&(run, id)) {
            question.abort();
            // Should the answer have come first, this settlement is passed over by the run.
            port.settle(OperationResult::Cancelled);
        }
    }
}
