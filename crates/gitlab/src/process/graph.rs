//! One pipeline as a graph: what each of its jobs waits for, and how far it is.
//!
//! A job with `needs` waits for these alone. One without waits for all earlier stages, which is
//! kept as a count for each stage, so that an end costs what it releases.

use std::collections::{HashMap, HashSet};

use windlass_gitlab_syntax::pipeline::{Job, Need, Pipeline};
use windlass_kernel::{Command, Node, NodeId, NodeKind, OperationId, Origin};

use super::tally::{End, Tally};
use super::turns::Group;
use crate::{order::PipelineContext, report::JobReport};

/// A job of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JobKey {
    pub pipeline: usize,
    pub job: usize,
}

/// A pipeline of a run.
pub(super) struct PipelineState {
    /// The job that triggered it.
    pub bridge: Option<JobKey>,
    /// The node its stages lie in: the run, or the job that triggered it.
    pub node: NodeId,
    pub pipeline: Pipeline,
    pub context: PipelineContext,
    /// As in [`Pipeline::jobs`].
    pub jobs: Vec<JobState>,
    /// As in [`Pipeline::stages`].
    pub stages: Vec<StageState>,
    /// The first stage that still holds later ones back.
    pub open_stage: usize,
    /// The ends of all jobs of the stages before that.
    pub prior: Tally,
    /// Jobs that left something for later ones.
    pub producers: Vec<usize>,
    pub unfinished: usize,
    /// Why none of its jobs starts any more.
    pub stopped: Option<String>,
}

/// A job of a pipeline.
pub(super) struct JobState {
    pub node: NodeId,
    pub stage: usize,
    /// Whether it is a part of the run at all.
    pub is_wanted: bool,
    /// How many of its needs have not ended.
    pub waits: usize,
    /// The jobs that need it.
    pub dependents: Vec<usize>,
    /// How often it has been started.
    pub attempts: u32,
    /// What it is doing.
    pub operation: Option<OperationId>,
    /// Its resource group.
    pub group: Option<Group>,
    /// Its place in that, as long as its own turn to wait has not come.
    pub place: Option<OperationId>,
    /// The turn in it that it holds.
    pub lock: Option<OperationId>,
    /// Whether a person started it.
    pub is_manual: bool,
    /// Whether later stages no longer wait for it.
    pub has_passed: bool,
    /// The pipeline that it triggered.
    pub downstream: Option<usize>,
    pub report: JobReport,
    pub end: Option<End>,
}

/// A stage of a pipeline.
#[derive(Default)]
pub(super) struct StageState {
    /// Its node; a stage without jobs has none.
    pub node: Option<NodeId>,
    /// Its jobs without `needs`.
    pub waiting: Vec<usize>,
    /// How many of its jobs hold later stages back.
    pub blocking: usize,
    pub unfinished: usize,
    pub tally: Tally,
}

impl PipelineState {
    /// A pipeline of which nothing has happened. `wanted` are the numbers of the jobs that are a
    /// part of the run, all without.
    pub fn new(
        pipeline: Pipeline,
        context: PipelineContext,
        bridge: Option<(JobKey, NodeId)>,
        wanted: Option<&HashSet<usize>>,
    ) -> Self {
        let (bridge, node) = bridge.map_or((None, NodeId::run()), |(key, node)| (Some(key), node));
        let numbers: HashMap<&str, usize> = pipeline
            .stages
            .iter()
            .enumerate()
            .map(|(index, name)| (name.as_str(), index))
            .collect();
        let mut stages: Vec<StageState> = Vec::new();
        stages.resize_with(pipeline.stages.len(), StageState::default);
        let mut jobs = Vec::with_capacity(pipeline.jobs.len());
        let mut unfinished = 0;
        for (index, (name, job)) in pipeline.jobs.iter().enumerate() {
            let number = numbers.get(job.stage.as_str()).copied().unwrap_or_default();
            let is_wanted = wanted.is_none_or(|wanted| wanted.contains(&index));
            let stage_node = node.child(&path_part(&job.stage));
            let job_node = stage_node.child(&path_part(name));
            if is_wanted && let Some(stage) = stages.get_mut(number) {
                stage.node = Some(stage_node);
                stage.blocking += 1;
                stage.unfinished += 1;
                unfinished += 1;
                if job.needs.is_none() {
                    stage.waiting.push(index);
                }
            }
            jobs.push(JobState::new(job_node, number, is_wanted));
        }
        let mut state = PipelineState {
            bridge,
            node,
            context,
            jobs,
            stages,
            open_stage: 0,
            prior: Tally::default(),
            producers: Vec::new(),
            unfinished,
            stopped: None,
            pipeline,
        };
        state.wire();
        state
    }

