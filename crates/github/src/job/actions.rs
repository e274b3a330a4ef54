//! Steps that use an action: where it comes from, and how its kind is run.
//!
//! Source: GitHub Docs, "Metadata syntax reference" and "Workflow syntax for GitHub Actions",
//! `jobs.<job_id>.steps[*].uses`.

use std::sync::Arc;

use windlass_diagnostics::Spanned;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{ActionReference, Step};

use windlass_kernel::NodeId;

use super::context::Job;
use super::lane::Lane;
use super::state::{Ended, Frame, JobState};
use super::steps::{Prepared, fail};

/// The actions of a job that are ready to run.
#[derive(Debug, Default)]
pub(crate) struct ActionStore;

/// The post part of an action.
#[derive(Debug)]
pub(crate) struct PostStep;

/// A `uses` step.
pub(crate) struct UsesStep<'a> {
    pub step: &'a Step,
    pub uses: &'a Spanned<String>,
    pub action: &'a ActionReference,
    pub with: Option<&'a Template>,
}

/// Runs a `uses` step.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    _state: &mut JobState,
    _frame: &mut Frame,
    prepared: &Prepared,
    step: UsesStep<'_>,
) -> Ended {
    let _ = (step.step, step.action, step.with);
    let message = format!("Action '{}' cannot be run yet.", step.uses.value);
    fail(job, lane, &prepared.node, &message)
}

/// Brings all actions of a job here before its first step.
///
/// # Errors
/// Which one cannot be had, and why.
pub(crate) async fn prepare(
    _job: &Arc<Job>,
    _lane: &mut Lane,
    _state: &mut JobState,
    _node: &NodeId,
) -> Result<(), String> {
    Ok(())
}

/// Runs the pre parts of the actions.
pub(crate) async fn run_pre(_: &Arc<Job>, _: &mut Lane, _: &mut JobState, _: &mut Frame) {}

/// Runs the post parts of the actions.
pub(crate) async fn run_posts(_: &Arc<Job>, _: &mut Lane, _: &mut JobState) {}
