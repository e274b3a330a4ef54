//! The driver's way through one job: set up, steps, posts, outputs, clean-up.
//!
//! As on GitHub a job has a first node `Set up job` and a last one `Complete job`; whatever goes
//! wrong before the first step is told in the log of the first.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_engine::{JobDriver, JobPort};
use windlass_kernel::{
    Annotation, AnnotationLevel, CancelReason, Change, JobOrder, JobResult, Status,
};

use super::actions::{self, SharedTrees};
use super::background::Background;
use super::cancellation::Stop;
use super::containers;
use super::context::Job;
use super::lane::Lane;
use super::options::GithubRunnerOptions;
use super::outline;
use super::outputs;
use super::setup::{self, Ready};
use super::state::{Ended, Frame, JobState, Outcome};
use super::steps::{conclude, fail, run_steps};
use crate::order::{GithubJobOrder, JobTicket};
use crate::program::Programs;

/// Runs GitHub jobs on this machine. One driver serves all jobs of a run.
pub struct GithubJobDriver {
    options: Arc<GithubRunnerOptions>,
    programs: Programs,
    trees: Arc<SharedTrees>,
}

impl GithubJobDriver {
    /// A driver with these options.
    pub fn new(options: GithubRunnerOptions) -> Self {
        GithubJobDriver {
            options: Arc::new(options),
            programs: Programs::default(),
            trees: Arc::default(),
        }
    }
}

impl GithubJobDriver {
    /// The job that an order means.
    fn redeem(&self, order: JobOrder, port: &JobPort) -> Result<GithubJobOrder, String> {
        let program = self.programs.of(port.run(), port.run_inputs()).map_err(|e| e.to_string())?;
        let ticket = JobTicket::from_payload(order.schema_version, order.payload);
        ticket.and_then(|ticket| ticket.redeem(&program)).map_err(|error| error.to_string())
    }
}

#[async_trait]
impl JobDriver for GithubJobDriver {
    async fn run(&self, order: JobOrder, port: JobPort) -> JobResult {
        let port = Arc::new(port);
        let order = match self.redeem(order, &port) {
            Ok(order) => order,
            Err(message) => return refuse(&port, &message),
        };
        match setup::prepare(order, self.options.clone(), port.clone(), self.trees.clone()).await {
            Ok(ready) => run(ready).await,
            Err(error) => refuse(&port, &error.to_string()),
        }
    }
}

/// A job that could not even be given a place to run.
fn refuse(port: &JobPort, message: &str) -> JobResult {
    let annotation = Annotation::on(port.node().clone(), AnnotationLevel::Error, message);
    port.progress(vec![Change::Annotate(annotation)]);
    result(Outcome::Failure, Stop::Going)
}

fn result(outcome: Outcome, stop: Stop) -> JobResult {
    let timed_out = outcome == Outcome::Cancelled && stop.reason() == Some(CancelReason::TimedOut);
    let status = if timed_out { Status::TimedOut } else { outcome.status() };
    JobResult { status, word: outcome.word().to_owned(), outputs: Default::default() }
}

/// Runs a job that has a place, to its end.
async fn run(ready: Ready) -> JobResult {
    let Ready { job, mut lane, mut state, directory, problem } = ready;
    let mut job = Arc::new(job);
    let mut frame = Frame::job(job.node.clone());
    let setup_node = outline::setup_node(&job.node);
    let is_ready = match problem {
        Some(problem) => Err(problem.into()),
        None => {
            let mut stop = lane.stop.clone();
            tokio::select! {
                prepared = actions::prepare(&job, &mut lane, &setup_node) => prepared,
                _ = stop.wait_for(|stop| *stop != Stop::Going) => {
                    Err("The operation was canceled.".to_owned().into())
                }
            }
        }
    };
    let ended = match &is_ready {
        Ok(()) => Ended::new(Outcome::Success, None),
        Err(problem) => {
            state.failed = true;
            setup::fail(&job, &mut lane, &setup_node, problem)
        }
    };
    conclude(&job, &mut lane, &setup_node, &ended, 0);
    let is_set_up = is_ready.is_ok();
    let has_containers = is_set_up && containers::are_asked_for(&job);
    let is_ready =
        is_set_up && (!has_containers || start_containers(&mut job, &mut lane, &mut state).await);
    if is_ready {
        let mut background = Background::new();
        actions::run_pre(&job, &mut lane, &mut state, &mut frame).await;
        let steps = &job.order.job.steps;
        run_steps(&job, &mut lane, &mut state, &mut frame, steps, Some(&mut background)).await;
        background.drain(&mut lane, &mut state, &mut frame).await;
    } else {
        outline::skip_all(&job, &mut lane, is_set_up);
    }
    actions::run_posts(&job, &mut lane, &mut state, &frame).await;
    if has_containers {
        containers::stop(&job, &mut lane).await;
    } else {
        containers::clear_after_actions(&job, &mut lane).await;
    }
    finish(job, lane, state, frame, directory).await
}

/// Starts the job's containers and moves it into its own; whether that went well.
async fn start_containers(job: &mut Arc<Job>, lane: &mut Lane, state: &mut JobState) -> bool {
    match Arc::get_mut(job) {
        Some(job) => containers::initialise(job, lane, state).await.is_ok(),
        None => {
            // The tasks that fetched actions have ended by now, and nobody else has the job.
            let node = outline::containers_node(&job.node);
            let ended = fail(job, lane, &node, "the job is still being set up");
            conclude(job, lane, &node, &ended, lane.log.position());
            state.failed = true;
            false
        }
    }
}

/// Outputs, clean-up, and how the job ended.
async fn finish(
    job: Arc<Job>,
    mut lane: Lane,
    mut state: JobState,
    frame: Frame,
    directory: setup::Directory,
) -> JobResult {
    let node = outline::complete_node(&job.node);
    let start = lane.log.position();
    lane.reporter.begin(&node);
    let had_failed = state.failed;
    let outputs = outputs::evaluate(&job, &mut lane, &mut state, &frame, &node);
    outputs::report_environment(&job, &mut lane, &state, &frame, &node);
    match job.host.close().await {
        Ok(closed) => {
            for (pid, name) in closed.orphans {
                let line = format!("Terminate orphan process: pid ({pid}) ({name})");
                lane.log.line(&node, &line);
            }
        }
        Err(error) => lane.log.issue(&node, "warning", &error.to_string()),
    }
    if let Some(error) = lane.log.error() {
        let message = format!("the log cannot be stored: {error}");
        state.failed = true;
        lane.reporter.add(Change::Annotate(super::steps::annotation(&job, &node, &message)));
    }
    let stop = job.cancellation.now();
    if stop.reason() == Some(CancelReason::TimedOut) {
        let message = "The job has exceeded its maximum execution time (`timeout-minutes`).";
        fail(&job, &mut lane, &node, message);
    }
    let is_fine = state.failed == had_failed;
    let ended = Ended::new(if is_fine { Outcome::Success } else { Outcome::Failure }, None);
    conclude(&job, &mut lane, &node, &ended, start);
    lane.log.flush();
    drop(lane);
    directory.release(&job.options);
    let outcome = match (stop, state.failed) {
        (Stop::Going, false) => Outcome::Success,
        (Stop::Going, true) => Outcome::Failure,
        _ => Outcome::Cancelled,
    };
    JobResult { outputs, ..result(outcome, stop) }
}
