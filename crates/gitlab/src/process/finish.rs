//! Ends: of jobs, stages, downstream pipelines and the run.
//!
//! Source: "CI/CD YAML syntax reference", sections `retry`, `allow_failure:exit_codes`,
//! `trigger:strategy` and `workflow:auto_cancel:on_job_failure`.

use windlass_gitlab_syntax::pipeline::{AllowFailure, OnJobFailure, Retry};
use windlass_kernel::{OperationResult, Status};

use super::{
    Run,
    graph::{JobKey, PipelineState},
    tally::End,
};
use crate::{
    downstream::DownstreamPipeline,
    report::{FailureReason, JobReport},
};

impl Run {
    pub(super) fn job_settled(&mut self, key: JobKey, result: &OperationResult) {
        let system_failure = |message: &String| {
            let failure = Some(FailureReason::RunnerSystemFailure);
            let report = JobReport { failure, ..JobReport::default() };
            (Status::Failed, report, Some(message.clone()))
        };
        let (status, mut report, reason) = match result {
            OperationResult::Job(result) => (result.status, JobReport::of(result), None),
            OperationResult::Failed { message } => system_failure(message),
            OperationResult::Lost { reason } => system_failure(reason),
            _ => (Status::Cancelled, JobReport::default(), None),
        };
        let is_stopped = self.pipelines[key.pipeline].stopped.is_some();
        if status.is_failure() && !is_stopped && self.is_retried(key, &report) {
            // As it is a new job to GitLab, nothing of the failed one is kept.
            return self.start_job(key);
        }
        let downstream = report.downstream.take();
        if report.has_artifacts || !report.dotenv.is_empty() {
            self.pipelines[key.pipeline].producers.push(key.job);
        }
        self.job_mut(key).report = report;
        match (status, downstream) {
            (Status::Succeeded | Status::Warning, Some(downstream)) if !is_stopped => {
                self.open_downstream(key, downstream);
            }
            (Status::Succeeded | Status::Warning, _) => self.end_job(key, End::Passed, None),
            (Status::Failed | Status::TimedOut, _) => self.fail_job(key, status, reason),
            (Status::Cancelled, _) => {
                let reason = self.pipelines[key.pipeline].stopped.clone();
                self.end_job(key, End::Canceled, reason);
            }
            (Status::Skipped, _) => self.end_job(key, End::Skipped, reason),
        }
    }

    fn is_retried(&self, key: JobKey, report: &JobReport) -> bool {
        let retry = &self.pipelines[key.pipeline].definition(key.job).retry;
        self.job(key).attempts <= retry.max && is_worth_a_retry(retry, report)
    }

    fn fail_job(&mut self, key: JobKey, status: Status, reason: Option<String>) {
        let report = &self.job(key).report;
        let reason = reason.or_else(|| {
            let timed_out = status == Status::TimedOut;
            let code = report.exit_code.map(|code| format!("exit code {code}"));
            code.or_else(|| timed_out.then(|| "it ran longer than it may".to_owned()))
                .or_else(|| report.failure.map(|failure| failure.word().replace('_', " ")))
        });
        let is_allowed = match &self.pipelines[key.pipeline].definition(key.job).allow_failure {
            AllowFailure::No => false,
            AllowFailure::Yes => true,
            AllowFailure::ExitCodes(codes) => {
                report.exit_code.is_some_and(|code| codes.contains(&code))
            }
        };
        let end = match (is_allowed, status) {
            (true, _) => End::Allowed,
            (false, Status::TimedOut) => End::TimedOut,
            (false, _) => End::Failed,
        };
        self.end_job(key, end, reason);
    }

    /// Makes the triggered pipeline a part of the run. Without a strategy the trigger job has done
    /// its work with that.
    fn open_downstream(&mut self, key: JobKey, downstream: DownstreamPipeline) {
        let DownstreamPipeline { pipeline, context } = downstream;
        let bridge = Some((key, self.job(key).node.clone()));
        self.pipelines.push(PipelineState::new(pipeline, context, bridge, None));
        let opened = self.pipelines.len() - 1;
        self.job_mut(key).downstream = Some(opened);
        if !self.is_waited_for(key) {
            self.release_turn(key);
            self.release_dependents(key);
            self.pass(key, End::Passed);
        }
        self.open_pipeline(opened);
    }

    /// Whether a trigger job ends with the pipeline that it triggered.
    pub(super) fn is_waited_for(&self, key: JobKey) -> bool {
        let definition = self.pipelines[key.pipeline].definition(key.job);
        definition.trigger.as_ref().is_some_and(|trigger| trigger.strategy.is_some())
    }

