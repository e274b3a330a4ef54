//! Background steps: started without waiting, waited for, cancelled.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].background`
//! and its neighbours; details as actions/runner's `BackgroundStepCoordinator`: at most ten run at
//! once, and what one changes (outputs, variables, paths) counts from the moment it is waited for.
//! What nobody waits for is waited for before the post steps.

use std::sync::Arc;

use indexmap::IndexMap;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use windlass_github_syntax::workflow::{Step, StepKind};

use super::conditions::evaluate_boolean;
use super::context::Job;
use super::files::CommandFiles;
use super::lane::{Lane, Reporter};
use super::log::JobLog;
use super::state::{Ended, Frame, JobState, Outcome, StateChange};
use super::steps::{conclude, fail, run_step};

/// How many run at once.
const SLOTS: usize = 10;

/// The background steps of a job.
pub(crate) struct Background {
    started: IndexMap<String, Started>,
    slots: Arc<Semaphore>,
}

struct Started {
    cancel: watch::Sender<bool>,
    task: Option<JoinHandle<(Ended, Vec<StateChange>)>>,
    outcome: Option<Outcome>,
}

impl Background {
    /// None so far.
    pub fn new() -> Self {
        Background { started: IndexMap::new(), slots: Arc::new(Semaphore::new(SLOTS)) }
    }

    /// Starts a step and returns at once.
    pub fn start(
        &mut self,
        job: &Arc<Job>,
        lane: &mut Lane,
        state: &JobState,
        frame: &Frame,
        step: &Step,
    ) {
        let (cancel, cancelled) = watch::channel(false);
        lane.reporter.flush();
        let slots = self.slots.clone();
        let work = BackgroundStep {
            job: job.clone(),
            state: state.recording(),
            frame: frame.clone(),
            step: step.clone(),
            cancelled,
        };
        let task = tokio::spawn(async move { work.run(&slots).await });
        let started = Started { cancel, task: Some(task), outcome: None };
        self.started.insert(step.id.value.clone(), started);
    }

    /// A `wait`, `wait-all` or `cancel` step.
    pub async fn control(
        &mut self,
        job: &Arc<Job>,
        lane: &mut Lane,
        state: &mut JobState,
        frame: &mut Frame,
        step: &Step,
    ) -> Ended {
        let node = frame.node.child(&step.id.value);
        let start = lane.log.position();
        lane.reporter.begin(&node);
        let targets: Vec<String> = match &step.kind {
            StepKind::Wait { targets } => {
                targets.iter().map(|target| target.value.clone()).collect()
            }
            StepKind::Cancel { target } => vec![target.value.clone()],
            _ => self.running(),
        };
        let is_cancel = matches!(step.kind, StepKind::Cancel { .. });
        let verb = if is_cancel { "Cancelling" } else { "Waiting for" };
        let named = if targets.is_empty() { "none".to_owned() } else { targets.join(", ") };
        lane.log.line(&node, &format!("{verb} background step(s): {named}"));
        if is_cancel {
            for started in targets.iter().filter_map(|id| self.started.get(id)) {
                started.cancel.send_replace(true);
            }
        }
        lane.log.flush();
        lane.reporter.flush();
        let mut ended = Ended::new(Outcome::Success, None);
        for id in &targets {
            let Some(outcome) = self.complete(id, lane, state, frame).await else {
                ended = fail(job, lane, &node, &format!("No background step '{id}' was started."));
                continue;
            };
            lane.log.line(&node, &format!("  {id}: {}", outcome.word()));
            if !is_cancel && outcome == Outcome::Failure {
                let reason = format!("background step '{id}' failed");
                ended = Ended::new(Outcome::Failure, Some(reason));
            }
        }
        if let (Outcome::Failure, Some(template)) = (ended.outcome, &step.continue_on_error) {
            let layers = [&state.env, &frame.env];
            let scope = job.scope(state, frame, &layers, &[]);
            if evaluate_boolean(template, &scope) == Ok(true) {
                ended.conclusion = Outcome::Success;
            }
        }
        conclude(job, lane, &node, &ended, start);
        ended
    }

