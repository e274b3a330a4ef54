//! What each context holds, where an expression stands.
//!
//! Source: GitHub Docs, "Contexts reference". What a context may hold beyond that page is left
//! open, so that nothing is said about it.

use std::collections::HashSet;
use std::rc::Rc;

use windlass_github_syntax::action::Action;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::events::InputType;
use windlass_github_syntax::workflow::{
    Job, JobBody, Step, StepKind, Triggers, Workflow, WorkflowReference,
};

use crate::project::Project;
use crate::types::{ObjectType, Type, literal};

/// The contexts at one place.
#[derive(Debug, Clone)]
pub(crate) struct Contexts {
    github: Type,
    runner: Type,
    job: Type,
    strategy: Type,
    open: Type,
    /// `inputs`.
    pub(crate) inputs: Type,
    /// `needs`.
    pub(crate) needs: Type,
    /// `matrix`.
    pub(crate) matrix: Type,
    /// `steps`.
    pub(crate) steps: Type,
    /// `secrets`.
    pub(crate) secrets: Type,
    /// `jobs`, only for outputs of a called workflow.
    pub(crate) jobs: Type,
    /// The ids of all steps of the file, in lower case.
    pub(crate) step_ids: Rc<HashSet<String>>,
}

thread_local! {
    /// The same for every file, so made once.
    static UNKNOWN: Contexts = Contexts::of_no_file();
}

impl Contexts {
    /// The contexts where nothing is known of the file.
    pub(crate) fn new() -> Self {
        UNKNOWN.with(Self::clone)
    }

    fn of_no_file() -> Self {
        Self {
            github: github(),
            runner: runner(),
            job: job(),
            strategy: Type::closed([
                ("fail-fast", Type::Bool),
                ("job-index", Type::Number),
                ("job-total", Type::Number),
                ("max-parallel", Type::Number),
            ]),
            open: Type::open(Type::String),
            inputs: Type::Any,
            needs: Type::Any,
            matrix: Type::Any,
            secrets: Type::open(Type::String),
            steps: Type::Any,
            jobs: Type::Any,
            step_ids: Rc::default(),
        }
    }

    /// Narrows `github` by the events of the workflow. Called by another it has the caller's event,
    /// of which nothing is known.
    pub(crate) fn narrow_github(&mut self, on: &Triggers) {
        if on.workflow_call().is_some() || on.events.is_empty() {
            return;
        }
        self.github.insert("event_name", Type::words(on.events.keys().map(String::as_str)));
        if let Some(dispatch) = on.workflow_dispatch() {
            let inputs = dispatch.inputs.keys().map(|name| (name.as_str(), Type::String));
            let mut event = Type::open(Type::Any);
            event.insert("inputs", Type::closed(inputs));
            self.github.insert("event", event);
        }
    }

    /// A context by its name in lower case.
    pub(crate) fn get(&self, name: &str) -> Type {
        match name {
            "github" => self.github.clone(),
            "runner" => self.runner.clone(),
            "job" => self.job.clone(),
            "strategy" => self.strategy.clone(),
            "env" | "vars" => self.open.clone(),
            "secrets" => self.secrets.clone(),
            "inputs" => self.inputs.clone(),
            "needs" => self.needs.clone(),
            "matrix" => self.matrix.clone(),
            "steps" => self.steps.clone(),
            "jobs" => self.jobs.clone(),
            _ => Type::Any,
        }
    }
}

fn texts(names: &[&str]) -> Type {
    Type::closed(names.iter().map(|name| (*name, Type::String)))
}

fn runner() -> Type {
    let mut runner = texts(&["debug", "name", "temp", "tool_cache", "workspace"]);
    runner.insert("os", Type::words(["Linux", "Windows", "macOS"]));
    runner.insert("arch", Type::words(["X86", "X64", "ARM", "ARM64"]));
    runner.insert("environment", Type::words(["github-hosted", "self-hosted"]));
    runner
}