    /// Ends a job: gives back its turn, and gives those behind it theirs.
    pub(super) fn end_job(&mut self, key: JobKey, end: End, reason: Option<String>) {
        if self.job(key).end.is_some() {
            return;
        }
        self.job_mut(key).end = Some(end);
        self.give_up_place(key);
        self.release_turn(key);
        let node = self.job(key).node.clone();
        self.conclude(node, end.words(), reason);
        if end.is_failure() {
            self.cancel_on_failure(key);
        }
        self.release_dependents(key);
        let had_passed = self.job(key).has_passed;
        self.pass(key, end);
        let stage = self.job(key).stage;
        let stage = &mut self.pipelines[key.pipeline].stages[stage];
        if had_passed {
            stage.tally.add(key.job, end);
        }
        stage.unfinished -= 1;
        if stage.unfinished == 0
            && let Some(node) = stage.node.clone()
        {
            let words = stage.tally.words();
            self.conclude(node, words, None);
        }
        self.pipelines[key.pipeline].unfinished -= 1;
        self.end_pipeline_if_done(key.pipeline);
    }

    fn release_dependents(&mut self, key: JobKey) {
        let dependents = std::mem::take(&mut self.job_mut(key).dependents);
        for job in dependents {
            let dependent = JobKey { job, ..key };
            let state = self.job_mut(dependent);
            state.waits -= 1;
            if state.waits == 0 {
                self.ready.push_back(dependent);
            }
        }
    }

    /// Later stages need not wait for a job any more. What an optional manual job or a trigger job
    /// without strategy comes to later is of no interest to them.
    pub(super) fn pass(&mut self, key: JobKey, end: End) {
        if std::mem::replace(&mut self.job_mut(key).has_passed, true) {
            return;
        }
        let stage = self.job(key).stage;
        let stage = &mut self.pipelines[key.pipeline].stages[stage];
        stage.tally.add(key.job, end);
        stage.blocking -= 1;
        self.pass_stages(key.pipeline);
    }

    /// Opens the stages that are no longer held back.
    pub(super) fn pass_stages(&mut self, pipeline: usize) {
        loop {
            let state = &mut self.pipelines[pipeline];
            match state.stages.get(state.open_stage) {
                Some(stage) if stage.blocking == 0 => {
                    state.prior.merge(&stage.tally);
                    state.open_stage += 1;
                    self.release_stage(pipeline);
                }
                _ => return,
            }
        }
    }

    /// Gives the jobs of the first open stage their turn.
    pub(super) fn release_stage(&mut self, pipeline: usize) {
        let state = &mut self.pipelines[pipeline];
        if let Some(stage) = state.stages.get_mut(state.open_stage) {
            let jobs = std::mem::take(&mut stage.waiting);
            self.ready.extend(jobs.into_iter().map(|job| JobKey { pipeline, job }));
        }
    }

    /// Ends a pipeline whose last job has ended: the run, or what the trigger job waits for.
    pub(super) fn end_pipeline_if_done(&mut self, pipeline: usize) {
        let state = &self.pipelines[pipeline];
        if state.unfinished > 0 {
            return;
        }
        let mut tally = state.prior;
        state.stages.iter().for_each(|stage| tally.merge(&stage.tally));
        let Some(bridge) = state.bridge else {
            let node = state.node.clone();
            return self.conclude(node, tally.words(), None);
        };
        if !self.is_waited_for(bridge) {
            return self.end_job(bridge, End::Passed, None);
        }
        match tally.end() {
            End::Failed => {
                let reason = "the pipeline that it triggered failed".to_owned();
                self.fail_job(bridge, Status::Failed, Some(reason));
            }
            end => self.end_job(bridge, end, None),
        }
    }

    /// `workflow:auto_cancel:on_job_failure`.
    fn cancel_on_failure(&mut self, key: JobKey) {
        let pipeline = &self.pipelines[key.pipeline];
        let is_wanted = pipeline.pipeline.auto_cancel.on_job_failure == OnJobFailure::All;
        if is_wanted && pipeline.stopped.is_none() {
            let name = pipeline.name(key.job);
            let why = format!("'{name}' failed (workflow:auto_cancel:on_job_failure)");
            self.stop_pipeline(key.pipeline, windlass_kernel::CancelReason::FailFast, &why);
        }
    }
}

/// Whether a failure is of the kind that is tried again: any where neither `when` nor `exit_codes`
/// names some, else one that either of them names.
fn is_worth_a_retry(retry: &Retry, report: &JobReport) -> bool {
    let failure = report.failure.unwrap_or_default();
    let is_named = |word: &String| word == "always" || word == failure.word();
    (retry.when.is_empty() && retry.exit_codes.is_empty())
        || retry.when.iter().any(is_named)
        || report.exit_code.is_some_and(|code| retry.exit_codes.contains(&code))
}
