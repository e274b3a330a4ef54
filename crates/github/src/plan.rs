//! What a run would do, without doing it: the process is driven as if every job succeeded.
//!
//! What only a real run can know (outputs of jobs and steps, files) is said to decide then.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use windlass_github_syntax::{
    expression::{EvaluationError, Expression, Scope, Value},
    workflow::{Condition, Job, JobBody, Step},
};
use windlass_kernel::{
    Actor, Command, Fact, GateDecision, JobResult, Node, NodeId, NodeKind, Operation,
    OperationResult, Process, ProcessError, RunInputs, Status,
};

use crate::{
    GithubProcess, explain,
    inputs::GithubRunInputs,
    job::step_label,
    order::{GithubJobOrder, JobTicket, OrderContexts},
    program::Program,
};

/// Whether something would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would.
    Runs,
    /// It would not, for this reason.
    Skipped(String),
    /// That is only known when the run gets there, by what is named here.
    Depends(String),
}

/// A job, or one combination of its matrix.
#[derive(Clone, Debug)]
pub struct PlannedJob {
    /// Its node.
    pub node: NodeId,
    /// The node it lies in.
    pub parent: NodeId,
    /// What people call it.
    pub label: String,
    /// Whether it would run.
    pub verdict: Verdict,
    /// The nodes it waits for.
    pub after: Vec<NodeId>,
    /// Labels of the runner it wants.
    pub runner_labels: Vec<String>,
    /// The environment it deploys to.
    pub environment: Option<String>,
    /// Its steps, where they are known.
    pub steps: Vec<PlannedStep>,
}

/// A step of a job.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// What people call it.
    pub label: String,
    /// Whether it would run, if the job does and everything before it succeeds.
    pub verdict: Verdict,
}

/// Plans a run.
///
/// # Errors
/// When the inputs cannot be read.
pub fn plan(inputs: &RunInputs) -> Result<Vec<PlannedJob>, ProcessError> {
    let program = Arc::new(Program::new(&GithubRunInputs::read(inputs)?)?);
    plan_program(inputs, &program)
}

/// The same for a run whose sources have been parsed already: `program` is what
/// [`Compiled::program`](crate::launch::Compiled::program) gives for these inputs.
///
/// # Errors
/// When the inputs cannot be read.
pub fn plan_program(
    inputs: &RunInputs,
    program: &Arc<Program>,
) -> Result<Vec<PlannedJob>, ProcessError> {
    let mut planner = Planner::default();
    let mut process = GithubProcess::with_program(program.clone());
    let mut facts = VecDeque::from([Fact::Created(Box::new(inputs.clone()))]);
    while let Some(fact) = facts.pop_front() {
        for command in process.advance(&fact)? {
            match command {
                Command::Declare(node) => planner.declare(node),
                Command::Begin { id, node, operation } => {
                    let result = planner.answer(&node, operation, program);
                    facts.push_back(Fact::Settled { id, result });
                }
                Command::Conclude { node, status, reason, .. } => {
                    planner.conclude(&node, status, reason, program);
                }
                Command::Cancel { .. } | Command::Release { .. } => {}
            }
        }
    }
    Ok(planner.in_outline_order())
}

#[derive(Default)]
struct Planner {
    jobs: Vec<PlannedJob>,
    places: HashMap<NodeId, usize>,
    origins: HashMap<NodeId, Node>,
    /// Jobs of which it is open whether they run, and those that wait for them.
    open: HashSet<NodeId>,
}

impl Planner {
    fn declare(&mut self, node: Node) {
        if let Some(place) = self.places.get(&node.id) {
            self.jobs[*place].label.clone_from(&node.label);
        } else if matches!(node.kind, NodeKind::Job | NodeKind::Group) {
            self.places.insert(node.id.clone(), self.jobs.len());
            self.jobs.push(PlannedJob {
                node: node.id.clone(),
                parent: node.parent.clone(),
                label: node.label.clone(),
                verdict: Verdict::Runs,
                after: node.after.clone(),
                runner_labels: Vec::new(),
                environment: None,
                steps: Vec::new(),
            });
        }
        self.origins.insert(node.id.clone(), node);
    }

    fn answer(
        &mut self,
        node: &NodeId,
        operation: Operation,
        program: &Program,
    ) -> OperationResult {
        match operation {
            Operation::RunJob(order) => {
                let ticket = JobTicket::from_payload(order.schema_version, order.payload);
                let order = ticket.and_then(|ticket| ticket.redeem(program));
                if let (Ok(order), Some(place)) = (order, self.places.get(node)) {
                    let job = &mut self.jobs[*place];
                    job.steps = order.job.steps.iter().map(|step| planned(step, &order)).collect();
                    job.runner_labels = order.runner_labels;
                    job.environment = order.environment;
                    self.doubt(node, program);
                }
                OperationResult::Job(JobResult {
                    status: Status::Succeeded,
                    word: "success".into(),
                    outputs: Default::default(),
                })
            }
            Operation::Lock(_) => OperationResult::Locked,
            Operation::Gate(_) => OperationResult::Decided(GateDecision {
                approved: true,
                by: Actor::System("the plan".into()),
                values: Default::default(),
            }),
            _ => OperationResult::Cancelled,
        }
    }

