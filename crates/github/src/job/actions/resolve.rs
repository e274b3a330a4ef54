//! Bringing the actions of a job here before its first step, as GitHub does in `Set up job`.
//!
//! Local actions are read when their step runs: a checkout may have to come first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use windlass_diagnostics::Span;
use windlass_github_syntax::action::ActionRuns;
use windlass_github_syntax::workflow::{ActionReference, Step, StepKind};
use windlass_kernel::NodeId;
use windlass_repository::{FetchedTree, Resolution};

use super::{LoadedAction, docker, is_native_checkout, load};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::steps::StepFuture;

/// How deep actions may use actions (GitHub Docs, "Creating a composite action").
pub(crate) const MAXIMUM_DEPTH: usize = 10;

/// The trees of a run: every job sees the same commit of `owner/repo@branch`.
#[derive(Debug, Default)]
pub(crate) struct SharedTrees {
    trees: Mutex<HashMap<(String, String), SharedTree>>,
}

/// One tree, fetched by the first job that asks for it.
type SharedTree = Arc<OnceCell<FetchedTree>>;

/// An action cannot be had.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// What is wrong.
    pub message: String,
    /// Where the action is used: file and place.
    pub place: Option<(String, Span)>,
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Problem { message, place: None }
    }
}

/// Brings all actions of a job here.
///
/// # Errors
/// The first that cannot be had, or whose step would run and cannot.
pub(crate) async fn prepare(job: &Arc<Job>, lane: &mut Lane, node: &NodeId) -> Result<(), Problem> {
    let (steps, file) = (&job.order.job.steps, &job.order.source_name);
    fetch_for(job, lane, node, steps, file).await?;
    provide_images(job, lane, node, steps, file).await
}

/// Pulls and builds the images of the Docker actions of steps, before others run in vain that lead
/// up to them. A step with a condition, or that may fail, is left until it is known to be needed.
fn provide_images<'a>(
    job: &'a Arc<Job>,
    lane: &'a mut Lane,
    node: &'a NodeId,
    steps: &'a [Step],
    file: &'a str,
) -> StepFuture<'a, Result<(), Problem>> {
    Box::pin(async move {
        let certain =
            |step: &&Step| step.condition.written.is_none() && step.continue_on_error.is_none();
        for step in steps.iter().filter(certain) {
            let (uses, loaded) = match &step.kind {
                StepKind::Uses { uses, action: ActionReference::Docker { image }, .. } => {
                    (uses, Arc::new(load::image(image)))
                }
                StepKind::Uses { uses, action, .. } => match job.actions.get(action) {
                    Some(loaded) => (uses, loaded),
                    None => continue,
                },
                StepKind::Parallel { steps } => {
                    provide_images(job, lane, node, steps, file).await?;
                    continue;
                }
                _ => continue,
            };
            if let ActionRuns::Docker { .. } = loaded.action.runs {
                let provided = docker::image(job, lane, node, &loaded).await;
                let place = Some((file.to_owned(), uses.span));
                provided.map_err(|message| Problem { message, place })?;
            }
        }
        Ok(())
    })
}

/// One use of an action.
struct Use {
    reference: ActionReference,
    place: (String, Span),
}

/// Brings the actions here that some steps use, and those that these use in turn.
///
/// # Errors
/// The first that cannot be had.
pub(crate) async fn fetch_for(
    job: &Arc<Job>,
    lane: &mut Lane,
    node: &NodeId,
    steps: &[Step],
    file: &str,
) -> Result<(), Problem> {
    let mut wanted = Vec::new();
    collect(job, steps, file, &mut wanted);
    for _ in 0..MAXIMUM_DEPTH {
        if wanted.is_empty() {
            return Ok(());
        }
        lane.log.flush();
        lane.reporter.flush();
        let mut next = Vec::new();
        for each in fetch_all(job, lane, node, wanted).await? {
            if let ActionRuns::Composite { steps } = &each.action.runs {
                collect(job, steps, &each.action.source_name, &mut next);
            }
        }
        wanted = next;
    }
    Err(Problem::from(format!("Actions use actions more than {MAXIMUM_DEPTH} deep.")))
}

