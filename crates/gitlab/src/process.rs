//! The process of a GitLab pipeline: decides which jobs run, when, and what they are given.
//!
//! It owns stages, `needs`, `when`, manual and delayed jobs, retries, resource groups and the
//! pipelines that jobs trigger; scripts are the [driver](crate::job)'s. A downstream pipeline is a
//! part of the same run: [`graph`] holds one pipeline, [`ready`] decides what becomes of a job
//! whose turn has come, [`turns`] waits for its resource group, [`ordering`] says what it is given, [`finish`] takes ends in, [`tally`] knows
//! what several ends come to.
//!
//! Source: "CI/CD YAML syntax reference" and "Pipeline architecture" in GitLab's documentation.

mod cancel;
mod finish;
mod graph;
mod ordering;
mod ready;
mod selection;
mod tally;
mod turns;

use std::collections::{BTreeMap, HashMap, VecDeque};

use indexmap::IndexMap;
use windlass_gitlab_syntax::Variables;
use windlass_kernel::{
    Command, Fact, JobResult, Node, NodeId, NodeKind, Operation, OperationId, OperationResult,
    Process, ProcessError, RunInputs, Status,
};

use self::graph::{JobKey, PipelineState};
use crate::{
    inputs::{GitlabRunInputs, ProcessMode},
    order::PipelineContext,
};

/// The process of one run of one pipeline.
#[derive(Default)]
pub struct GitlabProcess {
    run: Option<Box<Run>>,
}

/// What an operation of the run is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// The question whether a manual job is to run.
    Gate,
    /// The wait of a delayed job.
    Delay,
    /// A place in a resource group, before the job wants the turn.
    Place,
    /// The turn in a resource group.
    Lock,
    /// The job itself.
    Job,
}

struct Run {
    /// The pipeline that was started, then those that its jobs triggered.
    pipelines: Vec<PipelineState>,
    /// What all pipelines share, unless their context says otherwise.
    predefined: Variables,
    variables: Variables,
    /// Jobs that a person named: manual ones among them are not asked about.
    named: Vec<String>,
    /// What jobs came to in an earlier run, by their nodes, as far as this run takes it over.
    settled: BTreeMap<String, JobResult>,
    /// Jobs whose turn has come, to be decided on.
    ready: VecDeque<JobKey>,
    resource_groups: IndexMap<String, ProcessMode>,
    purposes: HashMap<OperationId, (Purpose, JobKey)>,
    last_operation: OperationId,
    commands: Vec<Command>,
}

impl Process for GitlabProcess {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        let run = match (fact, &mut self.run) {
            (Fact::Created(inputs), empty @ None) => {
                let run = empty.insert(Box::new(Run::new(inputs)?));
                run.start(&inputs.title);
                run
            }
            (_, None) => return Err(ProcessError::Unknown("a run before its creation".into())),
            (Fact::Created(_), Some(_)) => {
                return Err(ProcessError::Unknown("a second creation".into()));
            }
            (Fact::Progress { .. }, Some(_)) => return Ok(Vec::new()),
            (Fact::Settled { id, result }, Some(run)) => {
                run.settled(*id, result)?;
                run
            }
            (Fact::CancelRequested { node, by }, Some(run)) => {
                run.cancel_requested(node, by);
                run
            }
        };
        run.decide_ready_jobs();
        Ok(std::mem::take(&mut run.commands))
    }
}

impl Run {
    fn new(inputs: &RunInputs) -> Result<Self, ProcessError> {
        let inputs = GitlabRunInputs::read(inputs)?;
        let wanted = selection::wanted_jobs(&inputs.pipeline, &inputs.selection);
        let context =
            PipelineContext { source_names: inputs.source_names, ..PipelineContext::default() };
        let root = PipelineState::new(inputs.pipeline, context, None, wanted.as_ref());
        Ok(Run {
            pipelines: vec![root],
            predefined: inputs.predefined,
            variables: inputs.variables,
            named: inputs.selection.jobs,
            settled: inputs.selection.settled,
            ready: VecDeque::new(),
            resource_groups: inputs.resource_groups,
            purposes: HashMap::new(),
            last_operation: OperationId::default(),
            commands: Vec::new(),
        })
    }

    fn start(&mut self, title: &str) {
        let (id, parent) = (NodeId::run(), NodeId::run());
        let (kind, label) = (NodeKind::Run, title.to_owned());
        let node = Node { id, parent, after: Vec::new(), kind, label, origin: None };
        self.commands.push(Command::Declare(node));
        self.open_pipeline(0);
    }

    /// Declares a pipeline and lets those of its jobs start that wait for nothing.
    fn open_pipeline(&mut self, pipeline: usize) {
        self.pipelines[pipeline].declare(&mut self.commands);
        self.join_groups(pipeline);
        self.release_stage(pipeline);
        let free = self.pipelines[pipeline].free_of_needs();
        self.ready.extend(free.into_iter().map(|job| JobKey { pipeline, job }));
        self.pass_stages(pipeline);
        if self.pipelines[pipeline].unfinished == 0 {
            // One without jobs has ended already.
            return self.end_pipeline_if_done(pipeline);
        }
        self.take_over(pipeline);
    }

    /// Ends the jobs of a pipeline whose results are taken from an earlier run. As they had ended
    /// before anything ran again, they wait for no turn.
    fn take_over(&mut self, pipeline: usize) {
        for job in 0..self.pipelines[pipeline].jobs.len() {
            let key = JobKey { pipeline, job };
            let graph::JobState { node, is_wanted: true, .. } = &self.pipelines[pipeline].jobs[job]
            else {
                continue;
            };
            if let Some(result) = self.settled.remove(node.as_str()) {
                self.job_taken_over(key, &result);
            }
        }
    }

    fn settled(&mut self, id: OperationId, result: &OperationResult) -> Result<(), ProcessError> {
        let (purpose, key) = self
            .purposes
            .remove(&id)
            .ok_or_else(|| ProcessError::Unknown(format!("operation {id}")))?;
        if !matches!(purpose, Purpose::Place) {
            self.job_mut(key).operation = None;
        }
        match purpose {
            Purpose::Place => {}
            Purpose::Gate => self.gate_settled(key, result),
            Purpose::Delay => self.delay_settled(key, result),
            Purpose::Lock => self.lock_settled(key, id, result),
            Purpose::Job => self.job_settled(key, result),
        }
        Ok(())
    }

    /// Begins what the job then is at.
    fn begin(&mut self, key: JobKey, operation: Operation, purpose: Purpose) {
        let id = self.command(key, operation, purpose);
        self.job_mut(key).operation = Some(id);
    }

    /// Begins something for a job.
    fn command(&mut self, key: JobKey, operation: Operation, purpose: Purpose) -> OperationId {
        self.last_operation = self.last_operation.next();
        let id = self.last_operation;
        self.purposes.insert(id, (purpose, key));
        let node = self.job(key).node.clone();
        self.commands.push(Command::Begin { id, node, operation });
        id
    }

    fn conclude(&mut self, node: NodeId, (status, word): (Status, &str), reason: Option<String>) {
        self.commands.push(Command::Conclude { node, status, word: word.to_owned(), reason });
    }

    fn job(&self, key: JobKey) -> &graph::JobState {
        &self.pipelines[key.pipeline].jobs[key.job]
    }

    fn job_mut(&mut self, key: JobKey) -> &mut graph::JobState {
        &mut self.pipelines[key.pipeline].jobs[key.job]
    }
}
