//! Time: the performer of `Sleep`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::task::AbortHandle;
use windlass_kernel::{CancelReason, Operation, OperationId, OperationResult, RunId};

use crate::{Performer, Port};

/// Lets time pass. After a restart a sleep begins anew.
#[derive(Default)]
pub struct Timers {
    sleeping: Mutex<HashMap<(RunId, OperationId), (AbortHandle, Port)>>,
}

impl Performer for Timers {
    fn start(&self, operation: Operation, port: Port) {
        let Operation::Sleep { milliseconds } = operation else { return };
        let waker = port.clone();
        let sleep = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            waker.settle(OperationResult::Elapsed);
        });
        let mut sleeping = self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
        sleeping.retain(|_, (sleep, _)| !sleep.is_finished());
        sleeping.insert((port.run(), port.id()), (sleep.abort_handle(), port));
    }

    fn cancel(&self, run: RunId, id: OperationId, _reason: CancelReason) {
        let mut sleeping = self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sleep, port)) = sleeping.remove(&(run, id)) {
            sleep.abort();
            port.settle(OperationResult::Cancelled);
        }
    }
}
