//! What becomes of a job whose turn has come: it is skipped, asked about, put off, made to wait for
//! its resource group, or started.
//!
//! Source: "CI/CD YAML syntax reference", sections `when`, `needs` and `resource_group`; "Resource
//! group".

use windlass_gitlab_syntax::Levels;
use windlass_gitlab_syntax::pipeline::{AllowFailure, Need, When};
use windlass_kernel::{
    GateSpec, JobOrder, LockSpec, Operation, OperationId, OperationResult, WorkerRequest,
};

use super::{
    Purpose, Run,
    graph::JobKey,
    tally::{End, Tally},
};
use crate::{
    job::predefined,
    order::{ArtifactSource, DIALECT, GitlabJobOrder, ORDER_SCHEMA},
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
                self.end_job(key, end, Some(format!("not started by {}", decision.by)));
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

    pub(super) fn lock_settled(&mut self, key: JobKey, id: OperationId, result: &OperationResult) {
        match result {
            OperationResult::Locked => {
                self.job_mut(key).lock = Some(id);
                if let Some(reason) = self.pipelines[key.pipeline].stopped.clone() {
                    return self.end_job(key, End::Canceled, Some(reason));
                }
                self.start_job(key);
            }
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

    fn could_not_wait(&mut self, key: JobKey, result: &OperationResult) {
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

    /// Waits for the turn in the job's resource group, where it has one.
    fn take_turn(&mut self, key: JobKey) {
        let definition = self.pipelines[key.pipeline].definition(key.job);
        let group =
            definition.resource_group.as_ref().map(|group| self.levels(key).merged().expand(group));
        match group.filter(|group| !group.is_empty()) {
            Some(group) => {
                let group = format!("resource_group/{group}");
                let lock = LockSpec { group, cancel_in_progress: false, queue_all: true };
                self.begin(key, Operation::Lock(lock), Purpose::Lock);
            }
            None => self.start_job(key),
        }
    }

    /// The variables that a job has, as far as they are known before it runs.
    fn levels(&self, key: JobKey) -> Levels {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job);
        let mut predefined = self.predefined.clone();
        predefined.overlay(&pipeline.context.predefined);
        predefined.overlay(&predefined::of_job(definition));
        Levels {
            predefined,
            configuration: definition.variables.clone(),
            pipeline: pipeline.context.variables.as_ref().unwrap_or(&self.variables).clone(),
            ..Levels::default()
        }
    }

    /// Hands a job to its driver, for the first time or again.
    pub(super) fn start_job(&mut self, key: JobKey) {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job).clone();
        let sources = self.artifact_sources(key);
        let mut order = GitlabJobOrder {
            pipeline: pipeline.context.for_jobs(),
            is_manual: self.job(key).is_manual,
            ..GitlabJobOrder::default()
        };
        for source in sources {
            let job = self.job(source);
            order.dotenv.overlay(&job.report.dotenv);
            if job.report.has_artifacts {
                let name = self.pipelines[source.pipeline].name(source.job).to_owned();
                order.artifacts_from.push(ArtifactSource { name, node: job.node.to_string() });
            }
        }
        let worker = WorkerRequest { labels: definition.tags.clone(), group: None };
        order.job = definition;
        let Ok(payload) = serde_json::to_value(&order) else {
            return self.end_job(key, End::Failed, Some("the job cannot be written down".into()));
        };
        self.job_mut(key).attempts += 1;
        let (dialect, schema_version) = (DIALECT.to_owned(), ORDER_SCHEMA);
        let order = JobOrder { dialect, schema_version, payload, worker };
        self.begin(key, Operation::RunJob(order), Purpose::Job);
    }

    /// The jobs whose artifacts and reported variables a job gets, earlier stages first ("CI/CD
    /// YAML syntax reference", sections `dependencies`, `needs:artifacts` and
    /// `needs:pipeline:job`).
    fn artifact_sources(&self, key: JobKey) -> Vec<JobKey> {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job);
        let wanted = |job: usize| {
            match (&definition.dependencies, &definition.needs) {
            (Some(names), _) if !names.iter().any(|name| name == pipeline.name(job)) => false,
            (_, Some(needs)) => needs.iter().any(|need| {
                matches!(need, Need::Job { job: name, artifacts: true, .. } if name == pipeline.name(job))
            }),
            (_, None) => pipeline.jobs[job].stage < pipeline.jobs[key.job].stage,
        }
        };
        let mut own: Vec<usize> =
            pipeline.producers.iter().copied().filter(|job| wanted(*job)).collect();
        own.sort_unstable_by_key(|job| (pipeline.jobs[*job].stage, *job));
        let own = own.into_iter().map(|job| JobKey { pipeline: key.pipeline, job });
        let foreign = definition.needs.iter().flatten().filter_map(|need| match need {
            Need::PipelineJob { job, artifacts: true, .. } => self.upstream_job(key.pipeline, job),
            _ => None,
        });
        foreign.chain(own).collect()
    }

    /// A job of the pipelines above this one that left something.
    fn upstream_job(&self, pipeline: usize, name: &str) -> Option<JobKey> {
        let above = self.pipelines[pipeline].bridge?.pipeline;
        let found = self.pipelines[above].pipeline.jobs.get_index_of(name);
        match found.filter(|job| self.pipelines[above].producers.contains(job)) {
            Some(job) => Some(JobKey { pipeline: above, job }),
            None => self.upstream_job(above, name),
        }
    }
}
