//! Which results of a run a rerun takes over.
//!
//! Source: GitHub Docs, "Re-running workflows and jobs": failed jobs run again with everything
//! that depends on them; with one job chosen, that job and everything that depends on it.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::EarlierRun;
use windlass_kernel::{Event, JobResult, NodeId, RunInputs, Status};

use crate::inputs::GithubRunInputs;

/// The results that are taken over, by the job's node: those of jobs that neither run again nor
/// depend on one that does. With `wanted` results of other jobs that failed are among them.
///
/// What runs again is `wanted`, nodes of jobs, else every job that did not succeed.
pub fn results_to_keep(events: &[Event], wanted: Option<&[NodeId]>) -> BTreeMap<String, JobResult> {
    let earlier = EarlierRun::of(events, taken_over);
    let again = runs_again(&earlier, wanted);
    earlier.keep(|node| again.contains(node))
}

fn taken_over(inputs: &RunInputs) -> BTreeMap<String, JobResult> {
    GithubRunInputs::read(inputs).map(|inputs| inputs.selection.settled).unwrap_or_default()
}

/// The chosen nodes and everything that depends on them.
fn runs_again(earlier: &EarlierRun, wanted: Option<&[NodeId]>) -> BTreeSet<NodeId> {
    let is_bad = |status: &Status| status.is_failure() || *status == Status::Cancelled;
    let chosen = |node: &&NodeId| match wanted {
        Some(wanted) => wanted.iter().any(|wanted| lies_in(node.as_str(), wanted.as_str())),
        None => earlier.ends.get(*node).is_some_and(is_bad),
    };
    let mut open: Vec<&NodeId> = earlier.needs.keys().filter(chosen).collect();
    let mut again = BTreeSet::new();
    while let Some(node) = open.pop() {
        if node.is_run() || !again.insert(node.clone()) {
            continue;
        }
        // Whoever waits for the node, or for what it lies in; and all that lies in those.
        let waits =
            |needs: &[NodeId]| needs.iter().any(|need| lies_in(node.as_str(), need.as_str()));
        for (dependant, _) in earlier.needs.iter().filter(|(_, needs)| waits(needs)) {
            let inside = earlier.needs.keys();
            open.extend(inside.filter(|it| lies_in(it.as_str(), dependant.as_str())));
        }
    }
    again
}

/// Whether a path is another one or lies below it.
fn lies_in(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
