//! Who runs when, and what a broken driver does to a run.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use windlass_engine::{Engine, JobDriver, JobPort, JobScheduler, Performers};
use windlass_kernel::{
    Command, Fact, JobOrder, JobResult, NodeId, Operation, OperationId, OperationKind,
    OperationResult, Process, ProcessError, RunId, RunInputs, Status, WorkerRequest,
};
use windlass_testkit::{MemoryJournal, MemoryLogs};

/// Runs so many jobs at once and ends with the last; failed jobs make the run fail.
struct Jobs {
    count: u64,
    left: u64,
    failed: bool,
}

impl Process for Jobs {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        match fact {
            Fact::Created(_) => Ok((1..=self.count).map(begin).collect()),
            Fact::Settled { result, .. } => {
                self.left -= 1;
                self.failed |= matches!(result, OperationResult::Failed { .. });
                let status = if self.failed { Status::Failed } else { Status::Succeeded };
                let word = "done".to_owned();
                let end = Command::Conclude { node: NodeId::run(), status, word, reason: None };
                Ok(if self.left == 0 { vec![end] } else { vec![] })
            }
            _ => Ok(vec![]),
        }
    }
}

fn begin(number: u64) -> Command {
    let order = JobOrder {
        dialect: "test".into(),
        schema_version: 1,
        payload: serde_json::Value::Null,
        worker: WorkerRequest::default(),
    };
    let node = NodeId::new(format!("job-{number:03}"));
    Command::Begin { id: OperationId(number), node, operation: Operation::RunJob(order) }
}

#[derive(Default)]
struct Recorder {
    order: Mutex<Vec<String>>,
    panics: bool,
}

#[async_trait]
impl JobDriver for Recorder {
    async fn run(&self, _order: JobOrder, port: JobPort) -> JobResult {
        assert!(!self.panics, "a driver with a defect");
        self.order.lock().unwrap().push(port.node().to_string());
        tokio::task::yield_now().await;
        JobResult { status: Status::Succeeded, word: "success".into(), outputs: Default::default() }
    }
}

async fn run(driver: Arc<Recorder>, count: u64) -> Status {
    let scheduler =
        JobScheduler::new(1, Arc::new(MemoryLogs::default())).with("test", driver.clone());
    let performers = Performers::default().with(OperationKind::RunJob, Arc::new(scheduler));
    let engine = Engine::new(Arc::new(MemoryJournal::default()), performers);
    let inputs = RunInputs {
        dialect: "test".into(),
        process_version: 1,
        title: "jobs".into(),
        payload: serde_json::Value::Null,
    };
    let process = Box::new(Jobs { count, left: count, failed: false });
    engine.create(RunId(1.into()), process, inputs).outcome().await.unwrap().status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_run_in_the_order_in_which_they_were_begun() {
    let driver = Arc::new(Recorder::default());
    assert_eq!(run(driver.clone(), 100).await, Status::Succeeded);
    let order = driver.order.lock().unwrap().clone();
    assert_eq!(order.len(), 100);
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn a_driver_that_panics_fails_its_job_and_not_the_program() {
    let driver = Arc::new(Recorder { panics: true, ..Recorder::default() });
    assert_eq!(run(driver, 3).await, Status::Failed);
}
