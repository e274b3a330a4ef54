//! Steps that use an action: where it comes from, and how its kind is run.
//!
//! Source: GitHub Docs, "Metadata syntax reference" and "Workflow syntax for GitHub Actions",
//! `jobs.<job_id>.steps[*].uses`. [`resolve`] brings actions here before the first step, [`load`]
//! reads their metadata, [`inputs`] evaluates what they are given; then one file a kind.

pub(crate) mod checkout;
pub(crate) mod composite;
pub(crate) mod docker;
pub(crate) mod inputs;
pub(crate) mod javascript;
pub(crate) mod load;
pub(crate) mod node;
pub(crate) mod phases;
pub(crate) mod resolve;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use windlass_diagnostics::Spanned;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{ActionReference, Step};
use windlass_kernel::NodeId;

use super::context::Job;
use super::lane::Lane;
use super::options::GithubRunnerOptions;
use super::state::{Ended, Frame, JobState};
use super::steps::{Prepared, fail};

pub(crate) use phases::{PostStep, run_posts, run_pre};
pub(crate) use resolve::{SharedTrees, prepare};

/// An action that is here, its metadata read.
#[derive(Debug)]
pub(crate) struct LoadedAction {
    /// The directory of its metadata.
    pub directory: PathBuf,
    /// The metadata.
    pub action: Action,
    /// `owner/repository`; `None` for a local action.
    pub repository: Option<String>,
    /// The branch, tag or commit asked for; `None` for a local action.
    pub reference: Option<String>,
}

impl LoadedAction {
    /// What `github` says of the action while it runs.
    pub fn github(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &Option<String>| Value::from(text.as_deref().unwrap_or_default());
        vec![("action_repository", text(&self.repository)), ("action_ref", text(&self.reference))]
    }
}

/// The actions of a job that are ready to run, and what their parts tell each other.
#[derive(Debug, Default)]
pub(crate) struct ActionStore {
    loaded: Mutex<HashMap<ActionReference, Arc<LoadedAction>>>,
    instances: Mutex<HashMap<NodeId, Arc<Instance>>>,
    /// The images of Docker actions that are here, by what their metadata says of them.
    images: Mutex<HashMap<String, String>>,
    /// The program that runs JavaScript.
    pub node: tokio::sync::OnceCell<PathBuf>,
    /// Whether the log says already by which program JavaScript is run.
    pub told_node: std::sync::atomic::AtomicBool,
}

/// One use of an action: its pre, main and post part share this.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    /// What `save-state` and `GITHUB_STATE` kept.
    pub saved: Mutex<IndexMap<String, String>>,
    /// The inputs as they were evaluated last.
    pub inputs: Mutex<IndexMap<String, String>>,
    /// Whether the post part is on the list.
    pub has_post: std::sync::atomic::AtomicBool,
}

impl Instance {
    /// Keeps what a part of the action saved.
    pub fn save(&self, saved: Vec<(String, String)>) {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).extend(saved);
    }

    /// What was saved so far.
    pub fn saved(&self) -> IndexMap<String, String> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The inputs as they were evaluated last.
    pub fn inputs(&self) -> IndexMap<String, String> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the inputs for the parts to come.
    pub fn set_inputs(&self, inputs: &IndexMap<String, String>) {
        inputs.clone_into(&mut self.inputs.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ActionStore {
    /// The action of this reference, if it is ready.
    pub fn get(&self, reference: &ActionReference) -> Option<Arc<LoadedAction>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(reference).cloned()
    }

    /// Keeps an action.
    pub fn insert(&self, reference: ActionReference, action: Arc<LoadedAction>) {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(reference, action);
    }

    /// The image that metadata names so, if it is here.
    fn image(&self, key: &str) -> Option<String> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// An image of an action that is here, if there is one.
    pub fn some_image(&self) -> Option<String> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner).values().next().cloned()
    }

    /// Notes that an image is here.
    fn add_image(&self, key: &str, image: &str) {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        images.insert(key.to_owned(), image.to_owned());
    }

    /// What the parts of the action that a step uses share.
    pub fn instance(&self, step: &NodeId) -> Arc<Instance> {
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.entry(step.clone()).or_default().clone()
    }
}

/// A `uses` step.
#[derive(Clone, Copy)]
pub(crate) struct UsesStep<'a> {
    pub step: &'a Step,
    pub uses: &'a Spanned<String>,
    pub action: &'a ActionReference,
    pub with: Option<&'a Template>,
}

/// Whether this program serves a checkout itself: there is no forge to ask, and nobody said where
/// the action is.
pub(crate) fn is_native_checkout(options: &GithubRunnerOptions, action: &ActionReference) -> bool {
    let ActionReference::Repository { owner, repository, path, .. } = action else { return false };
    owner.eq_ignore_ascii_case("actions")
        && repository.eq_ignore_ascii_case("checkout")
        && path.is_empty()
        && !options.repository.served_by_forge
        && !options.overrides.contains_key("actions/checkout")
}

/// Runs a `uses` step.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &mut Frame,
    prepared: &Prepared,
    step: UsesStep<'_>,
) -> Ended {
    let node = &prepared.node;
    if is_native_checkout(&job.options, step.action) {
        return checkout::run(job, lane, state, frame, prepared, step).await;
    }
    let loaded = match find(job, lane, node, step.action).await {
        Ok(loaded) => loaded,
        Err(problem) => return fail(job, lane, node, &problem),
    };
    let inputs = match inputs::evaluate(job, lane, state, frame, prepared, step, &loaded) {
        Ok(inputs) => inputs,
        Err(problem) => return fail(job, lane, node, &problem),
    };
    let instance = job.actions.instance(node);
    instance.set_inputs(&inputs);
    match &loaded.action.runs {
        ActionRuns::JavaScript { .. } | ActionRuns::Docker { .. } => {
            let is_local = matches!(step.action, ActionReference::Local { .. });
            if is_local && phases::has_pre(&loaded) {
                let message = "`pre` execution is not supported for local actions.";
                lane.log.issue(node, "warning", message);
            }
            phases::register_post(lane, state, frame, prepared, &loaded, &instance);
            let part = phases::Part {
                node,
                loaded: &loaded,
                phase: phases::Phase::Main,
                inputs: &inputs,
                instance: &instance,
                id: &step.step.id.value,
                head: &step.uses.value,
            };
            phases::run_part(job, lane, state, &[&frame.env, &prepared.env], part).await
        }
        ActionRuns::Composite { steps } => {
            let composite = composite::Composite { loaded: &loaded, steps, inputs };
            composite::run(job, lane, state, frame, prepared, composite).await
        }
    }
}

/// The action of a step: brought here before, or in the workspace by now.
async fn find(
    job: &Arc<Job>,
    lane: &mut Lane,
    node: &NodeId,
    reference: &ActionReference,
) -> Result<Arc<LoadedAction>, String> {
    match reference {
        ActionReference::Local { path } => {
            let loaded = load::local(job, path).await?;
            if let ActionRuns::Composite { steps } = &loaded.action.runs {
                let file = &loaded.action.source_name;
                let fetched = resolve::fetch_for(job, lane, node, steps, file).await;
                fetched.map_err(|problem| problem.message)?;
            }
            Ok(loaded)
        }
        ActionReference::Docker { image } => Ok(Arc::new(load::image(image))),
        ActionReference::Repository { .. } => job
            .actions
            .get(reference)
            .ok_or_else(|| "the action was not brought here before the job".to_owned()),
    }
}
