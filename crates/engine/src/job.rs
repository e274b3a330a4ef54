//! Running jobs beside their workspaces: the driver's trait, and who runs when.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::{Semaphore, watch};
use windlass_kernel::{
    CancelReason, JobOrder, JobResult, NodeId, Operation, OperationId, OperationResult, RunId,
    RunInputs, Update,
};

use crate::{LogStream, Logs, Performer, Port};

/// Evaluates and runs the steps of one dialect's jobs.
///
/// One driver runs many jobs at once. `run` returns when the job has ended and nothing of it is
/// left behind, after a cancel too. It may be called again for a job that an earlier process of
/// the program was running; what that process left is cleared away first.
#[async_trait]
pub trait JobDriver: Send + Sync {
    /// Runs one job to its end.
    async fn run(&self, order: JobOrder, port: JobPort) -> JobResult;
}

/// What a driver has of the world outside its job.
pub struct JobPort {
    port: Port,
    logs: Arc<dyn Logs>,
    cancelled: watch::Receiver<Option<CancelReason>>,
}

impl JobPort {
    /// The run the job belongs to.
    pub fn run(&self) -> RunId {
        self.port.run()
    }

    /// The operation that is the job's run; unique in its run, also over restarts.
    pub fn operation(&self) -> OperationId {
        self.port.id()
    }

    /// The job's node.
    pub fn node(&self) -> &NodeId {
        self.port.node()
    }

    /// What the run started from; the order refers to it for what all jobs share.
    pub fn run_inputs(&self) -> &Arc<RunInputs> {
        self.port.run_inputs()
    }

    /// Reports what changed.
    pub fn progress(&self, update: impl Into<Update>) {
        self.port.progress(update);
    }

    /// Opens a log stream of the run.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn log(&self, stream: &str) -> std::io::Result<Box<dyn LogStream>> {
        self.logs.open(self.port.run(), stream)
    }

    /// Becomes `Some` when the job shall stop; never goes back.
    pub fn cancelled(&self) -> watch::Receiver<Option<CancelReason>> {
        self.cancelled.clone()
    }
}

type RunningJobs = HashMap<(RunId, OperationId), watch::Sender<Option<CancelReason>>>;

/// The performer of `RunJob`: lets so many jobs run at a time, first come first served.
pub struct JobScheduler {
    drivers: HashMap<String, Arc<dyn JobDriver>>,
    logs: Arc<dyn Logs>,
    slots: Arc<Semaphore>,
    running: Arc<Mutex<RunningJobs>>,
}

impl JobScheduler {
    /// A scheduler that runs at most `max_jobs` jobs at a time (at least one).
    pub fn new(max_jobs: usize, logs: Arc<dyn Logs>) -> Self {
        JobScheduler {
            drivers: HashMap::new(),
            logs,
            slots: Arc::new(Semaphore::new(max_jobs.max(1))),
            running: Arc::default(),
        }
    }

    /// Registers the driver of a dialect.
    pub fn with(mut self, dialect: &str, driver: Arc<dyn JobDriver>) -> Self {
        self.drivers.insert(dialect.to_owned(), driver);
        self
    }
}

impl Performer for JobScheduler {
    fn start(&self, operation: Operation, port: Port) {
        let Operation::RunJob(order) = operation else { return };
        let Some(driver) = self.drivers.get(&order.dialect).cloned() else {
            let message = format!("no driver for jobs of dialect '{}'", order.dialect);
            return port.settle(OperationResult::Failed { message });
        };
        let (sender, mut cancelled) = watch::channel(None);
        let key = (port.run(), port.id());
        lock(&self.running).insert(key, sender);
        let (slots, running, logs) = (self.slots.clone(), self.running.clone(), self.logs.clone());
        tokio::spawn(async move {
            let slot = tokio::select! {
                slot = slots.acquire_owned() => slot.ok(),
                _ = cancelled.wait_for(Option::is_some) => None,
            };
            let result = match slot {
                Some(_slot) => {
                    let job = JobPort { port: port.clone(), logs, cancelled };
                    OperationResult::Job(driver.run(order, job).await)
                }
                None => OperationResult::Cancelled,
            };
            lock(&running).remove(&key);
            port.settle(result);
        });
    }

    fn cancel(&self, run: RunId, id: OperationId, reason: CancelReason) {
        if let Some(sender) = lock(&self.running).get(&(run, id)) {
            sender.send_if_modified(|now| now.is_none() && now.replace(reason).is_none());
        }
    }
}

fn lock(running: &Mutex<RunningJobs>) -> MutexGuard<'_, RunningJobs> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
