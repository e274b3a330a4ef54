//! Callers against the reusable workflows they call: inputs, secrets, permissions, nesting.
//!
//! Finding and fetching the called files is the caller's business; here they are looked up by a
//! function. Source: GitHub Docs, "Reuse workflows" and "Reusing workflow configurations".

mod permissions;

use windlass_diagnostics::{Span, Spanned};

use crate::limits::Limits;
use crate::problem::{Problem, ProblemKind};
use crate::reader::suggestion;
use crate::template::{Template, TemplateKind};
use crate::workflow::events::InputType;
use crate::workflow::{Job, JobBody, ReusableWorkflowCall, SecretsPassed, Workflow, WorkflowCall};

pub use permissions::{Allowance, DefaultPermissions, PERMISSION_SCOPES};

/// A called workflow, read.
#[derive(Debug, Clone, Copy)]
pub struct Called<'tree> {
    /// Its tree.
    pub workflow: &'tree Workflow,
    /// Its size as [`Parsed::size`](crate::Parsed::size) gives it.
    pub size: usize,
}

/// Finds a called workflow: given the workflow that calls, and the call. The error says why it
/// cannot be read.
pub type Resolve<'tree> =
    dyn Fn(&'tree Workflow, &'tree ReusableWorkflowCall) -> Result<Called<'tree>, String> + 'tree;

/// Checks every call of a workflow and of those it calls, as deep as they nest.
#[must_use]
pub fn check_calls<'tree>(
    root: Called<'tree>,
    resolve: &Resolve<'tree>,
    default_permissions: DefaultPermissions,
    limits: &Limits,
) -> Vec<Problem> {
    let mut linker = Linker {
        resolve,
        limits: *limits,
        problems: Vec::new(),
        size: root.size,
        jobs: 0,
        stopped: false,
    };
    let allowance = match &root.workflow.permissions {
        Some(permissions) => Allowance::Given(permissions),
        None => Allowance::Default(default_permissions),
    };
    linker.workflow(root.workflow, None, allowance, 0);
    linker.problems
}

struct Linker<'run, 'tree> {
    resolve: &'run Resolve<'tree>,
    limits: Limits,
    problems: Vec<Problem>,
    size: usize,
    jobs: usize,
    /// A limit over all workflows is exceeded: nothing more is looked at.
    stopped: bool,
}

