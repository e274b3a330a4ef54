//! One leg of a job on its way: its turn, its approval, its order or its call, its end.

use std::sync::Arc;

use windlass_github_syntax::{
    expression::Value,
    workflow::{
        Job as JobSource, JobBody, JobSteps, Permissions, ReusableWorkflowCall, SecretsPassed,
    },
};
use windlass_kernel::{
    Actor, CancelReason, Command, GateSpec, JobOrder, JobResult, NodeId, Operation, OperationId,
    OperationResult, Status, WorkerRequest,
};

use super::{
    Purpose, Run,
    graph::{Call, JobKey, Leg, LegKey, Outcome},
    scope::{JobScope, object},
};
use crate::{
    order::{DIALECT, JobTicket, ORDER_SCHEMA, OrderContexts, SecretsScope},
    program::called_source,
};

impl Run {
    /// Starts legs as far as `max-parallel` lets them.
    pub(super) fn start_legs(&mut self, key: JobKey) {
        loop {
            let legs = &mut self.calls[key.call].jobs[key.job].legs;
            if legs.stopped || legs.next == legs.legs.len() || legs.running >= legs.max_parallel {
                return;
            }
            let leg = LegKey { job: key, leg: legs.next };
            legs.next += 1;
            legs.running += 1;
            self.start_leg(leg);
        }
    }

    fn start_leg(&mut self, key: LegKey) {
        let node = self.leg(key).node.clone();
        if let Some(settled) = self.selection.settled.get(node.as_str()).cloned() {
            return self.take_over(key, settled);
        }
        let scope = self.leg_scope(key);
        let workflow = self.calls[key.job.call].workflow.clone();
        let source = &workflow.jobs[key.job.job];
        if let Err(reason) = self.prepare_leg(key, source, &scope) {
            return self.end_leg(key, Outcome::Failure, Some(reason));
        }
        match self.lock_spec(source.concurrency.as_ref(), &scope) {
            Ok(None) => self.pass_lock(key),
            Ok(Some(spec)) => {
                let id = self.begin(node, Operation::Lock(spec), Purpose::Lock(key));
                self.leg_mut(key).operation = Some(id);
            }
            Err(reason) => self.end_leg(key, Outcome::Failure, Some(reason)),
        }
    }

    /// Evaluates what a leg is called, where it deploys to and whether its failure matters.
    fn prepare_leg(
        &mut self,
        key: LegKey,
        source: &JobSource,
        scope: &JobScope,
    ) -> Result<(), String> {
        let name = source.name.as_ref().filter(|name| !name.is_literal());
        if let Some(name) = name {
            let name = name.evaluate_string(scope).map_err(|error| error.to_string())?;
            let label = format!("{}{name}", self.calls[key.job.call].prefix);
            self.relabel(key, label);
        }
        if let JobBody::Steps(steps) = &source.body {
            let evaluate = |template: &windlass_github_syntax::template::Template| {
                template.evaluate(scope).map_err(|error| error.to_string())
            };
            if let Some(template) = &steps.continue_on_error {
                let tolerated = evaluate(template)?.is_truthy();
                self.leg_mut(key).tolerated = tolerated;
            }
            if let Some(environment) = &steps.environment {
                let name = environment.name().evaluate_string(scope).map_err(|e| e.to_string())?;
                self.leg_mut(key).environment = Some(name).filter(|name| !name.is_empty());
            }
        }
        Ok(())
    }

    /// The node learns its evaluated name by being declared again.
    fn relabel(&mut self, key: LegKey, label: String) {
        self.leg_mut(key).label.clone_from(&label);
        let node = self.node_of_leg(key, label);
        self.declare(node);
    }

    pub(super) fn lock_settled(&mut self, key: LegKey, id: OperationId, result: &OperationResult) {
        self.leg_mut(key).operation = None;
        match result {
            OperationResult::Locked => {
                self.leg_mut(key).lock = Some(id);
                if self.leg(key).outcome.is_some() {
                    return self.release_lock(key);
                }
                self.pass_lock(key);
            }
            OperationResult::Displaced => {
                let reason = "a newer job took its place in the concurrency group".to_owned();
                self.end_leg(key, Outcome::Cancelled, Some(reason));
            }
            other => self.end_by(key, other),
        }
    }

    fn pass_lock(&mut self, key: LegKey) {
        match self.leg(key).environment.clone() {
            None => self.dispatch(key),
            Some(environment) => {
                let label = self.leg(key).label.clone();
                let gate = GateSpec {
                    prompt: format!("Job '{label}' wants to deploy to environment '{environment}'"),
                    name: environment,
                    fields: Default::default(),
                };
                let node = self.leg(key).node.clone();
                let id = self.begin(node, Operation::Gate(gate), Purpose::Gate(key));
                self.leg_mut(key).operation = Some(id);
            }
        }
    }

