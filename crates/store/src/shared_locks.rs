//! The performer of `Lock` for runs of several processes: turns as [`Store`] keeps them.
//!
//! One task does everything in the order in which it was asked for, and looks now and then at what
//! other processes did.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use windlass_engine::{Performer, Port};
use windlass_kernel::{
    Actor, CancelReason, LockSpec, Operation, OperationId, OperationResult, RunId,
};

use crate::{GroupClaim, GroupState, Store};

/// How long a change by another process may go unnoticed. Those of this process are seen at once.
const INTERVAL: Duration = Duration::from_millis(150);

/// Lets runs of all processes that use one state directory take turns.
///
/// A turn ends when it is released, or with the process that holds it.
pub struct SharedLocks {
    store: Arc<Store>,
    project: String,
    requests: OnceLock<UnboundedSender<Request>>,
}

enum Request {
    Claim(LockSpec, Port),
    Cancel(RunId, OperationId),
    Release(RunId, OperationId),
}

impl SharedLocks {
    /// Turns in the groups of a project, named by its root directory.
    pub fn new(store: Arc<Store>, project: impl Into<String>) -> Self {
        SharedLocks { store, project: project.into(), requests: OnceLock::new() }
    }

    /// The task is made by the first request, inside the runtime that the engine uses. It ends
    /// when the performer is gone.
    fn ask(&self, request: Request) {
        let requests = self.requests.get_or_init(|| {
            let (sender, receiver) = unbounded_channel();
            let turns = Turns {
                store: self.store.clone(),
                project: self.project.clone(),
                open: HashMap::new(),
            };
            tokio::spawn(turns.serve(receiver));
            sender
        });
        // A runtime that shuts down needs no turns any more.
        let _ = requests.send(request);
    }
}

impl Performer for SharedLocks {
    fn start(&self, operation: Operation, port: Port) {
        if let Operation::Lock(spec) = operation {
            self.ask(Request::Claim(spec, port));
        }
    }

    fn cancel(&self, run: RunId, id: OperationId, _reason: CancelReason) {
        self.ask(Request::Cancel(run, id));
    }

    fn release(&self, run: RunId, id: OperationId) {
        self.ask(Request::Release(run, id));
    }
}

/// What the task knows of the claims of this process.
struct Turns {
    store: Arc<Store>,
    project: String,
    open: HashMap<(RunId, OperationId), Turn>,
}

struct Turn {
    group: String,
    port: Port,
    /// It is not looked at, since it is never given the turn.
    is_upcoming: bool,
    is_held: bool,
    was_asked: bool,
}

impl Turns {
    async fn serve(mut self, mut requests: UnboundedReceiver<Request>) {
        loop {
            let request = if self.open.is_empty() {
                requests.recv().await.map(Some)
            } else {
                match tokio::time::timeout(INTERVAL, requests.recv()).await {
                    Ok(request) => request.map(Some),
                    Err(_) => Some(None),
                }
            };
            match request {
                None => return,
                Some(None) => {}
                Some(Some(Request::Claim(spec, port))) => self.claim(spec, port).await,
                Some(Some(Request::Cancel(run, id))) => self.cancel(run, id).await,
                Some(Some(Request::Release(run, id))) => {
                    self.open.remove(&(run, id));
                    // Should this fail, the turn ends with the process.
                    let _ = self.store.leave_group(run, id).await;
                }
            }
            self.look().await;
        }
    }

    async fn claim(&mut self, lock: LockSpec, port: Port) {
        let (run, operation) = (port.run(), port.id());
        let (group, is_upcoming) = (lock.group.clone(), lock.is_upcoming);
        let claim = GroupClaim { project: self.project.clone(), run, operation, lock };
        match self.store.claim_group(&claim).await {
            Ok(_) => {
                let turn = Turn { group, port, is_upcoming, is_held: false, was_asked: false };
                self.open.insert((run, operation), turn);
            }
            Err(error) => port.settle(OperationResult::Failed { message: error.to_string() }),
        }
    }

    /// Only a waiter can be cancelled; a turn that is held ends by its release.
    async fn cancel(&mut self, run: RunId, id: OperationId) {
        if self.open.get(&(run, id)).is_some_and(|turn| !turn.is_held)
            && let Some(turn) = self.open.remove(&(run, id))
        {
            let _ = self.store.leave_group(run, id).await;
            turn.port.settle(OperationResult::Cancelled);
        }
    }

    /// Tells each claim what became of it. A database that fails for a moment is asked again.
    async fn look(&mut self) {
        let mut displaced = Vec::new();
        for (key, turn) in self.open.iter_mut().filter(|(_, turn)| !turn.is_upcoming) {
            match self.store.group_state(key.0, key.1).await {
                Ok(GroupState::Held { cancel_asked }) => {
                    if !std::mem::replace(&mut turn.is_held, true) {
                        turn.port.settle(OperationResult::Locked);
                    }
                    if cancel_asked && !std::mem::replace(&mut turn.was_asked, true) {
                        turn.port.request_cancel(Actor::Concurrency(turn.group.clone()));
                    }
                }
                Ok(GroupState::Displaced) => displaced.push(*key),
                Ok(GroupState::Waiting) | Err(_) => {}
            }
        }
        for key in displaced {
            let _ = self.store.leave_group(key.0, key.1).await;
            if let Some(turn) = self.open.remove(&key).filter(|turn| !turn.is_held) {
                turn.port.settle(OperationResult::Displaced);
            }
        }
    }
}
