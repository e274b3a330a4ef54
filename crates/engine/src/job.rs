//! Running jobs beside their workspaces: the driver's trait, and who runs when.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::watch;
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

/// The performer of `RunJob`: lets so many jobs run at a time, first come first served.
pub struct JobScheduler {
    drivers: HashMap<String, Arc<dyn JobDriver>>,
    logs: Arc<dyn Logs>,
    slots: Arc<Mutex<Slots>>,
}

type JobKey = (RunId, OperationId);

/// Who runs and who waits.
struct Slots {
    free: usize,
    waiting: VecDeque<Waiting>,
    running: HashMap<JobKey, watch::Sender<Option<CancelReason>>>,
}

/// A job that waits for a slot.
struct Waiting {
    order: JobOrder,
    driver: Arc<dyn JobDriver>,
    port: Port,
}

impl JobScheduler {
    /// A scheduler that runs at most `max_jobs` jobs at a time (at least one).
    pub fn new(max_jobs: usize, logs: Arc<dyn Logs>) -> Self {
        let slots =
            Slots { free: max_jobs.max(1), waiting: VecDeque::new(), running: HashMap::new() };
        JobScheduler { drivers: HashMap::new(), logs, slots: Arc::new(Mutex::new(slots)) }
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
        lock(&self.slots).waiting.push_back(Waiting { order, driver, port });
        fill(&self.slots, &self.logs);
    }

    fn cancel(&self, run: RunId, id: OperationId, reason: CancelReason) {
        let mut slots = lock(&self.slots);
        if let Some(sender) = slots.running.get(&(run, id)) {
            sender.send_if_modified(|now| now.is_none() && now.replace(reason).is_none());
            return;
        }
        let place = slots.waiting.iter().position(|it| it.port.run() == run && it.port.id() == id);
        if let Some(waiting) = place.and_then(|place| slots.waiting.remove(place)) {
            waiting.port.settle(OperationResult::Cancelled);
        }
    }
}

/// Starts as many of the waiting jobs as there are free slots.
fn fill(slots: &Arc<Mutex<Slots>>, logs: &Arc<dyn Logs>) {
    let mut now = lock(slots);
    while now.free > 0
        && let Some(Waiting { order, driver, port }) = now.waiting.pop_front()
    {
        now.free -= 1;
        let (sender, cancelled) = watch::channel(None);
        let key = (port.run(), port.id());
        now.running.insert(key, sender);
        let job = JobPort { port: port.clone(), logs: logs.clone(), cancelled };
        let (slots, logs) = (slots.clone(), logs.clone());
        tokio::spawn(async move {
            let slot = Slot { key, slots: slots.clone() };
            // A task of its own, so that a defect of the driver ends the job and not the run.
            let work = tokio::spawn(async move { driver.run(order, job).await });
            let result = match work.await {
                Ok(result) => OperationResult::Job(result),
                Err(error) => OperationResult::Failed {
                    message: format!("a defect in the job's driver ended it: {error}"),
                },
            };
            drop(slot);
            fill(&slots, &logs);
            port.settle(result);
        });
    }
}

/// A slot in use.
struct Slot {
    key: JobKey,
    slots: Arc<Mutex<Slots>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut slots = lock(&self.slots);
        slots.free += 1;
        slots.running.remove(&self.key);
    }
}

fn lock(slots: &Mutex<Slots>) -> MutexGuard<'_, Slots> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}
