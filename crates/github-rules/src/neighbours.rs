//! The actions and workflows of the same project that a file refers to.
//!
//! Where their texts come from is the caller's business: from files, or from an editor that has
//! them open.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use windlass_diagnostics::{Diagnostic, SourceId};
use windlass_github_syntax::action::Action;
use windlass_github_syntax::limits::Limits;
use windlass_github_syntax::link::{Called, DefaultPermissions, check_calls};
use windlass_github_syntax::problem::{Problem, ProblemKind};
use windlass_github_syntax::workflow::{
    ActionReference, JobBody, ReusableWorkflowCall, Workflow, WorkflowReference,
};
use windlass_github_syntax::{parse_action, parse_workflow};

use crate::actions::ActionInterface;
use crate::project::Project;

/// The source that spans of neighbours belong to: never shown, for each file is checked by itself.
const ELSEWHERE: SourceId = SourceId(u32::MAX);

/// The most workflows that are followed from one, as GitHub limits them ("Reuse workflows").
const MOST_WORKFLOWS: usize = 50;

/// The names of the file with an action's metadata. Source: GitHub Docs, "Metadata syntax
/// reference".
pub const ACTION_FILES: [&str; 2] = ["action.yml", "action.yaml"];

/// What was read, by path; nothing where it cannot be read.
type Known<T> = RefCell<HashMap<String, Option<T>>>;

/// Where the texts of neighbours come from. A function from paths to texts is one, too.
pub trait Texts {
    /// The text of a file of the project, by its path from the project's root.
    fn file(&self, path: &str) -> Option<String>;

    /// The metadata of an action of another repository, `owner/repository[/path]`, if it is on
    /// this machine at this reference. Nothing is fetched for it.
    fn fetched_action(&self, _name: &str, _reference: &str) -> Option<String> {
        None
    }
}

impl<F: Fn(&str) -> Option<String>> Texts for F {
    fn file(&self, path: &str) -> Option<String> {
        self(path)
    }
}

/// The files beside one file, read when they are asked for and kept while it is checked.
pub struct Neighbours<'texts> {
    texts: Box<dyn Texts + 'texts>,
    actions: Known<Rc<Action>>,
    interfaces: RefCell<HashMap<ActionReference, Option<Rc<ActionInterface>>>>,
    workflows: Known<(Rc<Workflow>, usize)>,
}

impl<'texts> Neighbours<'texts> {
    /// Neighbours whose texts come from there, as far as they can be read.
    pub fn new(texts: impl Texts + 'texts) -> Self {
        Self {
            texts: Box::new(texts),
            actions: Known::default(),
            interfaces: RefCell::default(),
            workflows: Known::default(),
        }
    }

    fn find_interface(&self, action: &ActionReference) -> Option<ActionInterface> {
        match action {
            ActionReference::Local { path } => Some(ActionInterface::of(&*self.action(path)?)),
            ActionReference::Repository { reference, .. } => {
                let name = action.name()?;
                let text = self.texts.fetched_action(&name, reference);
                let fetched = text.and_then(|text| usable_action(&name, &text));
                ActionInterface::from_elsewhere(&name, reference, fetched.as_ref())
            }
            ActionReference::Docker { .. } => None,
        }
    }

    fn called(&self, path: &str) -> Option<(Rc<Workflow>, usize)> {
        if let Some(known) = self.workflows.borrow().get(path) {
            return known.clone();
        }
        let parsed = self.texts.file(path).map(|text| parse_workflow(ELSEWHERE, path, &text));
        let found = parsed.and_then(|parsed| Some((Rc::new(parsed.tree?), parsed.size)));
        self.workflows.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    /// What is wrong with the calls of a workflow, as far as the called files are in the project.
    /// `size` is [`Parsed::size`](windlass_github_syntax::Parsed::size) of the workflow.
    #[must_use]
    pub fn calls(&self, root: &Workflow, size: usize) -> Vec<Diagnostic> {
        let found = self.reachable(root);
        let resolve = |_: &Workflow, call: &ReusableWorkflowCall| match &call.reference {
            WorkflowReference::Local { path } => found
                .get(path)
                .map(|(workflow, size)| Called { workflow, size: *size })
                .ok_or_else(|| format!("'{path}' cannot be read")),
            WorkflowReference::Remote { .. } => Err(String::new()),
        };
        let root = Called { workflow: root, size };
        let limits = Limits::default();
        let problems = check_calls(root, &resolve, DefaultPermissions::default(), &limits);
        problems.iter().filter(|it| concerns_this_file(it)).map(Problem::to_diagnostic).collect()
    }

    /// The workflows of the project that a workflow calls, and those that they call.
    fn reachable(&self, root: &Workflow) -> HashMap<String, (Rc<Workflow>, usize)> {
        let mut found = HashMap::new();
        let mut pending = local_calls(root);
        while let Some(path) = pending.pop() {
            if found.contains_key(&path) || found.len() >= MOST_WORKFLOWS {
                continue;
            }
            if let Some(called) = self.called(&path) {
                pending.extend(local_calls(&called.0));
                found.insert(path, called);
            }
        }
        found
    }
}

/// The action with this metadata, when nothing is wrong with it.
fn usable_action(name: &str, text: &str) -> Option<Action> {
    let parsed = parse_action(ELSEWHERE, name, text);
    if parsed.has_errors() { None } else { parsed.tree }
}

fn local_calls(workflow: &Workflow) -> Vec<String> {
    let calls = workflow.jobs.values().filter_map(|job| match &job.body {
        JobBody::Reusable(call) => match &call.reference {
            WorkflowReference::Local { path } => Some(path.clone()),
            WorkflowReference::Remote { .. } => None,
        },
        JobBody::Steps(_) => None,
    });
    calls.collect()
}

/// A workflow from elsewhere is not fetched, so that it is missing says nothing; what is wrong in a
/// called file is said where that file is checked.
fn concerns_this_file(problem: &Problem) -> bool {
    let is_remote = matches!(
        &problem.kind,
        ProblemKind::CalledWorkflowMissing { uses, .. } if !uses.starts_with("./")
    );
    problem.span.source != ELSEWHERE && !is_remote
}

impl Project for Neighbours<'_> {
    fn action(&self, path: &str) -> Option<Rc<Action>> {
        if let Some(known) = self.actions.borrow().get(path) {
            return known.clone();
        }
        let folder = path.trim_start_matches("./").trim_end_matches('/');
        let file = |name: &&str| {
            let inside =
                if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
            self.texts.file(&inside)
        };
        let text = ACTION_FILES.iter().find_map(file);
        let found = text.and_then(|text| usable_action(path, &text)).map(Rc::new);
        self.actions.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    fn workflow(&self, path: &str) -> Option<Rc<Workflow>> {
        self.called(path).map(|(workflow, _)| workflow)
    }

    fn interface(&self, action: &ActionReference) -> Option<Rc<ActionInterface>> {
        if let Some(known) = self.interfaces.borrow().get(action) {
            return known.clone();
        }
        let found = self.find_interface(action).map(Rc::new);
        self.interfaces.borrow_mut().insert(action.clone(), found.clone());
        found
    }
}
