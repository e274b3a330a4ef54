//! Ends: of legs, jobs, called workflows and the run.

use windlass_github_syntax::expression::Value;
use windlass_kernel::{CancelReason, Command, NodeId, NodeKind, Status};

use super::{
    Run,
    graph::{JobEnd, JobKey, LegKey, Outcome},
    scope::{Chain, JobScope, object, text},
};

impl Run {
    pub(super) fn end_leg(&mut self, key: LegKey, outcome: Outcome, reason: Option<String>) {
        self.finish_leg(key, outcome, outcome.status(), reason);
    }

    /// Ends a leg, frees its place for the next one and, after the last, ends the job.
    pub(super) fn finish_leg(
        &mut self,
        key: LegKey,
        outcome: Outcome,
        status: Status,
        reason: Option<String>,
    ) {
        let leg = self.leg_mut(key);
        if leg.outcome.is_some() {
            return;
        }
        let tolerated = leg.tolerated && outcome == Outcome::Failure;
        let node = leg.node.clone();
        let operation = leg.operation;
        // For jobs that need it, a tolerated failure is a success.
        leg.outcome = Some(if tolerated { Outcome::Success } else { outcome });
        // What failed in an earlier run stops nothing in this one.
        let is_news = !self.selection.settled.contains_key(node.as_str());
        let status = if tolerated { Status::Warning } else { status };
        self.conclude_as(node, status, outcome.word(), reason);
        if operation.is_some() {
            self.cancel_operation(key, CancelReason::Requested);
        }
        self.release_lock(key);
        let legs = &mut self.calls[key.job.call].jobs[key.job.job].legs;
        legs.running -= 1;
        legs.unfinished -= 1;
        let is_failure = outcome == Outcome::Failure && !tolerated && is_news;
        if is_failure && legs.fail_fast && !legs.stopped {
            legs.stopped = true;
            self.stop_siblings(key);
        }
        if self.calls[key.job.call].jobs[key.job.job].legs.unfinished == 0 {
            self.end_expanded_job(key.job);
        } else {
            self.start_legs(key.job);
        }
    }

    /// `fail-fast`: running legs are cancelled, those that wait never start.
    fn stop_siblings(&mut self, failed: LegKey) {
        for leg in 0..self.calls[failed.job.call].jobs[failed.job.job].legs.legs.len() {
            let key = LegKey { leg, ..failed };
            if self.leg(key).outcome.is_none() && leg != failed.leg {
                self.stop_leg(key, CancelReason::FailFast, "another leg of its matrix failed");
            }
        }
    }

    /// Stops a leg whatever it is doing; one that was never started ends here.
    pub(super) fn stop_leg(&mut self, key: LegKey, reason: CancelReason, why: &str) {
        let started = key.leg < self.calls[key.job.call].jobs[key.job.job].legs.next;
        if let Some(call) = self.leg(key).called {
            self.stop_call(call, reason, why);
        } else if started {
            self.cancel_operation(key, reason);
        } else {
            let legs = &mut self.calls[key.job.call].jobs[key.job.job].legs;
            legs.unfinished -= 1;
            let leg = &mut legs.legs[key.leg];
            leg.outcome = Some(Outcome::Cancelled);
            let node = leg.node.clone();
            self.conclude(node, Outcome::Cancelled, Some(why.to_owned()));
        }
    }

    fn stop_call(&mut self, call: usize, reason: CancelReason, why: &str) {
        for job in 0..self.calls[call].jobs.len() {
            if self.calls[call].jobs[job].end.is_none() {
                self.cancel_job(JobKey { call, job }, reason, why);
            }
        }
    }

    fn end_expanded_job(&mut self, key: JobKey) {
        let job = &self.calls[key.call].jobs[key.job];
        let outcome = Outcome::of_all(job.legs.legs.iter().filter_map(|leg| leg.outcome));
        // A leg that is the job itself has concluded the job's node already.
        let alone = job.legs.legs.iter().any(|leg| leg.node == job.node);
        let outputs =
            object(job.legs.outputs.iter().map(|(name, value)| (name.as_str(), text(value))));
        if !alone {
            let node = job.node.clone();
            self.conclude(node, outcome, None);
        }
        self.settle_job(key, outcome, outputs);
    }

    /// Ends a job that has no legs: skipped, or failed before it could have any.
    pub(super) fn end_job(&mut self, key: JobKey, outcome: Outcome, reason: Option<String>) {
        if self.calls[key.call].jobs[key.job].end.is_some() {
            return;
        }
        let mut node = self.job_node(key);
        let id = node.id.clone();
        if node.kind == NodeKind::Group {
            // A matrix or a call that never came to be is shown as one job, as on GitHub.
            node.kind = NodeKind::Job;
            self.declare(node);
        }
        self.conclude(id, outcome, reason);
        self.settle_job(key, outcome, object([]));
    }

    /// Records a job's end and frees what waits for it.
    fn settle_job(&mut self, key: JobKey, outcome: Outcome, outputs: Value) {
        let own =
            Chain { succeeded: outcome == Outcome::Success, failed: outcome == Outcome::Failure };
        let chain = self.chain_before(key).and(own);
        let call = &mut self.calls[key.call];
        let job = &mut call.jobs[key.job];
        job.chain = chain;
        job.end = Some(JobEnd { outcome, outputs });
        for at in job.dependants.clone() {
            let dependant = &mut call.jobs[at];
            dependant.waiting -= 1;
            if dependant.waiting == 0 && dependant.end.is_none() {
                self.ready.push_back(JobKey { call: key.call, job: at });
            }
        }
        call.unfinished -= 1;
        if call.unfinished == 0 {
            self.end_call(key.call);
        }
    }

    /// Ends a workflow: the run itself, or the leg that called it, with its outputs.
    pub(super) fn end_call(&mut self, call: usize) {
        let ended = &self.calls[call];
        let outcomes = ended.jobs.iter().filter_map(|job| Some(job.end.as_ref()?.outcome));
        let outcome = match Outcome::of_all(outcomes) {
            _ if self.cancelled && call == 0 => Outcome::Cancelled,
            outcome => outcome,
        };
        let Some(caller) = ended.caller else {
            if let Some(id) = self.run_lock.take() {
                self.commands.push(Command::Release { id });
            }
            let timed_out = self.timed_out && outcome == Outcome::Cancelled && !self.cancelled;
            let status = if timed_out { Status::TimedOut } else { outcome.status() };
            return self.conclude_as(NodeId::run(), status, outcome.word(), None);
        };
        match self.call_outputs(call) {
            Ok(outputs) => {
                let legs = &mut self.calls[caller.job.call].jobs[caller.job.job].legs;
                legs.outputs.retain(|(name, _)| outputs.iter().all(|(own, _)| own != name));
                legs.outputs.extend(outputs);
                self.end_leg(caller, outcome, None);
            }
            Err(reason) => self.end_leg(caller, Outcome::Failure, Some(reason)),
        }
    }

    /// `on.workflow_call.outputs`, evaluated with the `jobs` of the call.
    fn call_outputs(&self, call: usize) -> Result<Vec<(String, String)>, String> {
        let ended = &self.calls[call];
        let scope = JobScope { jobs: ended.jobs_context(), ..self.call_scope(call) };
        let Some(declared) = ended.workflow.on.workflow_call() else { return Ok(Vec::new()) };
        let outputs = declared.outputs.iter().map(|(name, output)| {
            let value = output.value.evaluate_string(&scope).map_err(|error| error.to_string())?;
            Ok((name.clone(), value))
        });
        outputs.collect()
    }
}