    pub(super) fn gate_settled(&mut self, key: LegKey, result: &OperationResult) {
        self.leg_mut(key).operation = None;
        match result {
            OperationResult::Decided(decision) if decision.approved => self.dispatch(key),
            OperationResult::Decided(decision) => {
                let environment = self.leg(key).environment.clone().unwrap_or_default();
                let reason = match &decision.by {
                    Actor::System(why) => {
                        format!("environment '{environment}' was not approved: {why}")
                    }
                    by => format!("environment '{environment}' was refused by {by}"),
                };
                self.end_leg(key, Outcome::Failure, Some(reason));
            }
            other => self.end_by(key, other),
        }
    }

    /// Sends the job to where it runs, or opens the workflow it calls.
    fn dispatch(&mut self, key: LegKey) {
        let workflow = self.calls[key.job.call].workflow.clone();
        let source = &workflow.jobs[key.job.job];
        match &source.body {
            JobBody::Steps(steps) => match self.order(key, source, steps) {
                Ok(order) => {
                    let node = self.leg(key).node.clone();
                    let id = self.begin(node, Operation::RunJob(order), Purpose::Job(key));
                    self.leg_mut(key).operation = Some(id);
                }
                Err(reason) => self.end_leg(key, Outcome::Failure, Some(reason)),
            },
            JobBody::Reusable(call) => {
                if let Err(reason) = self.call_workflow(key, source, call) {
                    self.end_leg(key, Outcome::Failure, Some(reason));
                }
            }
        }
    }

    fn order(&self, key: LegKey, source: &JobSource, steps: &JobSteps) -> Result<JobOrder, String> {
        let scope = self.leg_scope(key);
        let call = &self.calls[key.job.call];
        let leg = self.leg(key);
        let runs_on = steps.runs_on.evaluate(&scope).map_err(|error| error.to_string())?;
        let (labels, group) = worker(&runs_on);
        let ticket = JobTicket {
            source: call.source.clone(),
            id: source.id.value.clone(),
            name: leg.label.clone(),
            contexts: contexts(&scope),
            secrets: call.secrets.clone(),
            permissions: self.permissions(key.job.call, source),
            runner_labels: labels.clone(),
            environment: leg.environment.clone(),
        };
        let payload = ticket.to_payload().map_err(|error| error.to_string())?;
        Ok(JobOrder {
            dialect: DIALECT.to_owned(),
            schema_version: ORDER_SCHEMA,
            payload,
            worker: WorkerRequest { labels, group },
        })
    }

    /// A job's permissions: its own, else the workflow's, else the caller's.
    fn permissions(&self, call: usize, source: &JobSource) -> Option<Permissions> {
        let call = &self.calls[call];
        let own = source.permissions.clone().or_else(|| call.workflow.permissions.clone());
        own.or_else(|| call.permissions.clone())
    }

    fn call_workflow(
        &mut self,
        key: LegKey,
        source: &JobSource,
        uses: &ReusableWorkflowCall,
    ) -> Result<(), String> {
        let scope = self.leg_scope(key);
        let caller = &self.calls[key.job.call];
        let name = called_source(&caller.source, &uses.reference);
        let Some(workflow) = self.program.get(&name).cloned() else {
            return Err(format!("the called workflow '{}' is not there", uses.uses.value));
        };
        let given = match &uses.with {
            Some(with) => with.evaluate(&scope).map_err(|error| error.to_string())?,
            None => Value::Null,
        };
        let inputs = self.call_inputs(&workflow, &given)?;
        let secrets = match &uses.secrets {
            SecretsPassed::Inherit => caller.secrets.clone(),
            SecretsPassed::Nothing => SecretsScope::Nothing,
            SecretsPassed::Named(mapping) => SecretsScope::Named {
                mapping: Arc::new(mapping.clone()),
                contexts: Box::new(contexts(&scope)),
                caller: Box::new(caller.secrets.clone()),
            },
        };
        let leg = self.leg(key);
        let call = Call {
            caller: Some(key),
            source: name,
            node: leg.node.clone(),
            prefix: format!("{} / ", leg.label),
            inputs,
            secrets,
            permissions: self.permissions(key.job.call, source),
            workflow,
            jobs: Vec::new(),
            unfinished: 0,
        };
        let index = self.calls.len();
        self.calls.push(call);
        self.leg_mut(key).called = Some(index);
        self.calls[index].wire(|_| true);
        self.open_call(index);
        Ok(())
    }

