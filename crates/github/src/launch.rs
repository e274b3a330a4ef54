//! From a project and an event to runs that can start: which workflows there are, what they call,
//! what the event makes of them, and the inputs of their runs.

mod context;
mod files;

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use serde_json::Value as Json;
use windlass_diagnostics::SourceMap;
use windlass_github_syntax::{
    Parsed,
    expression::Value,
    limits::Limits,
    link::{Called, DefaultPermissions, check_calls},
    problem::Problem,
    workflow::{JobBody, ReusableWorkflowCall, Workflow, WorkflowReference},
};

pub use crate::program::remote_parts;
pub use context::{RunIdentity, github_context};
pub use files::{WorkflowFile, workflow_files};

use crate::{
    event::{ChangedFiles, Decision, Event, InputError, call_inputs, decide, dispatch_inputs},
    inputs::{GithubRunInputs, Selection},
    program::{Program, called_source},
    sources,
};

/// A workflow with everything that it calls, parsed.
pub struct Compiled {
    /// The name of the workflow's own source.
    pub name: String,
    /// Every source by its name: its text and what it gave.
    pub sources: IndexMap<String, (String, Parsed<Arc<Workflow>>)>,
    /// The commits of sources from elsewhere.
    pub pins: BTreeMap<String, String>,
    /// What the spans of all sources point into.
    pub map: SourceMap,
}

/// A called workflow that the compilation still lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its source's name.
    pub name: String,
    /// Where it comes from.
    pub reference: WorkflowReference,
    /// The source that calls it.
    pub caller: String,
}

impl Compiled {
    /// Begins with the workflow's own text.
    pub fn new(name: &str, text: &str) -> Self {
        let mut compiled = Compiled {
            name: name.to_owned(),
            sources: IndexMap::new(),
            pins: BTreeMap::new(),
            map: SourceMap::new(),
        };
        compiled.add(name, text);
        compiled
    }

    /// Adds the text of a source.
    pub fn add(&mut self, name: &str, text: &str) {
        let Parsed { tree, problems, size } = sources::parse(&mut self.map, name, text);
        let parsed = Parsed { tree: tree.map(Arc::new), problems, size };
        self.sources.insert(name.to_owned(), (text.to_owned(), parsed));
    }

    /// The first called workflow that is not here yet. Ask again after every [`Self::add`].
    pub fn missing(&self) -> Option<Missing> {
        self.sources.iter().find_map(|(caller, (_, parsed))| {
            let workflow = parsed.tree.as_ref()?;
            workflow.jobs.values().find_map(|job| {
                let JobBody::Reusable(call) = &job.body else { return None };
                let name = called_source(caller, &call.reference);
                let missing = !self.sources.contains_key(&name);
                missing.then(|| Missing {
                    name,
                    reference: call.reference.clone(),
                    caller: caller.clone(),
                })
            })
        })
    }

    /// The workflow that is run, if its file gives one.
    pub fn workflow(&self) -> Option<&Workflow> {
        self.parsed(&self.name)?.tree.as_deref()
    }

    /// The program of the run that starts from these inputs, which are [`Self::run_inputs`],
    /// without parsing the sources once more.
    pub fn program(&self, inputs: &GithubRunInputs) -> Program {
        let trees = self.sources.iter().filter_map(|(name, (_, parsed))| {
            let workflow = parsed.tree.clone()?;
            Some((name.clone(), workflow))
        });
        Program::parsed(trees.collect(), inputs)
    }

    fn parsed(&self, name: &str) -> Option<&Parsed<Arc<Workflow>>> {
        self.sources.get(name).map(|(_, parsed)| parsed)
    }

    /// What is wrong with the sources, each by itself and callers against what they call.
    pub fn problems(&self) -> Vec<Problem> {
        let own = self.sources.values().flat_map(|(_, parsed)| parsed.problems.iter().cloned());
        own.chain(self.link()).collect()
    }

    fn link(&self) -> Vec<Problem> {
        let called = |name: &str| {
            let parsed = self.parsed(name)?;
            Some(Called { workflow: parsed.tree.as_deref()?, size: parsed.size })
        };
        let Some(root) = called(&self.name) else { return Vec::new() };
        let resolve = move |caller: &Workflow, call: &ReusableWorkflowCall| {
            let name = called_source(&caller.source_name, &call.reference);
            called(&name).ok_or_else(|| format!("'{name}' cannot be read"))
        };
        check_calls(root, &resolve, DefaultPermissions::default(), &Limits::default())
    }

    /// Whether the event starts the workflow.
    pub fn decide(&self, event: &Event, changed: &ChangedFiles) -> Option<Decision> {
        Some(decide(&self.workflow()?.on, event, changed))
    }

    /// The `inputs` context that the event gives the workflow.
    ///
    /// # Errors
    /// Every input that does not fit its declaration.
    pub fn inputs(&self, event: &Event) -> Result<Value, Vec<InputError>> {
        let empty = serde_json::Map::new();
        let given = event.payload["inputs"].as_object().unwrap_or(&empty);
        let on = self.workflow().map(|workflow| &workflow.on);
        let inputs = match event.name.as_str() {
            "workflow_dispatch" => match on.and_then(|on| on.workflow_dispatch()) {
                Some(declared) => dispatch_inputs(declared, given)?,
                None => given.clone(),
            },
            "workflow_call" => match on.and_then(|on| on.workflow_call()) {
                Some(declared) => call_inputs(declared, given)?,
                None => given.clone(),
            },
            _ => return Ok(Value::Null),
        };
        Ok(Value::from(Json::Object(inputs)))
    }

    /// What a run of this workflow starts from.
    pub fn run_inputs(
        &self,
        github: Json,
        inputs: Value,
        vars: IndexMap<String, String>,
        selection: Selection,
    ) -> GithubRunInputs {
        let sources = self.sources.iter();
        let vars = vars.into_iter().map(|(name, value)| (name, Json::String(value)));
        GithubRunInputs {
            workflow: self.name.clone(),
            sources: sources.map(|(name, (text, _))| (name.clone(), text.clone())).collect(),
            pins: self.pins.clone(),
            github: Value::from(github),
            inputs,
            vars: Value::from(Json::Object(vars.collect())),
            selection,
        }
    }
}