    /// Counts what each job with `needs` waits for.
    fn wire(&mut self) {
        for index in 0..self.jobs.len() {
            if !self.jobs[index].is_wanted {
                continue;
            }
            let needed = self.needed(index);
            self.jobs[index].waits = needed.len();
            for need in needed {
                self.jobs[need].dependents.push(index);
            }
        }
    }

    /// The jobs of this pipeline that a job needs, each once, as far as they are in the run.
    pub fn needed(&self, index: usize) -> Vec<usize> {
        let names = self.definition(index).needs.iter().flatten().filter_map(|need| match need {
            Need::Job { job, .. } => Some(job),
            Need::Project { .. } | Need::PipelineJob { .. } | Need::Pipeline { .. } => None,
        });
        let mut needed: Vec<usize> =
            names.filter_map(|name| self.pipeline.jobs.get_index_of(name)).collect();
        needed.retain(|need| self.jobs[*need].is_wanted && *need != index);
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// The job as it was compiled.
    pub fn definition(&self, index: usize) -> &Job {
        &self.pipeline.jobs[index]
    }

    /// The name of a job.
    pub fn name(&self, index: usize) -> &str {
        &self.definition(index).name
    }

    /// Jobs that have `needs`, but none that is still to end.
    pub fn free_of_needs(&self) -> Vec<usize> {
        let jobs = self.jobs.iter().enumerate();
        let free = jobs.filter(|(index, job)| {
            job.is_wanted && job.waits == 0 && self.definition(*index).needs.is_some()
        });
        free.map(|(index, _)| index).collect()
    }

    fn origin(&self, definition: &Job) -> Option<Origin> {
        let file = self.context.source_names.get(definition.span.source.0 as usize)?.clone();
        let start = definition.span.start;
        Some(Origin { file, line: start.line, column: start.column })
    }

    /// Adds stages and jobs to the outline.
    pub fn declare(&self, commands: &mut Vec<Command>) {
        let mut before: Option<&NodeId> = None;
        let mut stages_before: Vec<Option<&NodeId>> = Vec::with_capacity(self.stages.len());
        for (stage, name) in self.stages.iter().zip(&self.pipeline.stages) {
            stages_before.push(before);
            if let Some(id) = &stage.node {
                commands.push(Command::Declare(Node {
                    id: id.clone(),
                    parent: self.node.clone(),
                    after: before.into_iter().cloned().collect(),
                    kind: NodeKind::Stage,
                    label: name.clone(),
                    origin: None,
                }));
                before = Some(id);
            }
        }
        for (index, job) in self.jobs.iter().enumerate().filter(|(_, job)| job.is_wanted) {
            let definition = self.definition(index);
            let after = match definition.needs {
                Some(_) => {
                    self.needed(index).into_iter().map(|it| self.jobs[it].node.clone()).collect()
                }
                None => stages_before[job.stage].into_iter().cloned().collect(),
            };
            let Some(parent) = self.stages[job.stage].node.clone() else { continue };
            commands.push(Command::Declare(Node {
                id: job.node.clone(),
                parent,
                after,
                kind: NodeKind::Job,
                label: definition.name.clone(),
                origin: self.origin(definition),
            }));
        }
    }
}

impl JobState {
    fn new(node: NodeId, stage: usize, is_wanted: bool) -> Self {
        JobState {
            node,
            stage,
            is_wanted,
            waits: 0,
            dependents: Vec::new(),
            attempts: 0,
            operation: None,
            group: None,
            place: None,
            lock: None,
            is_manual: false,
            has_passed: false,
            downstream: None,
            report: JobReport::default(),
            end: None,
        }
    }
}

/// A name as one part of a node's path, whose parts are divided by `/`.
fn path_part(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}