    /// The `inputs` of a called workflow: what the caller gives, else the declared defaults.
    fn call_inputs(
        &self,
        workflow: &windlass_github_syntax::workflow::Workflow,
        given: &Value,
    ) -> Result<Value, String> {
        let Some(declared) = workflow.on.workflow_call() else {
            return Err(format!("'{}' has no 'on: workflow_call'", workflow.source_name));
        };
        let defaults = self.call_scope(0);
        let mut inputs = Vec::new();
        for (name, input) in &declared.inputs {
            let value = match (given.property(name), &input.default) {
                (Value::Null, Some(default)) => {
                    default.evaluate(&defaults).map_err(|error| error.to_string())?
                }
                (value, _) => value,
            };
            let value = crate::event::typed_input(name, input.kind, input.required, value)
                .map_err(|error| error.to_string())?;
            inputs.push((name.as_str(), value));
        }
        Ok(object(inputs))
    }

    pub(super) fn job_settled(&mut self, key: LegKey, result: &OperationResult) {
        self.leg_mut(key).operation = None;
        match result {
            OperationResult::Job(job) => self.end_with(key, job.clone(), None),
            other => self.end_by(key, other),
        }
    }

    /// A result that an earlier run had.
    fn take_over(&mut self, key: LegKey, settled: JobResult) {
        self.end_with(key, settled, Some("taken over from the earlier run".into()));
    }

    fn end_with(&mut self, key: LegKey, job: JobResult, reason: Option<String>) {
        let outcome = match job.status {
            Status::Succeeded | Status::Warning => Outcome::Success,
            Status::Skipped => Outcome::Skipped,
            // A job over its time limit is cancelled, not failed, for those that need it.
            Status::Cancelled | Status::TimedOut => Outcome::Cancelled,
            Status::Failed => Outcome::Failure,
        };
        let legs = &mut self.calls[key.job.call].jobs[key.job.job].legs;
        for (name, value) in job.outputs {
            // Legs that end later overwrite, but never by nothing.
            let known = legs.outputs.iter_mut().find(|(known, _)| *known == name);
            match known {
                Some(known) if !value.is_empty() => known.1 = value,
                Some(_) => {}
                None => legs.outputs.push((name, value)),
            }
        }
        if job.status == Status::TimedOut {
            self.timed_out = true;
            self.finish_leg(key, outcome, Status::TimedOut, reason);
        } else {
            self.end_leg(key, outcome, reason);
        }
    }

    /// Ends a leg by a result that no job driver gave.
    fn end_by(&mut self, key: LegKey, result: &OperationResult) {
        let (outcome, reason) = match result {
            OperationResult::Cancelled => (Outcome::Cancelled, None),
            OperationResult::Lost { reason } => (Outcome::Failure, Some(reason.clone())),
            OperationResult::Failed { message } => (Outcome::Failure, Some(message.clone())),
            _ => (Outcome::Failure, Some("an answer that does not fit the question".to_owned())),
        };
        self.end_leg(key, outcome, reason);
    }

    pub(super) fn cancel_operation(&mut self, key: LegKey, reason: CancelReason) {
        if let Some(id) = self.leg(key).operation {
            self.commands.push(Command::Cancel { id, reason });
        }
    }

    pub(super) fn release_lock(&mut self, key: LegKey) {
        if let Some(id) = self.leg_mut(key).lock.take() {
            self.commands.push(Command::Release { id });
        }
    }

    /// The contexts of a leg.
    fn leg_scope(&self, key: LegKey) -> JobScope {
        let leg = self.leg(key);
        JobScope {
            strategy: leg.strategy.clone(),
            matrix: leg.matrix.clone(),
            ..self.job_scope(key.job)
        }
    }

    pub(super) fn leg(&self, key: LegKey) -> &Leg {
        &self.calls[key.job.call].jobs[key.job.job].legs.legs[key.leg]
    }

    pub(super) fn leg_mut(&mut self, key: LegKey) -> &mut Leg {
        &mut self.calls[key.job.call].jobs[key.job.job].legs.legs[key.leg]
    }

    pub(super) fn leg_at(&self, node: &NodeId) -> Option<LegKey> {
        self.calls.iter().enumerate().find_map(|(call, it)| {
            it.jobs.iter().enumerate().find_map(|(job, it)| {
                let leg = it.legs.legs.iter().position(|leg| leg.node == *node)?;
                Some(LegKey { job: JobKey { call, job }, leg })
            })
        })
    }
}

fn contexts(scope: &JobScope) -> OrderContexts {
    OrderContexts {
        github: scope.github.clone(),
        vars: scope.vars.clone(),
        needs: scope.needs.clone(),
        strategy: scope.strategy.clone(),
        matrix: scope.matrix.clone(),
        inputs: scope.inputs.clone(),
    }
}

/// `runs-on`, evaluated: a label, labels, or an object with `group` and `labels`.
fn worker(runs_on: &Value) -> (Vec<String>, Option<String>) {
    let list = |value: &Value| match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(|item| item.to_text().into_owned()).collect(),
        other => vec![other.to_text().into_owned()],
    };
    match runs_on {
        Value::Object(_) => {
            let group = runs_on.property("group").as_str().map(str::to_owned);
            (list(&runs_on.property("labels")), group)
        }
        other => (list(other), None),
    }
}