/// The actions of other repositories that steps use and that are not here yet.
fn collect(job: &Job, steps: &[Step], file: &str, wanted: &mut Vec<Use>) {
    for step in steps {
        match &step.kind {
            StepKind::Uses { uses, action, .. } => {
                let is_known = job.actions.get(action).is_some()
                    || wanted.iter().any(|other| other.reference == *action);
                let is_fetched = matches!(action, ActionReference::Repository { .. });
                if is_fetched && !is_known && !is_native_checkout(&job.options, action) {
                    let place = (file.to_owned(), uses.span);
                    wanted.push(Use { reference: action.clone(), place });
                }
            }
            StepKind::Parallel { steps } => collect(job, steps, file, wanted),
            _ => {}
        }
    }
}

/// Fetches actions side by side, and reads their metadata.
async fn fetch_all(
    job: &Arc<Job>,
    lane: &mut Lane,
    node: &NodeId,
    wanted: Vec<Use>,
) -> Result<Vec<Arc<LoadedAction>>, Problem> {
    let mut tasks = Vec::new();
    for each in wanted {
        let job = job.clone();
        tasks.push(tokio::spawn(async move {
            let fetched = fetch(&job, &each.reference).await;
            (each, fetched)
        }));
    }
    let mut loaded = Vec::new();
    let mut first_problem = None;
    for task in tasks {
        let (each, fetched) =
            task.await.map_err(|error| Problem::from(format!("an action's fetch: {error}")))?;
        match fetched {
            Ok((action, lines)) => {
                lines.iter().for_each(|line| lane.log.line(node, line));
                job.actions.insert(each.reference, action.clone());
                loaded.push(action);
            }
            Err(message) => {
                first_problem.get_or_insert(Problem { message, place: Some(each.place) });
            }
        }
    }
    first_problem.map_or(Ok(loaded), Err)
}

async fn fetch(
    job: &Arc<Job>,
    reference: &ActionReference,
) -> Result<(Arc<LoadedAction>, Vec<String>), String> {
    let ActionReference::Repository { owner, repository, path, reference } = reference else {
        return Err("only actions of repositories are fetched".to_owned());
    };
    let name = format!("{owner}/{repository}");
    let tree = job.trees.get(job, &name, reference).await?;
    let mut lines = Vec::new();
    let is_local = job.options.overrides.contains_key(&name.to_ascii_lowercase());
    let verb = match (is_local, tree.cached) {
        (true, _) => "Use replaced action repository",
        (false, true) => "Use cached action repository",
        (false, false) => "Download action repository",
    };
    let commit = tree.pinned.as_ref().map(|pinned| format!(" (SHA:{})", pinned.sha));
    lines.push(format!("{verb} '{name}@{reference}'{}", commit.unwrap_or_default()));
    if let Some(Resolution::Remembered(why)) = tree.pinned.map(|pinned| pinned.resolution) {
        lines.push(format!("##[warning]'{name}@{reference}' may be out of date: {why}"));
    }
    let directory = tree.path.join(path);
    let shown = if path.is_empty() { name.clone() } else { format!("{name}/{path}") };
    let action = load::metadata(&directory, &shown)?;
    let (repository, reference) = (Some(name), Some(reference.clone()));
    Ok((Arc::new(LoadedAction { directory, action, repository, reference }), lines))
}

impl SharedTrees {
    async fn get(
        &self,
        job: &Arc<Job>,
        name: &str,
        reference: &str,
    ) -> Result<FetchedTree, String> {
        let cell = {
            let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
            trees.entry((name.to_ascii_lowercase(), reference.to_owned())).or_default().clone()
        };
        let tree = cell.get_or_try_init(|| async {
            let (options, name) = (job.options.clone(), name.to_owned());
            let reference = reference.to_owned();
            let fetched = tokio::task::spawn_blocking(move || {
                match options.overrides.get(&name.to_ascii_lowercase()) {
                    Some(replacement) => options.sources.fetch_override(replacement, &reference),
                    None => {
                        let url = format!("{}/{name}", options.action_server_url);
                        options.sources.fetch(&url, &reference)
                    }
                }
            });
            fetched
                .await
                .map_err(|error| format!("the fetch broke down: {error}"))?
                .map_err(|error| error.to_string())
        });
        tree.await.cloned()
    }
}
