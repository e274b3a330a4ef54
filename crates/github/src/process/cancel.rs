//! Cancelling: the whole run, one job, or whoever holds a concurrency group.
//!
//! GitHub Docs, "Workflow cancellation reference": the server evaluates the `if` of every running
//! job again; a job whose condition is still true goes on, all others are cancelled.

use windlass_kernel::{Actor, CancelReason, Command, NodeId};

use super::{
    Run,
    graph::{JobKey, LegKey},
};

impl Run {
    pub(super) fn cancel_requested(&mut self, node: &NodeId, by: &Actor) {
        let reason = match by {
            Actor::Concurrency(_) => CancelReason::Superseded,
            Actor::Person(_) | Actor::System(_) => CancelReason::Requested,
        };
        let why = format!("cancelled by {by}");
        if node.is_run() {
            return self.cancel_run(reason, &why);
        }
        if let Some(leg) = self.leg_at(node)
            && self.leg(leg).outcome.is_none()
        {
            return self.stop_leg(leg, reason, &why);
        }
        let job = self.calls.iter().enumerate().find_map(|(call, it)| {
            let job = it.jobs.iter().position(|job| job.node == *node)?;
            Some(JobKey { call, job })
        });
        if let Some(key) = job {
            self.cancel_job(key, reason, &why);
        }
    }

    /// Stops a job that has not ended, whatever it is doing; none of its legs starts any more.
    pub(super) fn cancel_job(&mut self, key: JobKey, reason: CancelReason, why: &str) {
        if self.calls[key.call].jobs[key.job].legs.legs.is_empty() {
            return self.end_job(key, super::graph::Outcome::Cancelled, Some(why.to_owned()));
        }
        self.calls[key.call].jobs[key.job].legs.stopped = true;
        for leg in 0..self.calls[key.call].jobs[key.job].legs.legs.len() {
            let key = LegKey { job: key, leg };
            if self.leg(key).outcome.is_none() {
                self.stop_leg(key, reason, why);
            }
        }
    }

    /// The second request finds `cancelled` set and stops what the first one let go on.
    fn cancel_run(&mut self, reason: CancelReason, why: &str) {
        let again = std::mem::replace(&mut self.cancelled, true);
        // The run still waits for its turn: nothing of it has started.
        if let Some(id) = self.run_lock.filter(|id| self.purposes.contains_key(id)) {
            return self.commands.push(Command::Cancel { id, reason });
        }
        for call in 0..self.calls.len() {
            for job in 0..self.calls[call].jobs.len() {
                let key = JobKey { call, job };
                let under_way = !self.calls[call].jobs[job].legs.legs.is_empty()
                    && self.calls[call].jobs[job].end.is_none();
                if under_way && (again || !self.still_wanted(key)) {
                    self.cancel_job(key, reason, why);
                }
            }
        }
    }

    /// Whether a job's condition holds although the run is cancelled.
    fn still_wanted(&self, key: JobKey) -> bool {
        let job = &self.calls[key.call].workflow.jobs[key.job];
        let value = job.condition.expression.evaluate(&self.job_scope(key));
        value.is_ok_and(|value| value.is_truthy())
    }
}