fn github() -> Type {
    const TEXTS: &[&str] = &[
        "action",
        "action_path",
        "action_ref",
        "action_repository",
        "action_status",
        "actor",
        "actor_id",
        "api_url",
        "artifact_cache_size_limit",
        "base_ref",
        "env",
        "event_name",
        "event_path",
        "graphql_url",
        "head_ref",
        "job",
        "output",
        "path",
        "ref",
        "ref_name",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "repositoryurl",
        "retention_days",
        "run_attempt",
        "run_id",
        "run_number",
        "secret_source",
        "server_url",
        "sha",
        "state",
        "step_summary",
        "token",
        "triggering_actor",
        "workflow",
        "workflow_ref",
        "workflow_sha",
        "workspace",
        "job_workflow_sha",
    ];
    let more = [
        ("event", Type::open(Type::Any)),
        ("ref_protected", Type::Bool),
        ("ref_type", Type::words(["branch", "tag"])),
        ("repository_visibility", Type::words(["public", "private", "internal"])),
    ];
    Type::closed(TEXTS.iter().map(|name| (*name, Type::String)).chain(more))
}

fn job() -> Type {
    let service = Type::closed([
        ("id", Type::String),
        ("network", Type::String),
        ("ports", Type::open(Type::String)),
    ]);
    Type::closed([
        ("status", Type::words(["success", "failure", "cancelled"])),
        ("container", texts(&["id", "network"])),
        ("services", Type::open(service)),
        ("check_run_id", Type::Number),
        ("workflow_ref", Type::String),
        ("workflow_sha", Type::String),
        ("workflow_repository", Type::String),
        ("workflow_file_path", Type::String),
    ])
}

/// `inputs` of a workflow: what its two events with inputs declare.
pub(crate) fn inputs(on: &Triggers) -> Type {
    let dispatch = on.workflow_dispatch().map(|dispatch| {
        Type::closed(dispatch.inputs.iter().map(|(name, input)| match input.kind {
            InputType::Choice => {
                (name.as_str(), Type::words(input.options.iter().map(|it| it.value.as_str())))
            }
            kind => (name.as_str(), of(kind)),
        }))
    });
    let call = on.workflow_call().map(|call| {
        Type::closed(call.inputs.iter().map(|(name, input)| (name.as_str(), of(input.kind))))
    });
    let none = || Type::closed::<&str>([]);
    dispatch.into_iter().chain(call).reduce(Type::or).unwrap_or_else(none)
}

/// `secrets` of a workflow. One that only others call and that says which secrets it wants has no
/// others, unless a caller hands over all of its own ("Reuse workflows", `secrets: inherit`).
pub(crate) fn secrets(on: &Triggers) -> Type {
    const ALWAYS: [&str; 3] = ["github_token", "actions_step_debug", "actions_runner_debug"];
    match on.workflow_call() {
        Some(call) if call.has_secrets && on.events.len() == 1 => {
            let names = call.secrets.keys().map(String::as_str).chain(ALWAYS);
            Type::closed(names.map(|name| (name, Type::String)))
        }
        _ => Type::open(Type::String),
    }
}

pub(crate) const fn of(kind: InputType) -> Type {
    match kind {
        InputType::Boolean => Type::Bool,
        InputType::Number => Type::Number,
        InputType::String | InputType::Choice | InputType::Environment => Type::String,
    }
}

/// `inputs` of an action: all of them are texts.
pub(crate) fn action_inputs(action: &Action) -> Type {
    Type::closed(action.inputs.keys().map(|name| (name.as_str(), Type::String)))
}

/// `needs` of a job.
pub(crate) fn needs(workflow: &Workflow, job: &Job, project: &dyn Project) -> Type {
    let needed = job.needs.iter().filter_map(|need| {
        let exact = workflow.jobs.get_key_value(&need.value);
        let same = |(id, _): &(&String, &Job)| id.eq_ignore_ascii_case(&need.value);
        let known = exact.or_else(|| workflow.jobs.iter().find(same));
        known.map(|(id, job)| (id.as_str(), result(job, project)))
    });
    Type::closed(needed)
}

/// `jobs` of a called workflow.
pub(crate) fn jobs(workflow: &Workflow, project: &dyn Project) -> Type {
    Type::closed(workflow.jobs.iter().map(|(id, job)| (id.as_str(), result(job, project))))
}

/// What others see of a job.
fn result(job: &Job, project: &dyn Project) -> Type {
    Type::closed([("outputs", outputs(job, project)), ("result", result_words())])
}

