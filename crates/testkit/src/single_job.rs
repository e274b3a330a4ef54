//! One job through the real engine and scheduler, for the tests of job drivers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use windlass_engine::{Engine, JobDriver, JobScheduler, Performers, RunHandle};
use windlass_kernel::{
    Actor, Annotation, Body, CancelReason, Change, Command, Event, Fact, JobOrder, JobResult, Node,
    NodeId, NodeKind, Operation, OperationId, OperationKind, OperationResult, Process,
    ProcessError, RunId, RunInputs, Status,
};

use crate::{MemoryJournal, MemoryLogs};

/// A run that consists of one job.
pub struct SingleJob {
    handle: RunHandle,
    journal: Arc<MemoryJournal>,
    logs: MemoryLogs,
    node: NodeId,
}

/// What came of the job.
pub struct SingleJobEnded {
    /// What the driver answered.
    pub result: JobResult,
    /// Everything it wrote.
    pub logs: MemoryLogs,
    /// Everything it reported, in order.
    pub changes: Vec<Change>,
}

impl SingleJob {
    /// Hands a job of a run with these inputs to a driver. `node` is the job's node. Must be
    /// called in a tokio runtime.
    pub fn start(
        driver: Arc<dyn JobDriver>,
        order: JobOrder,
        inputs: RunInputs,
        node: &str,
    ) -> Self {
        let (journal, logs) = (Arc::new(MemoryJournal::default()), MemoryLogs::default());
        let scheduler = JobScheduler::new(1, Arc::new(logs.clone()));
        let scheduler = Arc::new(scheduler.with(&order.dialect, driver));
        let performers = Performers::default().with(OperationKind::RunJob, scheduler);
        let node = NodeId::new(node);
        let process = OneJob { order: Some(order), node: node.clone() };
        let handle = Engine::new(journal.clone(), performers).create(
            Self::unique_run(),
            Box::new(process),
            inputs,
        );
        SingleJob { handle, journal, logs, node }
    }

    /// A run that no other test on this machine has: its processes are told apart by it.
    pub fn unique_run() -> RunId {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:014}{count:012}", std::process::id());
        RunId(text.parse().unwrap_or_default())
    }

    /// Asks the job to stop.
    pub fn cancel(&self) {
        self.handle.cancel(self.node.clone(), Actor::Person("a test".to_owned()));
    }

    /// What was written so far to the job's own log.
    pub fn log(&self) -> String {
        self.logs.text(self.node.as_str())
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When the run itself fails or the job has no result.
    #[allow(clippy::expect_used, clippy::panic, reason = "a test's assertion")]
    pub async fn ended(self) -> SingleJobEnded {
        let id = self.handle.id();
        self.handle.outcome().await.expect("the run ends in order");
        let events = self.journal.events(id);
        let result = events.iter().find_map(|event| match &event.body {
            Body::Fact(Fact::Settled { result: OperationResult::Job(result), .. }) => {
                Some(result.clone())
            }
            _ => None,
        });
        let result = result.unwrap_or_else(|| panic!("the job has no result: {events:#?}"));
        SingleJobEnded { result, logs: self.logs, changes: changes(events) }
    }
}

fn changes(events: Vec<Event>) -> Vec<Change> {
    let updates = events.into_iter().filter_map(|event| match event.body {
        Body::Fact(Fact::Progress { update, .. }) => Some(update.changes),
        _ => None,
    });
    updates.flatten().collect()
}

impl SingleJobEnded {
    /// The labels of all nodes, as they are known at the end, by node.
    pub fn labels(&self) -> BTreeMap<NodeId, String> {
        let mut labels = BTreeMap::new();
        for change in &self.changes {
            match change {
                Change::Declare(node) => labels.insert(node.id.clone(), node.label.clone()),
                Change::Rename { node, label } => labels.insert(node.clone(), label.clone()),
                _ => None,
            };
        }
        labels
    }

    /// `label: word` of every node that has ended, in the order of their ends; with the reason in
    /// brackets where there is one.
    pub fn conclusions(&self) -> Vec<String> {
        let labels = self.labels();
        let ends = self.changes.iter().filter_map(|change| match change {
            Change::Conclude { node, word, reason, .. } => {
                let label = labels.get(node).map_or(node.as_str(), String::as_str);
                let reason = reason.as_ref().map(|reason| format!(" ({reason})"));
                Some(format!("{label}: {word}{}", reason.unwrap_or_default()))
            }
            _ => None,
        });
        ends.collect()
    }

    /// What was said about the sources.
    pub fn annotations(&self) -> Vec<&Annotation> {
        let annotations = self.changes.iter().filter_map(|change| match change {
            Change::Annotate(annotation) => Some(annotation),
            _ => None,
        });
        annotations.collect()
    }
}

const OPERATION: OperationId = OperationId(1);

struct OneJob {
    order: Option<JobOrder>,
    node: NodeId,
}

impl OneJob {
    fn conclude(&self, status: Status) -> Vec<Command> {
        let conclude = |node: &NodeId| Command::Conclude {
            node: node.clone(),
            status,
            word: "ended".to_owned(),
            reason: None,
        };
        vec![conclude(&self.node), conclude(&NodeId::run())]
    }
}

impl Process for OneJob {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        Ok(match fact {
            Fact::Created(_) => {
                let Some(order) = self.order.take() else { return Ok(Vec::new()) };
                let node = Node {
                    id: self.node.clone(),
                    parent: NodeId::run(),
                    after: Vec::new(),
                    kind: NodeKind::Job,
                    label: self.node.to_string(),
                    origin: None,
                };
                let operation = Operation::RunJob(order);
                let (id, of) = (OPERATION, self.node.clone());
                vec![Command::Declare(node), Command::Begin { id, node: of, operation }]
            }
            Fact::Progress { .. } => Vec::new(),
            Fact::Settled { result: OperationResult::Job(result), .. } => {
                self.conclude(result.status)
            }
            Fact::Settled { .. } => self.conclude(Status::Failed),
            Fact::CancelRequested { .. } => {
                vec![Command::Cancel { id: OPERATION, reason: CancelReason::Requested }]
            }
        })
    }
}
