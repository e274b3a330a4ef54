//! Jobs whose needs have ended: whether they run, and in how many legs.

use std::collections::HashSet;

use windlass_github_syntax::workflow::{Job, JobBody, Workflow};
use windlass_kernel::{Node, NodeKind};

use super::{
    Run,
    graph::{JobKey, Leg, LegKey, Legs, Outcome},
    scope::{Chain, JobScope},
    strategy::{self, Combination},
};

/// Nested calls of reusable workflows that are allowed below the one that is run. GitHub Docs,
/// "Reuse workflows": ten levels in all.
const DEEPEST_CALL: usize = 9;

impl Run {
    /// Declares the jobs of a call and starts those that need nothing.
    pub(super) fn open_call(&mut self, call: usize) {
        self.declare_jobs(call);
        self.open_jobs(call);
    }

    pub(super) fn declare_jobs(&mut self, call: usize) {
        for job in 0..self.calls[call].jobs.len() {
            let key = JobKey { call, job };
            if self.calls[call].jobs[job].end.is_none() {
                let node = self.job_node(key);
                self.declare(node);
            }
        }
    }

    pub(super) fn open_jobs(&mut self, call: usize) {
        for (at, job) in self.calls[call].jobs.iter().enumerate() {
            if job.waiting == 0 && job.end.is_none() {
                self.ready.push_back(JobKey { call, job: at });
            }
        }
        if self.calls[call].unfinished == 0 {
            self.end_call(call);
        }
    }

    /// The node of a job before its matrix is known.
    pub(super) fn job_node(&self, key: JobKey) -> Node {
        let call = &self.calls[key.call];
        let job = &call.jobs[key.job];
        let after = job.needs.iter().map(|need| call.jobs[*need].node.clone()).collect();
        let source = &call.workflow.jobs[key.job];
        let calls = matches!(source.body, JobBody::Reusable(_));
        let kind = if has_matrix(source) || calls { NodeKind::Group } else { NodeKind::Job };
        Node {
            id: job.node.clone(),
            parent: call.node.clone(),
            after,
            kind,
            label: job.label.clone(),
            origin: self.origin(key),
        }
    }

    /// Decides on every job that has become ready, also on those that become so by that.
    pub(super) fn decide_ready_jobs(&mut self) {
        while let Some(key) = self.ready.pop_front() {
            self.decide(key);
        }
    }

    fn decide(&mut self, key: JobKey) {
        if self.calls[key.call].jobs[key.job].end.is_some() {
            return;
        }
        let scope = self.job_scope(key);
        let workflow = self.calls[key.call].workflow.clone();
        let condition = &workflow.jobs[key.job].condition;
        match condition.expression.evaluate(&scope) {
            Ok(value) if value.is_truthy() => self.expand(key, &scope),
            Ok(_) => {
                let outcome = if self.cancelled { Outcome::Cancelled } else { Outcome::Skipped };
                let reason = self.why_not(key, &scope);
                self.end_job(key, outcome, Some(reason));
            }
            Err(error) => self.end_job(key, Outcome::Failure, Some(format!("if: {error}"))),
        }
    }

    /// Why a job does not run, with the values that decided.
    fn why_not(&self, key: JobKey, scope: &JobScope) -> String {
        let call = &self.calls[key.call];
        if self.cancelled {
            return "the run was cancelled".into();
        }
        let condition = &call.workflow.jobs[key.job].condition;
        if let Some(written) = &condition.written {
            return crate::explain::false_condition(written, &condition.expression, scope);
        }
        let needs = call.jobs[key.job].needs.iter();
        let culprit = needs.filter_map(|need| Some((*need, call.jobs[*need].end.as_ref()?)));
        match culprit.clone().find(|(_, end)| end.outcome != Outcome::Success) {
            Some((at, end)) => {
                let id = call.workflow.jobs.get_index(at).map_or("", |(id, _)| id.as_str());
                format!("needs '{id}', which ended as {}", end.outcome.word())
            }
            None => "a job further up its chain of needs failed or was skipped".into(),
        }
    }

    /// The contexts of a job before its matrix is known.
    pub(super) fn job_scope(&self, key: JobKey) -> JobScope {
        let call = &self.calls[key.call];
        let job = &call.jobs[key.job];
        let needs = call.needs_context(job);
        JobScope { needs, chain: self.chain_before(key), ..self.call_scope(key.call) }
    }

    /// What has become of all ancestors of a job.
    pub(super) fn chain_before(&self, key: JobKey) -> Chain {
        let jobs = &self.calls[key.call].jobs;
        jobs[key.job].needs.iter().map(|need| jobs[*need].chain).fold(Chain::START, Chain::and)
    }

