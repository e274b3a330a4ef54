//! What a process of the program that was killed left running: cleared away before its run goes on.

use std::collections::BTreeSet;

use windlass_github::job::session_id;
use windlass_kernel::{Body, Command, Event, Fact, Operation, OperationId, RunId};

/// Kills what the jobs that were under way when a run was interrupted left running; answers pid
/// and name of each.
pub fn kill(run: RunId, events: &[Event]) -> Vec<(u32, String)> {
    let open = jobs_under_way(events).into_iter();
    open.map(|operation| windlass_session::tracking_id_of(&session_id(run, operation)))
        .flat_map(|tracking_id| windlass_session::kill_leftovers(&tracking_id))
        .collect()
}

/// The operations that run jobs and have not settled.
fn jobs_under_way(events: &[Event]) -> BTreeSet<OperationId> {
    let mut open = BTreeSet::new();
    for event in events {
        match &event.body {
            Body::Command(Command::Begin { id, operation: Operation::RunJob(_), .. }) => {
                open.insert(*id);
            }
            Body::Fact(Fact::Settled { id, .. }) => {
                open.remove(id);
            }
            _ => {}
        }
    }
    open
}