impl<'tree> Linker<'_, 'tree> {
    fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.problems.push(Problem::new(span, kind));
    }

    /// The calls of one workflow that may do what `allowance` says.
    fn workflow(
        &mut self,
        workflow: &'tree Workflow,
        call: Option<&'tree Spanned<String>>,
        allowance: Allowance<'tree>,
        depth: usize,
    ) {
        let left = self.limits.jobs - self.jobs;
        if let Some((_, job)) = workflow.jobs.get_index(left) {
            self.stopped = true;
            let kind = ProblemKind::TooManyJobs { limit: self.limits.jobs, call: call.cloned() };
            self.problem(job.id.span, kind);
            return;
        }
        self.jobs += workflow.jobs.len();
        for job in workflow.jobs.values() {
            if self.stopped {
                return;
            }
            if let JobBody::Reusable(call) = &job.body {
                let allowance = match &job.permissions {
                    Some(permissions) => Allowance::Given(permissions),
                    None => allowance,
                };
                self.call(workflow, job, call, allowance, depth + 1);
            }
        }
    }

    fn call(
        &mut self,
        caller: &'tree Workflow,
        job: &'tree Job,
        call: &'tree ReusableWorkflowCall,
        allowance: Allowance<'tree>,
        depth: usize,
    ) {
        let uses = &call.uses;
        if depth > self.limits.nested_workflows {
            self.stopped = true;
            let limit = self.limits.nested_workflows;
            self.problem(uses.span, ProblemKind::NestedTooDeep { limit });
            return;
        }
        let called = match (self.resolve)(caller, call) {
            Ok(called) => called,
            Err(cause) => {
                let uses_text = uses.value.clone();
                let kind = ProblemKind::CalledWorkflowMissing { uses: uses_text, cause };
                self.problem(uses.span, kind);
                return;
            }
        };
        self.size += called.size;
        if self.size > self.limits.result_size {
            self.stopped = true;
            let (uses_text, limit) = (uses.value.clone(), self.limits.result_size);
            self.problem(uses.span, ProblemKind::CalledTooLarge { uses: uses_text, limit });
            return;
        }
        let Some(definition) = called.workflow.on.workflow_call() else {
            let on = called.workflow.on.span;
            let kind = ProblemKind::NotCallable { uses: uses.value.clone(), on };
            self.problem(uses.span, kind);
            return;
        };
        self.check_inputs(call, definition);
        self.check_secrets(call, definition);
        self.check_permissions(job, call, called.workflow, allowance);
        let inner = match &called.workflow.permissions {
            Some(permissions) => Allowance::Given(permissions),
            None => allowance,
        };
        self.workflow(called.workflow, Some(uses), inner, depth);
    }

    fn check_inputs(&mut self, call: &ReusableWorkflowCall, definition: &WorkflowCall) {
        let given = call.with.as_ref().and_then(Template::as_mapping).unwrap_or_default();
        for (key, value) in given {
            let Some(name) = key.as_str() else { continue };
            let known =
                definition.inputs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let Some((_, input)) = known else {
                let known = definition.inputs.keys().map(String::as_str);
                let suggestion = suggestion::nearest(name, known);
                let kind = ProblemKind::UndefinedInput { input: name.to_owned(), suggestion };
                self.problem(value.span, kind);
                continue;
            };
            if !fits(value, input.kind) {
                let kind = ProblemKind::InputType {
                    input: name.to_owned(),
                    kind: input.kind.as_str(),
                    text: value.literal_text().unwrap_or_default(),
                };
                self.problem(value.span, kind);
            }
        }
        if has_expression_key(given) {
            return;
        }
        for (name, input) in &definition.inputs {
            if input.required && !names(given, name) {
                self.problem(call.uses.span, ProblemKind::MissingInput { input: name.clone() });
            }
        }
    }

    fn check_secrets(&mut self, call: &ReusableWorkflowCall, definition: &WorkflowCall) {
        let given = match &call.secrets {
            SecretsPassed::Inherit => return,
            SecretsPassed::Nothing => &[],
            SecretsPassed::Named(template) => template.as_mapping().unwrap_or_default(),
        };
        for (key, value) in given {
            let Some(name) = key.as_str() else { continue };
            if !definition.secrets.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                let known = definition.secrets.keys().map(String::as_str);
                let suggestion = suggestion::nearest(name, known);
                let kind = ProblemKind::UndefinedSecret { secret: name.to_owned(), suggestion };
                self.problem(value.span, kind);
            }
        }
        if has_expression_key(given) {
            return;
        }
        for (name, secret) in &definition.secrets {
            if secret.required && !names(given, name) {
                self.problem(call.uses.span, ProblemKind::MissingSecret { secret: name.clone() });
            }
        }
    }

    /// A called workflow, and each of its jobs, may ask for no more than the caller may give.
    fn check_permissions(
        &mut self,
        job: &Job,
        call: &ReusableWorkflowCall,
        called: &Workflow,
        allowance: Allowance<'_>,
    ) {
        if let Some(permissions) = &called.permissions {
            let exceeded = allowance.exceeded_by(permissions);
            self.permissions_exceeded(job, call, None, exceeded);
        }
        for nested in called.jobs.values() {
            let Some(permissions) = &nested.permissions else { continue };
            let name = nested.name.as_ref().and_then(Template::as_str);
            let name = name.unwrap_or(&nested.id.value).to_owned();
            let exceeded = allowance.exceeded_by(permissions);
            self.permissions_exceeded(job, call, Some(name), exceeded);
        }
    }

    fn permissions_exceeded(
        &mut self,
        job: &Job,
        call: &ReusableWorkflowCall,
        nested: Option<String>,
        exceeded: permissions::Exceeded,
    ) {
        if exceeded.requested.is_empty() {
            return;
        }
        let kind = ProblemKind::PermissionsExceeded {
            uses: call.uses.value.clone(),
            job: nested,
            requested: exceeded.requested,
            allowed: exceeded.allowed,
        };
        self.problem(job.id.span, kind);
    }
}

/// Whether a literal value fits an input's type; expressions are judged when they are evaluated.
const fn fits(value: &Template, kind: InputType) -> bool {
    match (&value.kind, kind) {
        (TemplateKind::Expression(_), _) => true,
        (TemplateKind::Boolean(_), InputType::Boolean)
        | (TemplateKind::Number(_), InputType::Number) => true,
        (_, InputType::Boolean | InputType::Number) => false,
        _ => true,
    }
}

fn has_expression_key(pairs: &[(Template, Template)]) -> bool {
    pairs.iter().any(|(key, _)| key.as_str().is_none())
}

fn names(pairs: &[(Template, Template)], name: &str) -> bool {
    pairs.iter().any(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)))
}