/// What a job or step may have come to.
fn result_words() -> Type {
    Type::words(["success", "failure", "cancelled", "skipped"])
}

fn outputs(job: &Job, project: &dyn Project) -> Type {
    match &job.body {
        JobBody::Steps(body) => match &body.outputs {
            None => Type::closed::<&str>([]),
            Some(outputs) => names(outputs),
        },
        JobBody::Reusable(call) => {
            let WorkflowReference::Local { path } = &call.reference else {
                return Type::open(Type::String);
            };
            let called = project.workflow(path);
            match called.as_ref().and_then(|workflow| workflow.on.workflow_call()) {
                Some(call) => texts(&call.outputs.keys().map(String::as_str).collect::<Vec<_>>()),
                None => Type::open(Type::String),
            }
        }
    }
}

/// Strings under the keys of a mapping; open where a key is an expression.
fn names(template: &Template) -> Type {
    let keys = template
        .as_mapping()
        .and_then(|pairs| pairs.iter().map(|(key, _)| key.as_str()).collect::<Option<Vec<_>>>());
    keys.map_or_else(|| Type::open(Type::String), |keys| texts(&keys))
}

/// `matrix` of a job.
pub(crate) fn matrix(job: &Job, contexts: &Contexts) -> Type {
    let none = || Type::closed::<&str>([]);
    let Some(strategy) = &job.strategy else { return none() };
    let written = match strategy.matrix() {
        Some(matrix) => literal::of_template(matrix, contexts),
        None if strategy.template.as_mapping().is_some() => Type::Null,
        None => Type::Any,
    };
    match written {
        Type::Null => none(),
        Type::Object(vectors) if vectors.others.is_none() => {
            combination(&vectors).unwrap_or(Type::Any)
        }
        _ => Type::Any,
    }
}

/// One combination of the vectors of a matrix, `include` added; `None` when that is not known.
fn combination(vectors: &ObjectType) -> Option<Type> {
    let mut combination = Type::closed::<&str>([]);
    for (name, vector) in &vectors.properties {
        combination = match (&**name, vector) {
            ("exclude", _) => combination,
            ("include", Type::Array(entry)) if matches!(**entry, Type::Object(_)) => {
                combination.or((**entry).clone())
            }
            ("include", _) => return None,
            (name, Type::Array(value)) => combination.or(Type::closed([(name, (**value).clone())])),
            (name, _) => combination.or(Type::closed([(name, Type::Any)])),
        };
    }
    Some(combination)
}

/// Adds a step to `steps`, when it has an id; those of a group are added with it.
pub(crate) fn add_step(steps: &mut Type, step: &Step, project: &dyn Project) {
    if step.id.is_explicit() {
        let of = Type::closed([
            ("outputs", step_outputs(step, project)),
            ("conclusion", result_words()),
            ("outcome", result_words()),
        ]);
        steps.insert(&step.id.value, of);
    }
    if let StepKind::Parallel { steps: inner } = &step.kind {
        inner.iter().for_each(|step| add_step(steps, step, project));
    }
}

/// The ids of all steps of a workflow, in lower case.
pub(crate) fn step_ids(workflow: &Workflow) -> HashSet<String> {
    let mut found = HashSet::new();
    for job in workflow.jobs.values() {
        if let JobBody::Steps(body) = &job.body {
            collect_ids(&body.steps, &mut found);
        }
    }
    found
}

fn collect_ids(steps: &[Step], found: &mut HashSet<String>) {
    for step in steps {
        if step.id.is_explicit() {
            found.insert(step.id.value.to_lowercase());
        }
        if let StepKind::Parallel { steps } = &step.kind {
            collect_ids(steps, found);
        }
    }
}

/// The outputs that an action declares, where it sets no others; a script may set what it likes.
fn step_outputs(step: &Step, project: &dyn Project) -> Type {
    let interface = match &step.kind {
        StepKind::Uses { action, .. } => project.interface(action),
        _ => None,
    };
    match interface.as_ref().and_then(|interface| interface.outputs.as_ref()) {
        Some(outputs) => Type::closed(outputs.iter().map(|name| (name, Type::String))),
        None => Type::open(Type::String),
    }
}
