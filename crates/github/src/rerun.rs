//! Which results of a run a rerun takes over.
//!
//! Source: GitHub Docs, "Re-running workflows and jobs": failed jobs run again with everything
//! that depends on them; with one job chosen, that job and everything that depends on it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use windlass_kernel::{
    Body, Command, Event, Fact, JobResult, NodeId, Operation, OperationId, OperationResult,
    RunInputs, Status,
};

use crate::inputs::GithubRunInputs;

/// The results that are taken over, by the job's node: those of jobs that neither run again nor
/// depend on one that does. With `wanted` results of other jobs that failed are among them.
///
/// What runs again is `wanted`, a job's node or what its node lies below, else every job that did
/// not succeed.
pub fn results_to_keep(events: &[Event], wanted: Option<&str>) -> BTreeMap<String, JobResult> {
    let earlier = Earlier::of(events);
    let again = earlier.runs_again(wanted);
    let kept = earlier.results.into_iter().filter(|(node, _)| !again.contains(node));
    kept.map(|(node, result)| (node.to_string(), result)).collect()
}

/// What the events say of the jobs.
#[derive(Default)]
struct Earlier {
    /// Every declared node with what it waits for.
    needs: BTreeMap<NodeId, Vec<NodeId>>,
    /// Nodes that failed or were cancelled.
    bad: BTreeSet<NodeId>,
    /// How jobs ended.
    results: BTreeMap<NodeId, JobResult>,
}

impl Earlier {
    fn of(events: &[Event]) -> Self {
        let mut earlier = Earlier::default();
        let mut jobs: HashMap<OperationId, NodeId> = HashMap::new();
        for event in events {
            match &event.body {
                Body::Fact(Fact::Created(inputs)) => earlier.take_over(inputs),
                Body::Command(Command::Declare(node)) => {
                    earlier.needs.insert(node.id.clone(), node.after.clone());
                }
                Body::Command(Command::Begin { id, node, operation: Operation::RunJob(_) }) => {
                    jobs.insert(*id, node.clone());
                }
                Body::Command(Command::Conclude { node, status, .. })
                    if status.is_failure() || *status == Status::Cancelled =>
                {
                    earlier.bad.insert(node.clone());
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

    /// The run may itself have taken results over.
    fn take_over(&mut self, inputs: &RunInputs) {
        let settled = GithubRunInputs::read(inputs).map(|inputs| inputs.selection.settled);
        let settled = settled.unwrap_or_default().into_iter();
        self.results.extend(settled.map(|(node, result)| (NodeId::new(node), result)));
    }

    /// The chosen nodes and everything that depends on them.
    fn runs_again(&self, wanted: Option<&str>) -> BTreeSet<NodeId> {
        let chosen = |node: &&NodeId| match wanted {
            Some(wanted) => lies_in(node.as_str(), wanted),
            None => self.bad.contains(*node),
        };
        let mut open: Vec<&NodeId> = self.needs.keys().filter(chosen).collect();
        let mut again = BTreeSet::new();
        while let Some(node) = open.pop() {
            if node.is_run() || !again.insert(node.clone()) {
                continue;
            }
            // Whoever waits for the node, or for what it lies in; and all that lies in those.
            let waits =
                |needs: &[NodeId]| needs.iter().any(|need| lies_in(node.as_str(), need.as_str()));
            for (dependant, _) in self.needs.iter().filter(|(_, needs)| waits(needs)) {
                let inside = self.needs.keys();
                open.extend(inside.filter(|it| lies_in(it.as_str(), dependant.as_str())));
            }
        }
        again
    }
}

/// Whether a path is another one or lies below it.
fn lies_in(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
