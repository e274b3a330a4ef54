//! The process of a GitHub workflow: decides which jobs run, when, and what they are given.
//!
//! It owns `needs`, job `if`, the matrix, reusable workflows, concurrency and environments; the
//! steps of a job are the [driver](crate::job)'s. See ADR 0001 for why it is a plain value that
//! answers facts with commands.

mod cancel;
mod finish;
mod graph;
mod leg;
mod readiness;
mod scope;
mod strategy;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use windlass_github_syntax::{expression::Value, workflow::Workflow};
use windlass_kernel::{
    Command, Fact, LockSpec, Node, NodeId, NodeKind, Operation, OperationId, OperationResult,
    Origin, Process, ProcessError, RunInputs, Status,
};

use self::{
    graph::{Call, JobKey, LegKey, Outcome},
    scope::{Chain, JobScope},
};
use crate::{
    inputs::{GithubRunInputs, Selection},
    order::SecretsScope,
    program::Program,
};

/// The process of one run of one workflow.
#[derive(Default)]
pub struct GithubProcess {
    program: Option<Arc<Program>>,
    run: Option<Box<Run>>,
}

impl GithubProcess {
    /// A process whose sources have been parsed already, from the same inputs as it will be
    /// created with. Parsing is most of the cost of planning a large workflow.
    pub fn with_program(program: Arc<Program>) -> Self {
        GithubProcess { program: Some(program), run: None }
    }
}

/// What an operation of the run is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// The turn of the whole run in its concurrency group.
    RunLock,
    /// The turn of a job.
    Lock(LegKey),
    /// The approval of a job's environment.
    Gate(LegKey),
    /// The job itself.
    Job(LegKey),
}

struct Run {
    program: Arc<Program>,
    selection: Selection,
    calls: Vec<Call>,
    /// Jobs whose needs have all ended, to be decided on.
    ready: VecDeque<JobKey>,
    purposes: HashMap<OperationId, Purpose>,
    run_lock: Option<OperationId>,
    cancelled: bool,
    /// A job ran over its time limit.
    timed_out: bool,
    last_operation: OperationId,
    commands: Vec<Command>,
}

impl Process for GithubProcess {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        let run = match (fact, &mut self.run) {
            (Fact::Created(inputs), empty @ None) => {
                let run = empty.insert(Box::new(Run::new(inputs, self.program.take())?));
                run.start();
                run
            }
            (_, None) => return Err(ProcessError::Unknown("a run before its creation".into())),
            (Fact::Created(_), Some(_)) => {
                return Err(ProcessError::Unknown("a second creation".into()));
            }
            (Fact::Progress { .. }, Some(run)) => run,
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
    fn new(inputs: &RunInputs, program: Option<Arc<Program>>) -> Result<Self, ProcessError> {
        let inputs = GithubRunInputs::read(inputs)?;
        let program = match program {
            Some(program) => program,
            None => Arc::new(Program::new(&inputs)?),
        };
        let workflow = program.get(&inputs.workflow).cloned().ok_or_else(|| {
            ProcessError::Inputs(format!("the run has no source '{}'", inputs.workflow))
        })?;
        let root = Call {
            caller: None,
            source: inputs.workflow.clone(),
            node: NodeId::run(),
            prefix: String::new(),
            inputs: inputs.inputs,
            secrets: SecretsScope::All,
            permissions: workflow.permissions.clone(),
            workflow,
            jobs: Vec::new(),
            unfinished: 0,
        };
        Ok(Run {
            program,
            selection: inputs.selection,
            calls: vec![root],
            ready: VecDeque::new(),
            purposes: HashMap::new(),
            run_lock: None,
            cancelled: false,
            timed_out: false,
            last_operation: OperationId::default(),
            commands: Vec::new(),
        })
    }

