//! The parts of a run as the process keeps them: called workflows, their jobs, the jobs' legs.
//!
//! A *call* is one workflow under way: the one that is run, or one that a job calls. A *leg* is one
//! combination of a job's matrix; a job without a matrix has one leg.

use std::{collections::HashMap, sync::Arc};

use windlass_github_syntax::{
    expression::Value,
    workflow::{Job as JobSource, Permissions, Workflow},
};
use windlass_kernel::{NodeId, OperationId};

use super::scope::{Chain, object, text};
use crate::order::SecretsScope;
pub(crate) use crate::outcome::Outcome;

/// A job of a call, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JobKey {
    pub call: usize,
    pub job: usize,
}

/// A leg of a job, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LegKey {
    pub job: JobKey,
    pub leg: usize,
}

/// One workflow under way.
pub(crate) struct Call {
    /// The leg that called it; `None` for the workflow that is run.
    pub caller: Option<LegKey>,
    pub workflow: Arc<Workflow>,
    /// The name of its source.
    pub source: String,
    pub node: NodeId,
    /// What stands before the names of its jobs: `deploy / `.
    pub prefix: String,
    pub inputs: Value,
    pub secrets: SecretsScope,
    /// What the caller allows at most.
    pub permissions: Option<Permissions>,
    pub jobs: Vec<Job>,
    /// How many jobs have not ended.
    pub unfinished: usize,
}

/// One job of a call.
pub(crate) struct Job {
    pub node: NodeId,
    /// What people call it before its name is evaluated.
    pub label: String,
    pub needs: Vec<usize>,
    pub dependants: Vec<usize>,
    /// How many of `needs` have not ended.
    pub waiting: usize,
    /// The chain from this job on, once it has ended.
    pub chain: Chain,
    pub legs: Legs,
    pub end: Option<JobEnd>,
}

/// How a job ended, as jobs that need it see it.
#[derive(Clone, Debug)]
pub(crate) struct JobEnd {
    pub outcome: Outcome,
    pub outputs: Value,
}

/// The legs of a job that has started.
#[derive(Default)]
pub(crate) struct Legs {
    pub legs: Vec<Leg>,
    /// The first one that has not been started.
    pub next: usize,
    pub running: usize,
    pub unfinished: usize,
    pub max_parallel: usize,
    pub fail_fast: bool,
    /// A leg failed, and the others are to stop.
    pub stopped: bool,
    /// `needs.<job>.outputs` so far.
    pub outputs: Vec<(String, String)>,
}

/// One combination of a job's matrix.
pub(crate) struct Leg {
    pub node: NodeId,
    pub label: String,
    pub strategy: Value,
    pub matrix: Value,
    /// The operation by which the leg holds its concurrency group.
    pub lock: Option<OperationId>,
    /// The operation the leg waits for now.
    pub operation: Option<OperationId>,
    /// The call it has become, for a job that calls a workflow.
    pub called: Option<usize>,
    /// `environment`, evaluated.
    pub environment: Option<String>,
    /// `continue-on-error`, evaluated.
    pub tolerated: bool,
    pub outcome: Option<Outcome>,
}

impl Call {
    /// The jobs of a workflow, wired by `needs`; those that `selected` leaves out end at once.
    pub fn wire(&mut self, selected: impl Fn(&str) -> bool) {
        let workflow = self.workflow.clone();
        let positions: HashMap<String, usize> = workflow
            .jobs
            .keys()
            .enumerate()
            .map(|(at, id)| (id.to_ascii_lowercase(), at))
            .collect();
        self.jobs = workflow.jobs.values().map(|job| self.job(job)).collect();
        for (at, job) in workflow.jobs.values().enumerate() {
            let needed = job.needs.iter();
            for need in needed.filter_map(|id| positions.get(&id.value.to_ascii_lowercase())) {
                if !self.jobs[at].needs.contains(need) {
                    self.jobs[at].needs.push(*need);
                    self.jobs[*need].dependants.push(at);
                }
            }
            self.jobs[at].waiting = self.jobs[at].needs.len();
        }
        self.unfinished = self.jobs.len();
        let left_out = workflow.jobs.keys().enumerate().filter(|(_, id)| !selected(id));
        for (at, _) in left_out {
            self.leave_out(at);
        }
    }

    fn job(&self, job: &JobSource) -> Job {
        let name = job.name.as_ref().and_then(|name| name.literal_text());
        let label = name.unwrap_or_else(|| job.id.value.clone());
        Job {
            node: self.node.child(&job.id.value),
            label: format!("{}{label}", self.prefix),
            needs: Vec::new(),
            dependants: Vec::new(),
            waiting: 0,
            chain: Chain::START,
            legs: Legs::default(),
            end: None,
        }
    }

    /// A job that nobody asked for counts as successful, so that what needs it can run.
    fn leave_out(&mut self, at: usize) {
        let outputs = object([]);
        self.jobs[at].end = Some(JobEnd { outcome: Outcome::Success, outputs });
        self.unfinished -= 1;
        for dependant in self.jobs[at].dependants.clone() {
            self.jobs[dependant].waiting -= 1;
        }
    }

    /// The `needs` context of a job.
    pub fn needs_context(&self, job: &Job) -> Value {
        object(job.needs.iter().filter_map(|at| self.result_of(*at)))
    }

    /// The `jobs` context of the outputs of a called workflow.
    pub fn jobs_context(&self) -> Value {
        object((0..self.jobs.len()).filter_map(|at| self.result_of(at)))
    }

    fn result_of(&self, at: usize) -> Option<(&str, Value)> {
        let (id, _) = self.workflow.jobs.get_index(at)?;
        let end = self.jobs[at].end.as_ref()?;
        let result =
            object([("result", text(end.outcome.word())), ("outputs", end.outputs.clone())]);
        Some((id.as_str(), result))
    }
}
