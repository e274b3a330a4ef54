//! Whether what the command line picks out is there: events, jobs, combinations, replacements.

use std::path::Path;

use windlass_github::{event::Decision, launch::Compiled};
use windlass_github_syntax::{schema::events, workflow::Workflow};

use super::{choose::Chosen, sources::is_address};
use crate::{arguments, exit::Failure};

/// Refuses an event that GitHub does not have: a workflow could never be started by it.
pub fn check_event(name: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name.filter(|name| !events::NAMES.contains(name)) else { return Ok(()) };
    let plain = |name: &str| name.replace(['-', '_', ' '], "").to_lowercase();
    let meant = events::NAMES.iter().find(|known| plain(known) == plain(name));
    let hint = meant.map_or_else(
        || "see \"Events that trigger workflows\" of the GitHub documentation".to_owned(),
        |meant| format!("did you mean {meant}?"),
    );
    Err(Failure::refused_because(format!("there is no event '{name}'; {hint}")))
}

/// Refuses `--action` values that cannot be meant.
pub fn check_actions(given: &[(String, String)]) -> Result<(), Failure> {
    for (name, place) in given {
        let mut parts = name.split('/');
        let is_name = matches!(
            (parts.next(), parts.next(), parts.next()),
            (Some(owner), Some(repository), None) if !owner.is_empty() && !repository.is_empty()
        );
        if !is_name {
            return Err(Failure::refused_because(format!(
                "--action {name}={place}: '{name}' is not of the form OWNER/REPO"
            )));
        }
        if !is_address(place) && !Path::new(place).is_dir() {
            return Err(Failure::refused_because(format!(
                "--action {name}={place}: there is no folder '{place}'"
            )));
        }
    }
    Ok(())
}

/// Leaves out the workflows without any of the jobs that were asked for.
///
/// # Errors
/// When a job is in none of the workflows that start, or a combination is asked for where no job
/// has a matrix.
pub fn narrow(chosen: Vec<Chosen>, arguments: &arguments::Run) -> Result<Vec<Chosen>, Failure> {
    let starts = |one: &Chosen| matches!(one.decision, Some(Decision::Runs));
    let workflows: Vec<&Workflow> =
        chosen.iter().filter(|one| starts(one)).filter_map(|one| one.compiled.workflow()).collect();
    if workflows.is_empty() {
        return Ok(chosen);
    }
    for job in &arguments.job {
        if !workflows.iter().any(|workflow| workflow.jobs.contains_key(job.as_str())) {
            let mut names: Vec<&str> =
                workflows.iter().flat_map(|it| it.jobs.keys().map(String::as_str)).collect();
            names.dedup();
            return Err(Failure::refused_because(format!(
                "there is no job '{job}'; there are: {}",
                names.join(", ")
            )));
        }
    }
    if let Some((key, value)) = arguments.matrix.first()
        && !workflows.iter().any(|workflow| has_matrix(workflow))
    {
        return Err(Failure::refused_because(format!(
            "--matrix {key}={value}: no job here has a matrix"
        )));
    }
    let is_wanted = |compiled: &Compiled| {
        arguments.job.is_empty()
            || compiled.workflow().is_none_or(|workflow| {
                arguments.job.iter().any(|job| workflow.jobs.contains_key(job.as_str()))
            })
    };
    Ok(chosen.into_iter().filter(|one| !starts(one) || is_wanted(&one.compiled)).collect())
}

fn has_matrix(workflow: &Workflow) -> bool {
    workflow.jobs.values().any(|job| job.strategy.as_ref().is_some_and(|it| it.matrix().is_some()))
}
