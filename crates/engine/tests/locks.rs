//! Concurrency groups between runs of one engine.

use std::sync::Arc;

use windlass_engine::{Engine, Locks, Performers};
use windlass_kernel::{
    CancelReason, Command, Fact, LockSpec, NodeId, Operation, OperationId, OperationKind,
    OperationResult, Process, ProcessError, RunId, RunInputs, Status,
};
use windlass_testkit::MemoryJournal;

/// Takes its turn, works until it is cancelled or the gate opens, gives the turn back.
struct Turn {
    cancel_in_progress: bool,
    /// Whether the work ends by itself, or only when it is cancelled.
    ends: bool,
}

impl Process for Turn {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        let (lock, work) = (OperationId(1), OperationId(2));
        let begin = |id, operation| Command::Begin { id, node: NodeId::run(), operation };
        Ok(match fact {
            Fact::Created(_) => vec![begin(
                lock,
                Operation::Lock(LockSpec {
                    group: "deploy".into(),
                    cancel_in_progress: self.cancel_in_progress,
                    queue_all: false,
                }),
            )],
            Fact::Settled { result: OperationResult::Locked, .. } => {
                let milliseconds = if self.ends { 1 } else { 3_600_000 };
                vec![begin(work, Operation::Sleep { milliseconds })]
            }
            Fact::Settled { result: OperationResult::Displaced, .. } => {
                vec![conclude("displaced")]
            }
            Fact::Settled { result, .. } => {
                let word = match result {
                    OperationResult::Elapsed => "done",
                    _ => "cancelled",
                };
                vec![Command::Release { id: lock }, conclude(word)]
            }
            Fact::CancelRequested { .. } => {
                vec![Command::Cancel { id: work, reason: CancelReason::Superseded }]
            }
            Fact::Progress { .. } => vec![],
        })
    }
}

fn conclude(word: &str) -> Command {
    let status = Status::Succeeded;
    Command::Conclude { node: NodeId::run(), status, word: word.into(), reason: None }
}

fn engine() -> Engine {
    let performers = Performers::default()
        .with(OperationKind::Lock, Arc::new(Locks::default()))
        .with(OperationKind::Sleep, Arc::new(windlass_engine::Timers::default()));
    Engine::new(Arc::new(MemoryJournal::default()), performers)
}

fn start(engine: &Engine, number: u128, turn: Turn) -> windlass_engine::RunHandle {
    let inputs = RunInputs {
        dialect: "test".into(),
        process_version: 1,
        title: "turn".into(),
        payload: serde_json::Value::Null,
    };
    engine.create(RunId(number.into()), Box::new(turn), inputs)
}

async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn cancel_in_progress_stops_the_holder() {
    let engine = engine();
    let first = start(&engine, 1, Turn { cancel_in_progress: true, ends: false });
    settle().await;
    let second = start(&engine, 2, Turn { cancel_in_progress: true, ends: true });
    assert_eq!(first.outcome().await.unwrap().word, "cancelled");
    assert_eq!(second.outcome().await.unwrap().word, "done");
}

#[tokio::test]
async fn a_newer_waiter_displaces_the_older_one() {
    let engine = engine();
    let holder = start(&engine, 1, Turn { cancel_in_progress: false, ends: false });
    settle().await;
    let older = start(&engine, 2, Turn { cancel_in_progress: false, ends: true });
    settle().await;
    let newer = start(&engine, 3, Turn { cancel_in_progress: false, ends: true });
    assert_eq!(older.outcome().await.unwrap().word, "displaced");
    holder.cancel(NodeId::run(), windlass_kernel::Actor::Person("me".into()));
    assert_eq!(holder.outcome().await.unwrap().word, "cancelled");
    assert_eq!(newer.outcome().await.unwrap().word, "done");
}

#[tokio::test]
async fn an_operation_without_performer_fails_with_a_reason() {
    let performers = Performers::default();
    let engine = Engine::new(Arc::new(MemoryJournal::default()), performers);
    let run = start(&engine, 1, Turn { cancel_in_progress: false, ends: true });
    assert_eq!(run.outcome().await.unwrap().word, "cancelled");
}
