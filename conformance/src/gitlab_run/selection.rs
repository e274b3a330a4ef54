//! Which jobs of a pipeline a call runs.

use indexmap::IndexSet;
use windlass_gitlab_syntax::pipeline::{Job, Need, Pipeline, When};
use windlass_gitlab_syntax::{Compiled, Outcome};

use super::call::{Call, compared_name};

/// The names of the jobs: those that are named, with `needs` also those that they need, or all
/// that need nobody to start them.
///
/// # Errors
/// A job that is named is not there.
pub(super) fn chosen(call: &Call, compiled: &Compiled) -> Result<Vec<String>, String> {
    let none = Pipeline::default();
    let pipeline = match &compiled.outcome {
        Outcome::Pipeline(pipeline) => pipeline,
        _ => &none,
    };
    let named = &call.args.job;
    let mut chosen: IndexSet<&str> = IndexSet::new();
    for name in named {
        let wanted = compared_name(name);
        let fits = |job: &&Job| compared_name(&job.name) == wanted || job.base_name() == name;
        let mut fitting = pipeline.jobs.values().filter(fits).peekable();
        if fitting.peek().is_none() {
            return Err(format!("+no job {name}\n"));
        }
        chosen.extend(fitting.map(|job| job.name.as_str()));
    }
    if named.is_empty() {
        let runs = |job: &&Job| match &call.args.stage {
            Some(stage) => job.stage == *stage,
            None => !matches!(job.when, When::Manual | When::OnFailure),
        };
        chosen.extend(pipeline.jobs.values().filter(runs).map(|job| job.name.as_str()));
    }
    if call.args.needs || (named.is_empty() && call.args.stage.is_none()) {
        add_needed(pipeline, &mut chosen);
    }
    Ok(chosen.into_iter().map(compared_name).collect())
}

/// Adds what the chosen jobs need: of `needs`, else of the stages before theirs.
fn add_needed<'pipeline>(pipeline: &'pipeline Pipeline, chosen: &mut IndexSet<&'pipeline str>) {
    let stage = |job: &Job| pipeline.stages.iter().position(|stage| *stage == job.stage);
    let mut next = 0;
    while let Some(job) = chosen.get_index(next).and_then(|name| pipeline.jobs.get(*name)) {
        next += 1;
        match &job.needs {
            Some(needs) => chosen.extend(needs.iter().filter_map(|need| match need {
                Need::Job { job, .. } => Some(job.as_str()),
                _ => None,
            })),
            None => {
                let earlier = pipeline.jobs.values().filter(|other| stage(other) < stage(job));
                chosen.extend(
                    earlier
                        .filter(|other| other.when != When::Manual)
                        .map(|other| other.name.as_str()),
                );
            }
        }
    }
}
