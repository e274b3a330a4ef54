//! Turns in groups: at most one holder, who waits in which order, and who gives way.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use windlass_kernel::{
    Actor, CancelReason, LockSpec, Operation, OperationId, OperationResult, RunId,
};

use crate::{Performer, Port};

/// The performer of `Lock`, for the runs of one engine.
///
/// The rules are GitHub's ("Control the concurrency of workflows and jobs"): one holder; a newer
/// waiter displaces those who wait unless the group queues all; with `cancel_in_progress` the
/// holder is asked to stop.
#[derive(Clone, Default)]
pub struct Locks {
    groups: Arc<Mutex<HashMap<String, Group>>>,
}

#[derive(Default)]
struct Group {
    holder: Option<Port>,
    waiting: VecDeque<Port>,
}

impl Performer for Locks {
    fn start(&self, operation: Operation, port: Port) {
        let Operation::Lock(spec) = operation else { return };
        self.with_groups(|groups| groups.entry(spec.group.clone()).or_default().ask(&spec, port));
    }

    fn cancel(&self, run: RunId, id: OperationId, _reason: CancelReason) {
        self.with_groups(|groups| {
            for group in groups.values_mut() {
                group.waiting.retain(|port| {
                    let stays = !is(port, run, id);
                    if !stays {
                        port.settle(OperationResult::Cancelled);
                    }
                    stays
                });
            }
        });
    }

    fn release(&self, run: RunId, id: OperationId) {
        self.with_groups(|groups| {
            groups.retain(|_, group| {
                if group.holder.as_ref().is_some_and(|port| is(port, run, id)) {
                    group.holder = None;
                    group.hand_over();
                }
                group.holder.is_some()
            });
        });
    }
}

impl Locks {
    fn with_groups(&self, work: impl FnOnce(&mut HashMap<String, Group>)) {
        work(&mut self.groups.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Group {
    fn ask(&mut self, spec: &LockSpec, port: Port) {
        if !spec.queue_all {
            for displaced in self.waiting.drain(..) {
                displaced.settle(OperationResult::Displaced);
            }
        }
        if spec.cancel_in_progress
            && let Some(holder) = &self.holder
        {
            holder.request_cancel(Actor::Concurrency(spec.group.clone()));
        }
        self.waiting.push_back(port);
        if self.holder.is_none() {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.holder = self.waiting.pop_front();
        if let Some(holder) = &self.holder {
            holder.settle(OperationResult::Locked);
        }
    }
}

fn is(port: &Port, run: RunId, id: OperationId) -> bool {
    port.run() == run && port.id() == id
}
