//! From what a command asked for to runs that were carried out, and everything put away.

use std::{num::NonZeroUsize, sync::Arc};

use windlass_store::Store;

use super::{
    approvals::Approvals,
    carry_out::{Start, Workshop},
    driver::{self, Made, Manner},
    project::Opened,
    surface,
};
use crate::{
    arguments::ColorChoice,
    exit::{Failure, Outcome},
};

/// How many runs of a project the history keeps, unless `WINDLASS_KEEP_RUNS` says otherwise.
const KEPT_RUNS: u32 = 200;

/// How runs are carried out and shown.
pub struct Request {
    /// How the jobs are run.
    pub manner: Manner,
    /// Environments that are approved.
    pub approved: Vec<String>,
    /// How many jobs at once.
    pub max_jobs: Option<NonZeroUsize>,
    /// Whether events are printed instead of a view.
    pub json: bool,
    /// When to use colours.
    pub color: ColorChoice,
    /// Whether more than one run is shown.
    pub several_runs: bool,
}

/// Carries runs out and puts everything away.
pub async fn run(request: Request, opened: &Opened, store: Arc<Store>, start: Start) -> Outcome {
    let surface = surface::choose(request.json, request.color, request.several_runs, store.logs());
    let keep = request.manner.settings.keep;
    let name = ulid::Ulid::generate().to_string();
    let base = store.directory().join("work");
    let Made { driver, workspaces, kill } =
        driver::make(opened, request.manner, base, &name, &surface)?;
    let workshop = Workshop {
        store: store.clone(),
        decider: Arc::new(Approvals::new(request.approved, surface.clone())),
        surface,
        driver,
        max_jobs: max_jobs(request.max_jobs),
        kill,
    };
    let exit = workshop.carry_out(start).await?;
    if let Some(workspaces) = Arc::into_inner(workspaces) {
        workspaces.finish(keep).map_err(Failure::environment)?;
    }
    let project = opened.project.root.display().to_string();
    store.prune(&project, kept_runs()).await.map_err(Failure::environment)?;
    if let Some(store) = Arc::into_inner(store) {
        store.close().await;
    }
    Ok(exit)
}

/// As many jobs as the machine has cores, unless the user says otherwise.
fn max_jobs(wanted: Option<NonZeroUsize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    wanted.map_or_else(cores, NonZeroUsize::get)
}

fn kept_runs() -> u32 {
    let set = std::env::var("WINDLASS_KEEP_RUNS").ok().and_then(|it| it.parse().ok());
    set.unwrap_or(KEPT_RUNS).max(1)
}
