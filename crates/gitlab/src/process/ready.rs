//! What becomes of a job whose turn has come: it is skipped, asked about, put off, made to wait for
//! its resource group, or started.
//!
//! Source: "CI/CD YAML syntax reference", sections `when` and `needs`.

use windlass_gitlab_syntax::pipeline::{AllowFailure, When};
use windlass_kernel::{Actor, GateSpec, Operation, OperationResult};

use super::{
    Purpose, Run,
    graph::JobKey,
    tally::{End, Tally},
};

impl Run {
    /// Decides on every job whose turn has come. A skipped job may give others their turn.
    pub(super) fn decide_ready_jobs(&mut self) {
        while let Some(key) = self.ready.pop_front() {
            if self.job(key).end.is_some() {
                continue;
            }
            if let Some(reason) = self.pipelines[key.pipeline].stopped.clone() {
                self.end_job(key, End::Canceled, Some(reason));
                continue;
            }
            match self.refusal(key) {
                Some(reason) => self.end_job(key, End::Skipped, Some(reason)),
                None => self.admit(key),
            }
        }
    }

    /// Why a job is not to run, by the ends of those before it.
    fn refusal(&self, key: JobKey) -> Option<String> {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job);
        let named = |job: usize| format!("'{}'", pipeline.name(job));
        let before = match &definition.needs {
            None => pipeline.prior,
            Some(_) => {
                let mut tally = Tally::default();
                for need in pipeline.needed(key.job) {
                    if let Some(end) = pipeline.jobs[need].end {
                        tally.add(need, end);
                    }
                }
                tally
            }
        };
        if let Some(job) = before.blocked {
            return Some(format!("{} was not started, and it waits for that", named(job)));
        }
        // A job that was skipped holds back those that need it, but not later stages.
        let skipped = before.skipped.filter(|_| definition.needs.is_some());
        match definition.when {
            When::Always => None,
            When::OnFailure => match (before.failed, skipped) {
                (Some(_), None) => None,
                _ => Some("no job before it failed".to_owned()),
            },
            When::OnSuccess | When::Manual | When::Delayed => skipped
                .map(|job| format!("{}, which it needs, did not run", named(job)))
                .or_else(|| before.failed.map(|job| format!("{} failed", named(job))))
                .or_else(|| before.canceled.map(|job| format!("{} was canceled", named(job)))),
        }
    }

    /// Starts a job, or what comes before its start.
    fn admit(&mut self, key: JobKey) {
        let definition = self.pipelines[key.pipeline].definition(key.job);
        match definition.when {
            When::Manual if self.is_named(key) => {
                self.job_mut(key).is_manual = true;
                self.take_turn(key);
            }
            When::Manual => {
                let name = definition.name.clone();
                let question = format!("Manual job '{name}' of stage {}", definition.stage);
                let prompt = match &definition.manual_confirmation {
                    Some(confirmation) => format!("{question}: {confirmation}"),
                    None => question,
                };
                let fields = Default::default();
                // A manual job is none of the upcoming ones until somebody starts it.
                self.give_up_place(key);
                self.begin(key, Operation::Gate(GateSpec { name, prompt, fields }), Purpose::Gate);
                if self.is_optional(key) {
                    self.pass(key, End::ManualOptional);
                }
            }
            When::Delayed => {
                let delay = definition.start_in.unwrap_or_default();
                let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
                self.begin(key, Operation::Sleep { milliseconds }, Purpose::Delay);
            }
            When::OnSuccess | When::OnFailure | When::Always => self.take_turn(key),
        }
    }

    /// Whether a person named the job when the run was started.
    fn is_named(&self, key: JobKey) -> bool {
        let definition = self.pipelines[key.pipeline].definition(key.job);
        let is_this = |name: &String| *name == definition.name || name == definition.base_name();
        key.pipeline == 0 && self.named.iter().any(is_this)
    }

    /// Whether the pipeline goes on without a manual job ("Job control", types of manual jobs).
    fn is_optional(&self, key: JobKey) -> bool {
        self.pipelines[key.pipeline].definition(key.job).allow_failure == AllowFailure::Yes
    }

    pub(super) fn gate_settled(&mut self, key: JobKey, result: &OperationResult) {
        match result {
            OperationResult::Decided(decision) if decision.approved => {
                self.job_mut(key).is_manual = true;
                self.go_on(key);
            }
            OperationResult::Decided(decision) => {
                let optional = self.is_optional(key);
                let end = if optional { End::ManualOptional } else { End::ManualBlocking };
                self.end_job(key, end, Some(not_started(&decision.by)));
            }
            other => self.could_not_wait(key, other),
        }
    }

    pub(super) fn delay_settled(&mut self, key: JobKey, result: &OperationResult) {
        match result {
            OperationResult::Elapsed => self.go_on(key),
            other => self.could_not_wait(key, other),
        }
    }

    /// The wait is over; the pipeline may have been stopped meanwhile.
    fn go_on(&mut self, key: JobKey) {
        match self.pipelines[key.pipeline].stopped.clone() {
            Some(reason) => self.end_job(key, End::Canceled, Some(reason)),
            None => self.take_turn(key),
        }
    }

    pub(super) fn could_not_wait(&mut self, key: JobKey, result: &OperationResult) {
        match result {
            OperationResult::Failed { message } => {
                self.end_job(key, End::Failed, Some(message.clone()));
            }
            OperationResult::Lost { reason } => {
                self.end_job(key, End::Failed, Some(reason.clone()));
            }
            _ => {
                let reason = self.pipelines[key.pipeline].stopped.clone();
                self.end_job(key, End::Canceled, reason);
            }
        }
    }
}

/// Why a manual job does not run.
fn not_started(by: &Actor) -> String {
    match by {
        Actor::System(why) => format!("not started: {why}"),
        by => format!("not started by {by}"),
    }
}