    /// A job that asks for `failure()` is in doubt while one that it needs is: what is open counts
    /// as failed here.
    fn doubt(&mut self, node: &NodeId, program: &Program) {
        let Some(place) = self.places.get(node).copied() else { return };
        let asks = self.origins.get(node).and_then(|node| written(node, program));
        if !asks.is_some_and(|job| job.condition.expression.uses_function("failure")) {
            return;
        }
        let need = self.jobs[place].after.iter().find(|need| self.open.contains(need));
        if let Some(need) = need {
            self.jobs[place].verdict = Verdict::Depends(format!("how '{need}' ends"));
            self.open.insert(node.clone());
        }
    }

    fn conclude(
        &mut self,
        node: &NodeId,
        status: Status,
        reason: Option<String>,
        program: &Program,
    ) {
        let Some(place) = self.places.get(node).copied() else { return };
        if status.is_success() {
            return;
        }
        let waits_for_open = self.jobs[place].after.iter().find(|need| self.open.contains(need));
        let unknown =
            self.origins.get(node).and_then(|node| written(node, program)).and_then(unknown_output);
        let verdict = match (unknown, waits_for_open) {
            (Some(unknown), _) => Verdict::Depends(unknown),
            (None, Some(need)) => Verdict::Depends(format!("whether '{need}' runs")),
            (None, None) => Verdict::Skipped(reason.unwrap_or_default()),
        };
        if matches!(verdict, Verdict::Depends(_)) {
            self.open.insert(node.clone());
        }
        self.jobs[place].verdict = verdict;
    }
}

impl Planner {
    /// The jobs with what lies in each behind it.
    fn in_outline_order(self) -> Vec<PlannedJob> {
        let mut below: HashMap<NodeId, Vec<PlannedJob>> = HashMap::new();
        for job in self.jobs.into_iter().rev() {
            below.entry(job.parent.clone()).or_default().push(job);
        }
        let mut open = below.remove(&NodeId::run()).unwrap_or_default();
        let mut ordered = Vec::new();
        while let Some(job) = open.pop() {
            open.extend(below.remove(&job.node).unwrap_or_default());
            ordered.push(job);
        }
        ordered
    }
}

/// The job that a node was written as.
fn written<'p>(node: &Node, program: &'p Program) -> Option<&'p Job> {
    let origin = node.origin.as_ref()?;
    let workflow = program.get(&origin.file)?;
    // The jobs are in the order of the text, and there may be thousands.
    let found = workflow.jobs.binary_search_by(|_, job| {
        let start = job.id.span.start;
        (start.line, start.column).cmp(&(origin.line, origin.column))
    });
    workflow.jobs.get_index(found.ok()?).map(|(_, job)| job)
}

/// An output of another job that decides whether this one runs, or how often.
fn unknown_output(job: &Job) -> Option<String> {
    let mut expressions = vec![&job.condition.expression];
    if let Some(strategy) = &job.strategy {
        strategy.template.expressions(&mut expressions);
    }
    if let JobBody::Steps(steps) = &job.body {
        steps.runs_on.expressions(&mut expressions);
    }
    expressions.into_iter().find_map(|expression| {
        expression.references().into_iter().find_map(|reference| {
            let is_output = reference.context == "needs"
                && reference.properties.iter().any(|name| name.eq_ignore_ascii_case("outputs"));
            is_output.then(|| expression.source()[reference.range].to_owned())
        })
    })
}

fn planned(step: &Step, order: &GithubJobOrder) -> PlannedStep {
    let scope = PlanScope { contexts: &order.contexts };
    let verdict = match unknown_at_step(&step.condition.expression) {
        Some(unknown) => Verdict::Depends(unknown),
        None => decided(&step.condition, &scope),
    };
    PlannedStep { label: step_label(step, &scope), verdict }
}

fn decided(condition: &Condition, scope: &PlanScope<'_>) -> Verdict {
    match condition.expression.evaluate(scope) {
        Ok(value) if value.is_truthy() => Verdict::Runs,
        Ok(_) => {
            let written = condition.written.as_deref().unwrap_or("success()");
            Verdict::Skipped(explain::false_condition(written, &condition.expression, scope))
        }
        Err(error) => Verdict::Depends(error.to_string()),
    }
}

/// Something in a step's condition that only the running job knows.
fn unknown_at_step(expression: &Expression) -> Option<String> {
    if expression.uses_function("hashFiles") {
        return Some("hashFiles".to_owned());
    }
    expression.references().into_iter().find_map(|reference| {
        let is_output =
            reference.properties.iter().any(|name| name.eq_ignore_ascii_case("outputs"));
        let unknown = match reference.context.as_str() {
            "steps" | "job" | "env" => true,
            "needs" => is_output,
            _ => false,
        };
        unknown.then(|| expression.source()[reference.range].to_owned())
    })
}

/// The contexts of a step as far as a plan knows them.
struct PlanScope<'a> {
    contexts: &'a OrderContexts,
}

impl Scope for PlanScope<'_> {
    fn context(&self, name: &str) -> Option<Value> {
        let contexts = self.contexts;
        let value = match name {
            "github" => &contexts.github,
            "vars" => &contexts.vars,
            "needs" => &contexts.needs,
            "strategy" => &contexts.strategy,
            "matrix" => &contexts.matrix,
            "inputs" => &contexts.inputs,
            _ => return None,
        };
        Some(value.clone())
    }

    fn call(&self, function: &str, _: &[Value]) -> Option<Result<Value, EvaluationError>> {
        let answer = match function {
            "success" | "always" => true,
            "failure" | "cancelled" => false,
            _ => return None,
        };
        Some(Ok(Value::Boolean(answer)))
    }
}
