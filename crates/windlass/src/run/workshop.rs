//! From what a command asked for to runs that were carried out, and everything put away.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
};

use tokio::task::JoinHandle;
use windlass_reporting::Surface;
use windlass_repository::Workspaces;
use windlass_store::Store;

use super::{
    approvals::{Approvals, Approved},
    carry_out::{Start, Workshop},
    driver::Made,
    leavings, leftovers,
    project::Opened,
    services::LocalServices,
    surface,
};
use crate::{
    arguments::ColorChoice,
    exit::{Failure, Outcome},
    gitlab,
};

/// How many runs of a project the history keeps, unless `WINDLASS_KEEP_RUNS` says otherwise.
const KEPT_RUNS: u32 = 200;

/// Where a driver finds what it uses.
pub struct Place<'a> {
    /// The project.
    pub opened: &'a Opened,
    /// Where workspaces are made.
    pub base: PathBuf,
    /// Where the history lies, and what belongs to it.
    pub state: PathBuf,
    /// A name that is unique for all time.
    pub name: String,
    /// Where people follow the runs.
    pub surface: Arc<dyn Surface>,
    /// What jobs may call.
    pub services: Arc<LocalServices>,
    /// The history.
    pub store: Arc<Store>,
}

/// Makes the driver of a dialect.
pub type Maker = Box<dyn FnOnce(Place<'_>) -> Result<Made, Failure>>;

/// How runs are carried out and shown.
pub struct Request {
    /// Makes the driver.
    pub maker: Maker,
    /// Whether the workspaces are kept.
    pub keep: bool,
    /// Who decides where a person is asked.
    pub approvals: Approved,
    /// How many jobs at once.
    pub max_jobs: Option<NonZeroUsize>,
    /// Whether events are printed instead of a view.
    pub json: bool,
    /// When to use colours.
    pub color: ColorChoice,
    /// Whether more than one run is shown.
    pub several_runs: bool,
}

/// Everything that runs need, ready before a run is entered in the history: what this machine
/// refuses is refused here.
pub struct Prepared {
    workshop: Workshop,
    workspaces: Arc<Workspaces>,
    services: Arc<LocalServices>,
    keep: bool,
    project: String,
    /// The removal of containers that a crash left.
    clearing: JoinHandle<()>,
}

impl Prepared {
    /// Makes directories and driver.
    pub fn new(request: Request, opened: &Opened, store: Arc<Store>) -> Result<Self, Failure> {
        let surface =
            surface::choose(request.json, request.color, request.several_runs, store.logs());
        let keep = request.keep;
        let services = Arc::new(LocalServices::new(opened, store.clone()));
        let Made { dialect, workspaces, kill } = (request.maker)(Place {
            opened,
            base: store.directory().join("work"),
            state: store.directory().to_owned(),
            name: ulid::Ulid::generate().to_string(),
            surface: surface.clone(),
            services: services.clone(),
            store: store.clone(),
        })?;
        let project = opened.project.root.display().to_string();
        let workshop = Workshop {
            decider: Arc::new(Approvals::new(request.approvals, surface.clone())),
            store,
            surface,
            dialect,
            max_jobs: max_jobs(request.max_jobs),
            kill,
            project: project.clone(),
        };
        let clearing = tokio::spawn(leftovers::remove_containers());
        Ok(Prepared { workshop, workspaces, services, keep, project, clearing })
    }

    /// Where the runs will be followed.
    pub fn surface(&self) -> &Arc<dyn Surface> {
        &self.workshop.surface
    }

    /// Carries runs out and puts everything away.
    pub async fn carry_out(self, start: Start) -> Outcome {
        let Prepared { workshop, workspaces, services, keep, project, clearing } = self;
        let (store, surface) = (workshop.store.clone(), workshop.surface.clone());
        let runs = start.runs();
        let outcome = workshop.carry_out(start).await;
        let _ = tokio::time::timeout(leftovers::CONTAINER_PATIENCE, clearing).await;
        services.stop().await;
        let kept = workspaces.directory().to_owned();
        // How the runs ended is not changed by what could not be tidied up after them.
        if let Err(error) = workspaces.finish(keep) {
            warn(&error);
        }
        if keep && outcome.is_ok() {
            surface.message(&format!("The workspaces are kept in {}", kept.display()));
        }
        if services.were_used() {
            for run in runs {
                leavings::tell(&store, run, &*surface).await;
            }
        }
        drop(services);
        match store.prune(&project, kept_runs()).await {
            Ok(removed) => gitlab::driver::forget(store.directory(), &removed),
            Err(error) if outcome.is_ok() => warn(&error),
            Err(_) => {}
        }
        if let Some(store) = Arc::into_inner(store) {
            store.close().await;
        }
        outcome
    }
}

fn warn(error: &dyn std::error::Error) {
    // Nobody is left to be told when standard error is closed as well.
    let _ = writeln!(io::stderr(), "warning: {error}");
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