    /// A `parallel` step: all of its steps at once, then a wait for them.
    pub async fn run_parallel(
        &mut self,
        job: &Arc<Job>,
        lane: &mut Lane,
        state: &mut JobState,
        frame: &mut Frame,
        step: &Step,
        steps: &[Step],
    ) -> Ended {
        let node = frame.node.child(&step.id.value);
        let start = lane.log.position();
        lane.reporter.begin(&node);
        let inner = Frame { node: node.clone(), ..frame.clone() };
        for step in steps {
            self.start(job, lane, state, &inner, step);
        }
        let mut ended = Ended::new(Outcome::Success, None);
        for step in steps {
            let id = &step.id.value;
            if self.complete(id, lane, state, frame).await == Some(Outcome::Failure) {
                ended = Ended::new(Outcome::Failure, Some(format!("step '{id}' failed")));
            }
        }
        conclude(job, lane, &node, &ended, start);
        ended
    }

    /// Waits for all that nobody has waited for.
    pub async fn drain(&mut self, lane: &mut Lane, state: &mut JobState, frame: &mut Frame) {
        lane.reporter.flush();
        for id in self.running() {
            self.complete(&id, lane, state, frame).await;
        }
    }

    /// The steps that nobody has waited for.
    fn running(&self) -> Vec<String> {
        let running = self.started.iter().filter(|(_, started)| started.outcome.is_none());
        running.map(|(id, _)| id.clone()).collect()
    }

    /// Waits for a step and takes in what it changed; answers its conclusion. `None` when no such
    /// step was started.
    async fn complete(
        &mut self,
        id: &str,
        lane: &mut Lane,
        state: &mut JobState,
        frame: &mut Frame,
    ) -> Option<Outcome> {
        let started = self.started.get_mut(id)?;
        if let Some(task) = started.task.take() {
            let (ended, changes) = task.await.unwrap_or_else(|error| {
                let reason = format!("the step broke down: {error}");
                (Ended::new(Outcome::Failure, Some(reason)), Vec::new())
            });
            changes.into_iter().for_each(|change| state.apply(change));
            frame.record(id, &ended, state);
            started.outcome = Some(ended.conclusion);
            lane.reporter.flush();
        }
        started.outcome
    }
}

/// One step on its way into the background.
struct BackgroundStep {
    job: Arc<Job>,
    state: JobState,
    frame: Frame,
    step: Step,
    cancelled: watch::Receiver<bool>,
}

impl BackgroundStep {
    async fn run(mut self, slots: &Semaphore) -> (Ended, Vec<StateChange>) {
        let slot = tokio::select! {
            slot = slots.acquire() => slot.ok(),
            _ = self.cancelled.wait_for(|cancelled| *cancelled) => None,
        };
        let ended = match self.lane().await {
            Ok(mut lane) if slot.is_some() => {
                let ended =
                    run_step(&self.job, &mut lane, &mut self.state, &mut self.frame, &self.step);
                let ended = ended.await;
                lane.log.flush();
                ended
            }
            Ok(mut lane) => {
                let ended = Ended::new(Outcome::Cancelled, Some("it never started".to_owned()));
                let node = self.frame.node.child(&self.step.id.value);
                conclude(&self.job, &mut lane, &node, &ended, 0);
                ended
            }
            Err(problem) => Ended::new(Outcome::Failure, Some(problem)),
        };
        (ended, self.state.into_changes())
    }

    /// A lane of its own: with a log and command files that no other step uses.
    async fn lane(&self) -> Result<Lane, String> {
        let (job, id) = (&self.job, &self.step.id.value);
        let name = self.frame.node.child(id).to_string();
        let stream =
            job.port.log(&name).map_err(|error| format!("cannot open its log: {error}"))?;
        let suffix: String =
            id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let files = CommandFiles::create(&*job.session, &format!("background_{suffix}")).await;
        Ok(Lane {
            job_node: job.node.clone(),
            reporter: Reporter::new(job.port.clone()),
            log: JobLog::new(name, stream, job.masks.clone()),
            files: files.map_err(|error| error.to_string())?,
            name: format!("{suffix}_"),
            scripts: 0,
            stop: job.cancellation.receiver(),
            cancel: Some(self.cancelled.clone()),
            survives_cancel: false,
            program: None,
            deadline: None,
        })
    }
}