    /// Makes the legs of a job that runs, and starts as many as may run at once.
    fn expand(&mut self, key: JobKey, scope: &JobScope) {
        let workflow = self.calls[key.call].workflow.clone();
        let source = &workflow.jobs[key.job];
        let plan = match &source.strategy {
            Some(strategy) => match strategy::plan(strategy, scope, &self.selection.matrix) {
                Ok(plan) => plan,
                Err(reason) => return self.end_job(key, Outcome::Failure, Some(reason)),
            },
            None => strategy::Plan::single(),
        };
        if matches!(source.body, JobBody::Reusable(_)) && self.depth(key.call) > DEEPEST_CALL {
            let reason = format!("more than {} nested calls of workflows", DEEPEST_CALL + 1);
            return self.end_job(key, Outcome::Failure, Some(reason));
        }
        if plan.combinations.is_empty() {
            let reason = match self.selection.matrix.is_empty() {
                true => "its matrix has no combination",
                false => "its matrix has no combination that is wanted",
            };
            let reason = reason.to_owned();
            return self.end_job(key, Outcome::Skipped, Some(reason));
        }
        let alone = !has_matrix(source);
        let legs: Vec<Leg> =
            plan.combinations.iter().map(|one| self.new_leg(key, one, alone, source)).collect();
        if !alone {
            for leg in &legs {
                let node = self.leg_node(key, leg);
                self.declare(node);
            }
        }
        self.calls[key.call].jobs[key.job].legs = Legs {
            unfinished: legs.len(),
            max_parallel: plan.max_parallel.unwrap_or(legs.len()),
            fail_fast: plan.fail_fast,
            legs,
            ..Legs::default()
        };
        self.start_legs(key);
    }

    fn new_leg(&self, key: JobKey, combination: &Combination, alone: bool, source: &Job) -> Leg {
        let job = &self.calls[key.call].jobs[key.job];
        let node =
            if alone { job.node.clone() } else { job.node.child(&combination.index.to_string()) };
        // A name that holds an expression is the author's business; any other gets the values.
        let own_name = source.name.as_ref().is_some_and(|name| !name.is_literal());
        let label = match &combination.suffix {
            Some(suffix) if !own_name => format!("{} {suffix}", job.label),
            _ => job.label.clone(),
        };
        Leg {
            node,
            label,
            strategy: combination.strategy.clone(),
            matrix: combination.matrix.clone(),
            lock: None,
            operation: None,
            called: None,
            environment: None,
            tolerated: false,
            outcome: None,
        }
    }

    /// A leg's node under the name it has now.
    pub(super) fn node_of_leg(&self, key: LegKey, label: String) -> Node {
        let leg = self.leg(key);
        let job = &self.calls[key.job.call].jobs[key.job.job];
        let node =
            if leg.node == job.node { self.job_node(key.job) } else { self.leg_node(key.job, leg) };
        Node { label, ..node }
    }

    fn leg_node(&self, key: JobKey, leg: &Leg) -> Node {
        let job = &self.calls[key.call].jobs[key.job];
        let calls =
            matches!(self.calls[key.call].workflow.jobs[key.job].body, JobBody::Reusable(_));
        Node {
            id: leg.node.clone(),
            parent: job.node.clone(),
            after: Vec::new(),
            kind: if calls { NodeKind::Group } else { NodeKind::Job },
            label: leg.label.clone(),
            origin: self.origin(key),
        }
    }

    /// How many calls lie above a call.
    fn depth(&self, call: usize) -> usize {
        let mut depth = 0;
        let mut caller = self.calls[call].caller;
        while let Some(leg) = caller {
            depth += 1;
            caller = self.calls[leg.job.call].caller;
        }
        depth
    }

    /// The jobs that the selection wants of the workflow that is run; `None` for all.
    pub(super) fn selected_jobs(&self, workflow: &Workflow) -> Option<HashSet<String>> {
        if self.selection.jobs.is_empty() {
            return None;
        }
        let mut wanted = HashSet::new();
        let mut open: Vec<&str> = self.selection.jobs.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            let found = workflow.jobs.iter().find(|(id, _)| id.eq_ignore_ascii_case(name));
            let Some((id, job)) = found else { continue };
            if wanted.insert(id.clone()) && !self.selection.without_needs {
                open.extend(job.needs.iter().map(|need| need.value.as_str()));
            }
        }
        Some(wanted)
    }

    /// Ends every job of a call that has not ended, without deciding on it.
    pub(super) fn skip_all_jobs(&mut self, call: usize, outcome: Outcome, reason: &str) {
        for job in 0..self.calls[call].jobs.len() {
            if self.calls[call].jobs[job].end.is_none() {
                self.end_job(JobKey { call, job }, outcome, Some(reason.to_owned()));
            }
        }
    }
}

/// Whether a job has legs of its own in the outline.
fn has_matrix(job: &Job) -> bool {
    let strategy = job.strategy.as_ref();
    strategy.is_some_and(|it| it.matrix().is_some() || it.template.as_expression().is_some())
}
