//! Which jobs of a pipeline are wanted, when not all are.

use std::collections::HashSet;

use windlass_gitlab_syntax::Pipeline;
use windlass_gitlab_syntax::pipeline::Need;

use crate::inputs::Selection;

/// The numbers of the wanted jobs; `None` for all.
pub(super) fn wanted_jobs(pipeline: &Pipeline, selection: &Selection) -> Option<HashSet<usize>> {
    if selection.is_everything() {
        return None;
    }
    let is_named = |name: &str, base: &str| {
        selection.jobs.iter().any(|wanted| wanted == name || wanted == base)
    };
    let named = pipeline.jobs.iter().enumerate().filter(|(_, (name, job))| {
        is_named(name, job.base_name()) || selection.stage.as_ref() == Some(&job.stage)
    });
    let mut open: Vec<usize> = named.map(|(index, _)| index).collect();
    let mut wanted: HashSet<usize> = open.iter().copied().collect();
    while selection.with_needs
        && let Some(job) = open.pop()
    {
        for before in waits_for(pipeline, job) {
            if wanted.insert(before) {
                open.push(before);
            }
        }
    }
    Some(wanted)
}

/// The jobs that have to end before this one: its `needs`, or all of earlier stages.
fn waits_for(pipeline: &Pipeline, job: usize) -> Vec<usize> {
    let Some((_, job)) = pipeline.jobs.get_index(job) else { return Vec::new() };
    match &job.needs {
        Some(needs) => {
            let names = needs.iter().filter_map(|need| match need {
                Need::Job { job, .. } => Some(job),
                _ => None,
            });
            names.filter_map(|name| pipeline.jobs.get_index_of(name)).collect()
        }
        None => {
            let stage_of = |name: &str| pipeline.stages.iter().position(|stage| stage == name);
            let own = stage_of(&job.stage);
            let jobs = pipeline.jobs.values().enumerate();
            jobs.filter(|(_, other)| stage_of(&other.stage) < own).map(|(index, _)| index).collect()
        }
    }
}
