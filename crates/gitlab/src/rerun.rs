//! Which results of a run a rerun takes over: those that GitLab's "Retry" leaves alone.
//!
//! Source: "CI/CD jobs" (<https://docs.gitlab.com/ci/jobs/>), "Retry jobs": failed and canceled
//! jobs run again, jobs that were skipped because of them get their turn, and what passed stays as
//! it is with its artifacts and variables. "Downstream pipelines"
//! (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/>), recreate a downstream pipeline:
//! a trigger job that runs again makes a new pipeline.

use std::collections::{BTreeMap, HashSet};

use windlass_engine::EarlierRun;
use windlass_kernel::{Event, JobResult, NodeId, RunInputs, Status};

use crate::inputs::GitlabRunInputs;

/// The results that are taken over, by the job's node.
///
/// The `wanted` jobs run again, else all that did not pass, those that were allowed to fail among
/// them. Jobs that had no result, since they were skipped or never started, are decided on anew in
/// any case.
pub fn results_to_keep(events: &[Event], wanted: Option<&[NodeId]>) -> BTreeMap<String, JobResult> {
    let earlier = EarlierRun::of(events, taken_over);
    let again: HashSet<String> = match wanted {
        Some(wanted) => wanted.iter().map(NodeId::to_string).collect(),
        None => {
            let passed = |node: &NodeId| earlier.ends.get(node) == Some(&Status::Succeeded);
            let bad = earlier.results.keys().filter(|node| !passed(node));
            bad.map(NodeId::to_string).collect()
        }
    };
    earlier.keep(|node| with_all_above(node.as_str()).any(|node| again.contains(node)))
}

fn taken_over(inputs: &RunInputs) -> BTreeMap<String, JobResult> {
    GitlabRunInputs::read(inputs).map(|inputs| inputs.selection.settled).unwrap_or_default()
}

/// A path and those it lies below: a job of a downstream pipeline lies below its trigger job.
fn with_all_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}
