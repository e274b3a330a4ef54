//! Carrying runs out: the engine with its parts, the surfaces, and the user's Ctrl-C.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use jiff::Timestamp;
use tokio::{signal::unix, sync::watch};
use windlass_engine::{
    Decider, Engine, EngineError, Gates, JobDriver, JobScheduler, Performers, RunHandle, Timers,
};
use windlass_kernel::{Actor, NodeId, OperationKind, Process, RunId, RunInputs, Status};
use windlass_reporting::{FollowedLogs, LogFollower, Surface};
use windlass_store::{SharedLocks, Store};

use crate::exit::{Exit, Failure, Outcome};

/// A run, ready to start.
pub struct Ready {
    /// Its id in the history.
    pub id: RunId,
    /// What it starts from.
    pub inputs: RunInputs,
}

/// A kind of pipelines: how a run of it begins, and who runs its jobs.
pub struct Dialect {
    /// Its name in job orders.
    pub name: &'static str,
    /// The process of a run.
    pub process: fn() -> Box<dyn Process>,
    /// Runs the jobs.
    pub driver: Arc<dyn JobDriver>,
}

/// What runs are carried out with.
pub struct Workshop {
    /// The history.
    pub store: Arc<Store>,
    /// Where people follow them.
    pub surface: Arc<dyn Surface>,
    /// The kind of pipelines they are.
    pub dialect: Dialect,
    /// Who decides on environments.
    pub decider: Arc<dyn Decider>,
    /// How many jobs at once.
    pub max_jobs: usize,
    /// Told when patience has ended: everything is killed.
    pub kill: watch::Sender<bool>,
    /// The root directory of the project, by which its concurrency groups are known.
    pub project: String,
}

/// How runs come into being.
pub enum Start {
    /// They are new.
    New(Vec<Ready>),
    /// This one goes on.
    Resume(RunId),
}

impl Start {
    /// The runs that are meant.
    pub fn runs(&self) -> Vec<RunId> {
        match self {
            Start::New(runs) => runs.iter().map(|run| run.id).collect(),
            Start::Resume(id) => vec![*id],
        }
    }
}

impl Workshop {
    /// Carries the runs out and answers how they ended together.
    pub async fn carry_out(self, start: Start) -> Outcome {
        let signals = Signals::listen().map_err(Failure::environment)?;
        let engine = self.engine_for_runs();
        let handles = match start {
            Start::New(runs) => runs
                .into_iter()
                .map(|run| engine.create(run.id, (self.dialect.process)(), run.inputs))
                .collect(),
            Start::Resume(id) => {
                vec![engine.resume(id, (self.dialect.process)()).await.map_err(Failure::refused)?]
            }
        };
        let watch = self.watch_for_cancels(&handles, signals);
        let mut exit = Ok(Exit::Success);
        for handle in handles {
            let ended = self.see_to_the_end(handle).await;
            // All of them are waited for, whatever became of one.
            exit = match (exit, ended) {
                (Ok(exit), Ok(status)) => Ok(worse(exit, exit_of(status))),
                (Err(first), _) | (_, Err(first)) => Err(first),
            };
        }
        watch.abort();
        self.surface.finish();
        match (exit, self.surface.output().failure()) {
            (Ok(_), Some(reason)) => Err(Failure::environment(anyhow::anyhow!(
                "standard output cannot be written to, so the run was cancelled: {reason}"
            ))),
            (Ok(_), None) if self.surface.output().is_closed() => Ok(Exit::ClosedOutput),
            (exit, _) => exit,
        }
    }

    /// Waits for a run's end and enters it in the history.
    async fn see_to_the_end(&self, handle: RunHandle) -> Result<Status, Failure> {
        let id = handle.id();
        let outcome = match handle.outcome().await {
            Ok(outcome) => outcome,
            Err(error @ EngineError::Journal(_)) => return Err(self.unrecorded(id, error).await),
            Err(error) => {
                // What cannot be replayed now cannot be resumed later either.
                let _ = self.store.end_run(id, Status::Failed, Timestamp::now()).await;
                return Err(Failure::environment(error));
            }
        };
        let ended = self.store.end_run(id, outcome.status, Timestamp::now()).await;
        ended.map_err(Failure::environment)?;
        Ok(outcome.status)
    }

    /// The run stopped because its record could not be kept: as far as that goes it can go on.
    async fn unrecorded(&self, id: RunId, error: EngineError) -> Failure {
        let number =
            self.store.run(id).await.map_or_else(|_| id.to_string(), |run| run.number.to_string());
        Failure::environment(anyhow::Error::from(error).context(format!(
            "run {number} was stopped because its history cannot be written; when that is mended, \
             `windlass runs resume {number}` goes on with it"
        )))
    }

    fn engine_for_runs(&self) -> Engine {
        let follower: Arc<dyn LogFollower> = self.surface.clone();
        let logs = Arc::new(FollowedLogs::new(Arc::new(self.store.logs()), vec![follower]));
        let jobs = JobScheduler::new(self.max_jobs, logs)
            .with(self.dialect.name, self.dialect.driver.clone());
        let locks = SharedLocks::new(self.store.clone(), self.project.clone());
        let performers = Performers::default()
            .with(OperationKind::RunJob, Arc::new(jobs))
            .with(OperationKind::Gate, Arc::new(Gates::new(self.decider.clone())))
            .with(OperationKind::Lock, Arc::new(locks))
            .with(OperationKind::Sleep, Arc::new(Timers::default()));
        Engine::new(self.store.clone(), performers).with_observer(self.surface.clone())
    }

    /// Ctrl-C and SIGTERM cancel every run; the second one kills; a closed output cancels too.
    fn watch_for_cancels(
        &self,
        handles: &[RunHandle],
        mut signals: Signals,
    ) -> tokio::task::JoinHandle<()> {
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
            // Asked once: the request stays in the history, and is no reason to lose patience.
            let mut asked = std::pin::pin!(asked_elsewhere(&store, &ids));
            let mut was_asked = false;
            loop {
                tokio::select! {
                    why = signals.next() => cancel(why),
                    by = &mut asked, if !was_asked => {
                        was_asked = true;
                        cancel(&by);
                    }
                }
            }
        })
    }
}

/// The signals that ask the program to stop.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    /// From now on they no longer end the program.
    fn listen() -> io::Result<Self> {
        Ok(Signals {
            interrupt: unix::signal(unix::SignalKind::interrupt())?,
            terminate: unix::signal(unix::SignalKind::terminate())?,
            hangup: unix::signal(unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; answers what people call it.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.hangup.recv() => "the closing of the terminal",
        }
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
