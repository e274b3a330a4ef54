//! The actions and workflows that a file refers to: those of the same project, and those of others
//! that a run has fetched before.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    env,
    path::{Component, Path, PathBuf},
    rc::Rc,
};

use windlass_diagnostics::{Diagnostic, SourceId};
use windlass_github::launch::WorkflowFile;
use windlass_github_rules::Project;
use windlass_github_syntax::{
    action::Action,
    limits::Limits,
    link::{Called, DefaultPermissions, check_calls},
    parse_action, parse_workflow,
    problem::{Problem, ProblemKind},
    workflow::{JobBody, ReusableWorkflowCall, Workflow, WorkflowReference},
};

use windlass_repository::SourceCache;

use crate::run::driver::source_cache;

/// The source that spans of neighbours belong to: never shown, for each file is checked by itself.
const ELSEWHERE: SourceId = SourceId(u32::MAX);

/// The most workflows that are followed from one, as GitHub limits them ("Reuse workflows").
const MOST_WORKFLOWS: usize = 50;

type Read<T> = RefCell<HashMap<String, Option<T>>>;

/// The files beside one file, read when they are asked for and kept while it is checked.
pub struct Neighbours {
    root: PathBuf,
    actions: Read<Rc<Action>>,
    workflows: Read<(Rc<Workflow>, usize)>,
    /// What runs have fetched, if they have.
    sources: OnceCell<Option<SourceCache>>,
}

impl Neighbours {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            actions: Read::default(),
            workflows: Read::default(),
            sources: OnceCell::new(),
        }
    }

    fn read(&self, path: &str) -> Option<String> {
        WorkflowFile::read(&self.root, path).ok().map(|file| file.text)
    }

    /// An action, read once: `folder` says where its metadata lies.
    fn action_in(
        &self,
        name: &str,
        folder: impl FnOnce() -> Option<(PathBuf, PathBuf)>,
    ) -> Option<Rc<Action>> {
        if let Some(known) = self.actions.borrow().get(name) {
            return known.clone();
        }
        let found = folder().and_then(|(root, folder)| read_action(&root, &folder, name));
        self.actions.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn called(&self, path: &str) -> Option<(Rc<Workflow>, usize)> {
        if let Some(known) = self.workflows.borrow().get(path) {
            return known.clone();
        }
        let parsed = self.read(path).map(|text| parse_workflow(ELSEWHERE, path, &text));
        let found = parsed.and_then(|parsed| Some((Rc::new(parsed.tree?), parsed.size)));
        self.workflows.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    /// The tree of an action of another repository, if it is in the cache, and its folder there.
    fn fetched(&self, name: &str, reference: &str) -> Option<(PathBuf, PathBuf)> {
        let existing = || Some(source_cache()).filter(|cache| cache.directory().is_dir());
        let cache = self.sources.get_or_init(existing).as_ref()?;
        let mut parts = name.splitn(3, '/');
        let (owner, repository) = (parts.next()?, parts.next()?);
        let folder = PathBuf::from(parts.next().unwrap_or_default());
        if !folder.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let server = env::var("WINDLASS_ACTIONS_URL");
        let server = server.as_deref().unwrap_or("https://github.com");
        let tree = cache.kept(&format!("{server}/{owner}/{repository}"), reference)?;
        Some((tree, folder))
    }

    /// What is wrong with the calls of a workflow, as far as the called files are in the project.
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

/// The metadata in a folder below `root`.
fn read_action(root: &Path, folder: &Path, name: &str) -> Option<Rc<Action>> {
    let file = ["action.yml", "action.yaml"]
        .iter()
        .find_map(|file| WorkflowFile::read(root, folder.join(file).to_str()?).ok())?;
    let parsed = parse_action(ELSEWHERE, name, &file.text);
    (!parsed.has_errors()).then_some(parsed.tree).flatten().map(Rc::new)
}

impl Project for Neighbours {
    fn action(&self, path: &str) -> Option<Rc<Action>> {
        let folder = path.trim_start_matches("./").trim_end_matches('/');
        self.action_in(path, || Some((self.root.clone(), PathBuf::from(folder))))
    }

    fn workflow(&self, path: &str) -> Option<Rc<Workflow>> {
        self.called(path).map(|(workflow, _)| workflow)
    }

    fn fetched_action(&self, name: &str, reference: &str) -> Option<Rc<Action>> {
        self.action_in(&format!("{name}@{reference}"), || self.fetched(name, reference))
    }
}
