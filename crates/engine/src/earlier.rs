//! An earlier run by its events: what a run that repeats a part of it may take over.
//!
//! Which results those are is the dialect's to say; how they are read from the record is the same
//! for all.

use std::collections::{BTreeMap, HashMap};

use windlass_kernel::{
    Body, Command, Event, Fact, JobResult, NodeId, Operation, OperationId, OperationResult,
    RunInputs, Status,
};

/// What the events of a run say of its jobs.
#[derive(Debug, Default)]
pub struct EarlierRun {
    /// Every declared node with what it waits for.
    pub needs: BTreeMap<NodeId, Vec<NodeId>>,
    /// How nodes ended.
    pub ends: BTreeMap<NodeId, Status>,
    /// What jobs came to, each by its last attempt.
    pub results: BTreeMap<NodeId, JobResult>,
}

impl EarlierRun {
    /// Reads the events. The run may itself have taken results over; `taken_over` reads them, by
    /// the job's node, from what it started from.
    pub fn of(
        events: &[Event],
        taken_over: impl Fn(&RunInputs) -> BTreeMap<String, JobResult>,
    ) -> Self {
        let mut earlier = EarlierRun::default();
        let mut jobs: HashMap<OperationId, NodeId> = HashMap::new();
        for event in events {
            match &event.body {
                Body::Fact(Fact::Created(inputs)) => {
                    let results = taken_over(inputs).into_iter();
                    earlier
                        .results
                        .extend(results.map(|(node, result)| (NodeId::new(node), result)));
                }
                Body::Command(Command::Declare(node)) => {
                    earlier.needs.insert(node.id.clone(), node.after.clone());
                }
                Body::Command(Command::Begin { id, node, operation: Operation::RunJob(_) }) => {
                    jobs.insert(*id, node.clone());
                }
                Body::Command(Command::Conclude { node, status, .. }) => {
                    earlier.ends.insert(node.clone(), *status);
                }
                Body::Fact(Fact::Settled { id, result: OperationResult::Job(result) }) => {
                    if let Some(node) = jobs.remove(id) {
                        earlier.results.insert(node, result.clone());
                    }
                }
                _ => {}
            }
        }
        earlier
    }

    /// The results of all jobs that do not run again, by their nodes.
    pub fn keep(self, runs_again: impl Fn(&NodeId) -> bool) -> BTreeMap<String, JobResult> {
        let kept = self.results.into_iter().filter(|(node, _)| !runs_again(node));
        kept.map(|(node, result)| (node.to_string(), result)).collect()
    }
}
