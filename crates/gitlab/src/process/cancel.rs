//! Cancelling: the whole run, one job, or a pipeline whose job failed.

use windlass_kernel::{Actor, CancelReason, Command, NodeId};

use super::{Run, graph::JobKey, tally::End};

impl Run {
    pub(super) fn cancel_requested(&mut self, node: &NodeId, by: &Actor) {
        let reason = match by {
            Actor::Concurrency(_) => CancelReason::Superseded,
            Actor::Person(_) | Actor::System(_) => CancelReason::Requested,
        };
        let why = format!("canceled by {by}");
        if node.is_run() {
            return self.stop_pipeline(0, reason, &why);
        }
        let keys = self.pipelines.iter().enumerate().flat_map(|(pipeline, state)| {
            let jobs = state.jobs.iter().enumerate().filter(|(_, job)| {
                job.node == *node || state.stages[job.stage].node.as_ref() == Some(node)
            });
            jobs.map(move |(job, _)| JobKey { pipeline, job })
        });
        let keys: Vec<JobKey> = keys.collect();
        for key in keys {
            self.stop_job(key, reason, &why);
        }
    }

    /// Stops everything of a pipeline; none of its jobs starts any more.
    pub(super) fn stop_pipeline(&mut self, pipeline: usize, reason: CancelReason, why: &str) {
        self.pipelines[pipeline].stopped.get_or_insert_with(|| why.to_owned());
        for job in 0..self.pipelines[pipeline].jobs.len() {
            self.stop_job(JobKey { pipeline, job }, reason, why);
        }
    }

    /// Stops a job that has not ended, whatever it is doing.
    fn stop_job(&mut self, key: JobKey, reason: CancelReason, why: &str) {
        let job = self.job(key);
        if !job.is_wanted || job.end.is_some() {
            return;
        }
        match (job.operation, job.downstream) {
            (Some(id), _) => self.commands.push(Command::Cancel { id, reason }),
            (None, Some(downstream)) => self.stop_pipeline(downstream, reason, why),
            (None, None) => self.end_job(key, End::Canceled, Some(why.to_owned())),
        }
    }
}
