//! Carrying runs out: the engine with its parts, the surfaces, and the user's Ctrl-C.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jiff::Timestamp;
use tokio::{signal::unix, sync::watch};
use windlass_engine::{Decider, Engine, Gates, JobScheduler, Locks, Performers, RunHandle, Timers};
use windlass_github::{GithubProcess, job::GithubJobDriver};
use windlass_kernel::{Actor, NodeId, OperationKind, RunId, RunInputs, Status};
use windlass_reporting::{FollowedLogs, LogFollower, Surface};
use windlass_store::Store;

use crate::exit::{Exit, Failure, Outcome};

/// A run, ready to start.
pub struct Ready {
    /// Its id in the history.
    pub id: RunId,
    /// What it starts from.
    pub inputs: RunInputs,
}

/// What runs are carried out with.
pub struct Workshop {
    /// The history.
    pub store: Arc<Store>,
    /// Where people follow them.
    pub surface: Arc<dyn Surface>,
    /// Who runs the jobs.
    pub driver: Arc<GithubJobDriver>,
    /// Who decides on environments.
    pub decider: Arc<dyn Decider>,
    /// How many jobs at once.
    pub max_jobs: usize,
    /// Told when patience has ended: everything is killed.
    pub kill: watch::Sender<bool>,
}

/// How runs come into being.
pub enum Start {
    /// They are new.
    New(Vec<Ready>),
    /// This one goes on.
    Resume(RunId),
}

impl Workshop {
    /// Carries the runs out and answers how they ended together.
    pub async fn carry_out(self, start: Start) -> Outcome {
        let engine = self.engine_for_runs();
        let handles = match start {
            Start::New(runs) => runs
                .into_iter()
                .map(|run| engine.create(run.id, Box::new(GithubProcess::default()), run.inputs))
                .collect(),
            Start::Resume(id) => {
                let process = Box::new(GithubProcess::default());
                vec![engine.resume(id, process).await.map_err(Failure::refused)?]
            }
        };
        let watch = self.watch_for_cancels(&handles);
        let mut exit = Exit::Success;
        for handle in handles {
            let id = handle.id();
            let outcome = handle.outcome().await.map_err(Failure::environment)?;
            let ended = self.store.end_run(id, outcome.status, Timestamp::now()).await;
            ended.map_err(Failure::environment)?;
            exit = worse(exit, exit_of(outcome.status));
        }
        watch.abort();
        self.surface.finish();
        if self.surface.output().is_closed() {
            return Ok(Exit::ClosedOutput);
        }
        Ok(exit)
    }

    fn engine_for_runs(&self) -> Engine {
        let follower: Arc<dyn LogFollower> = self.surface.clone();
        let logs = Arc::new(FollowedLogs::new(Arc::new(self.store.logs()), vec![follower]));
        let jobs = JobScheduler::new(self.max_jobs, logs)
            .with(windlass_github::order::DIALECT, self.driver.clone());
        let performers = Performers::default()
            .with(OperationKind::RunJob, Arc::new(jobs))
            .with(OperationKind::Gate, Arc::new(Gates::new(self.decider.clone())))
            .with(OperationKind::Lock, Arc::new(Locks::default()))
            .with(OperationKind::Sleep, Arc::new(Timers::default()));
        Engine::new(self.store.clone(), performers).with_observer(self.surface.clone())
    }

    /// Ctrl-C and SIGTERM cancel every run; the second one kills; a closed output cancels too.
    fn watch_for_cancels(&self, handles: &[RunHandle]) -> tokio::task::JoinHandle<()> {
        let cancellers: Arc<[_]> = handles.iter().map(RunHandle::canceller).collect();
        let count = Arc::new(AtomicUsize::new(0));
        let kill = self.kill.clone();
        let cancel = move |why: &str| {
            let by = Actor::Person(why.to_owned());
            cancellers.iter().for_each(|cancel| cancel(NodeId::run(), by.clone()));
            if count.fetch_add(1, Ordering::Relaxed) > 0 {
                kill.send_replace(true);
            }
        };
        let closed = cancel.clone();
        self.surface.output().when_closed(move || closed("the reader of the output going away"));
        let store = self.store.clone();
        let ids: Vec<RunId> = handles.iter().map(RunHandle::id).collect();
        tokio::spawn(async move {
            let (Ok(mut interrupt), Ok(mut terminate)) = (
                unix::signal(unix::SignalKind::interrupt()),
                unix::signal(unix::SignalKind::terminate()),
            ) else {
                return;
            };
            loop {
                tokio::select! {
                    _ = interrupt.recv() => cancel("Ctrl-C"),
                    _ = terminate.recv() => cancel("SIGTERM"),
                    by = asked_elsewhere(&store, &ids) => cancel(&by),
                }
            }
        })
    }
}

/// Waits until another process asks for one of these runs to be cancelled.
async fn asked_elsewhere(store: &Store, runs: &[RunId]) -> String {
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        for run in runs {
            if let Ok(Some(by)) = store.cancel_request(*run).await {
                return by;
            }
        }
    }
}

/// The exit code of a run that ended so.
pub fn exit_of(status: Status) -> Exit {
    match status {
        Status::Succeeded | Status::Warning | Status::Skipped => Exit::Success,
        Status::Cancelled => Exit::Cancelled,
        Status::Failed | Status::TimedOut => Exit::RunFailed,
    }
}

/// A failure outweighs a cancel, which outweighs success.
fn worse(one: Exit, other: Exit) -> Exit {
    let weight = |exit| match exit {
        Exit::RunFailed => 2,
        Exit::Cancelled => 1,
        _ => 0,
    };
    if weight(other) > weight(one) { other } else { one }
}