    fn start(&mut self) {
        let workflow = self.calls[0].workflow.clone();
        let label = self.run_name(&workflow);
        let id = NodeId::run();
        let parent = NodeId::run();
        let kind = NodeKind::Run;
        let origin = None;
        self.declare(Node { id, parent, after: Vec::new(), kind, label, origin });
        let wanted = self.selected_jobs(&workflow);
        self.calls[0].wire(|id| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)));
        match self.lock_spec(workflow.concurrency.as_ref(), &self.call_scope(0)) {
            Ok(None) => self.open_call(0),
            Ok(Some(spec)) => {
                let id = self.begin(NodeId::run(), Operation::Lock(spec), Purpose::RunLock);
                self.run_lock = Some(id);
                self.declare_jobs(0);
            }
            Err(reason) => self.conclude(NodeId::run(), Outcome::Failure, Some(reason)),
        }
    }

    /// `run-name`, else the workflow's name, else its path, as GitHub titles a run.
    fn run_name(&self, workflow: &Workflow) -> String {
        let evaluated = workflow
            .run_name
            .as_ref()
            .and_then(|name| name.evaluate_string(&self.call_scope(0)).ok())
            .filter(|name| !name.trim().is_empty());
        evaluated
            .or_else(|| workflow.name.as_ref().map(|name| name.value.clone()))
            .unwrap_or_else(|| workflow.source_name.clone())
    }

    fn settled(&mut self, id: OperationId, result: &OperationResult) -> Result<(), ProcessError> {
        let purpose = self
            .purposes
            .remove(&id)
            .ok_or_else(|| ProcessError::Unknown(format!("operation {id}")))?;
        match purpose {
            Purpose::RunLock => self.run_lock_settled(result),
            Purpose::Lock(leg) => self.lock_settled(leg, id, result),
            Purpose::Gate(leg) => self.gate_settled(leg, result),
            Purpose::Job(leg) => self.job_settled(leg, result),
        }
        Ok(())
    }

    fn run_lock_settled(&mut self, result: &OperationResult) {
        match result {
            OperationResult::Locked if !self.cancelled => self.open_jobs(0),
            other => {
                if !matches!(other, OperationResult::Locked) {
                    self.run_lock = None;
                }
                let reason = "a newer run took its place in the concurrency group";
                self.cancelled = true;
                self.skip_all_jobs(0, Outcome::Cancelled, reason);
            }
        }
    }

    /// The contexts at the level of a call, before any job.
    fn call_scope(&self, call: usize) -> JobScope {
        JobScope {
            github: self.program.github.clone(),
            vars: self.program.vars.clone(),
            inputs: self.calls[call].inputs.clone(),
            needs: Value::Null,
            strategy: Value::Null,
            matrix: Value::Null,
            jobs: Value::Null,
            chain: Chain::START,
            cancelled: self.cancelled,
        }
    }

    /// `concurrency`, evaluated. GitHub's group names ignore case.
    fn lock_spec(
        &self,
        concurrency: Option<&windlass_github_syntax::workflow::Concurrency>,
        scope: &JobScope,
    ) -> Result<Option<LockSpec>, String> {
        let Some(concurrency) = concurrency else { return Ok(None) };
        let value = concurrency.template.evaluate(scope).map_err(|error| error.to_string())?;
        let group = match &value {
            Value::Object(_) => value.property("group").to_text().into_owned(),
            other => other.to_text().into_owned(),
        };
        if group.is_empty() {
            return Ok(None);
        }
        Ok(Some(LockSpec {
            group: group.to_lowercase(),
            cancel_in_progress: value.property("cancel-in-progress").is_truthy(),
            queue_all: value.property("queue").as_str() == Some("max"),
            ..LockSpec::default()
        }))
    }

    fn declare(&mut self, node: Node) {
        self.commands.push(Command::Declare(node));
    }

    fn begin(&mut self, node: NodeId, operation: Operation, purpose: Purpose) -> OperationId {
        self.last_operation = self.last_operation.next();
        let id = self.last_operation;
        self.purposes.insert(id, purpose);
        self.commands.push(Command::Begin { id, node, operation });
        id
    }

    fn conclude(&mut self, node: NodeId, outcome: Outcome, reason: Option<String>) {
        self.conclude_as(node, outcome.status(), outcome.word(), reason);
    }

    fn conclude_as(&mut self, node: NodeId, status: Status, word: &str, reason: Option<String>) {
        self.commands.push(Command::Conclude { node, status, word: word.to_owned(), reason });
    }

    /// Where a job was written.
    fn origin(&self, key: JobKey) -> Option<Origin> {
        let call = &self.calls[key.call];
        let (_, job) = call.workflow.jobs.get_index(key.job)?;
        let span = &job.id.span;
        let file = call.source.clone();
        Some(Origin { file, line: span.start.line, column: span.start.column })
    }
}
