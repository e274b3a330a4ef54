//! Turns in concurrency groups: their rules, and runs of several engines that follow them.

use std::{sync::Arc, time::Duration};

use windlass_engine::{Engine, Performers, RunHandle, Timers};
use windlass_kernel::{
    Actor, CancelReason, Command, Fact, LockOrder, LockSpec, NodeId, Operation, OperationId,
    OperationKind, OperationResult, Process, ProcessError, RunInputs, Status,
};
use windlass_store::{GroupClaim, GroupState, SharedLocks, Store};

use crate::samples::{open, run_id};

const HELD: GroupState = GroupState::Held { cancel_asked: false };

pub fn claim(run: u128, cancel_in_progress: bool, queue_all: bool) -> GroupClaim {
    GroupClaim {
        project: "/project".into(),
        run: run_id(run),
        operation: OperationId(1),
        lock: LockSpec {
            group: "deploy".into(),
            cancel_in_progress,
            queue_all,
            ..LockSpec::default()
        },
    }
}

async fn state(store: &Store, run: u128) -> GroupState {
    store.group_state(run_id(run), OperationId(1)).await.unwrap()
}

#[tokio::test]
async fn the_newest_waiter_displaces_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    assert_eq!(one.claim_group(&claim(1, false, false)).await.unwrap(), HELD);
    assert_eq!(other.claim_group(&claim(2, false, false)).await.unwrap(), GroupState::Waiting);
    assert_eq!(one.claim_group(&claim(3, false, false)).await.unwrap(), GroupState::Waiting);
    assert_eq!(state(&other, 2).await, GroupState::Displaced);
    assert_eq!(state(&one, 1).await, HELD);
    one.leave_group(run_id(1), OperationId(1)).await.unwrap();
    assert_eq!(state(&other, 3).await, HELD);
    // To claim again what is claimed changes nothing.
    assert_eq!(other.claim_group(&claim(3, true, false)).await.unwrap(), HELD);
}

#[tokio::test]
async fn a_group_that_queues_all_goes_by_the_order_of_claims() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for run in 1..=3 {
        store.claim_group(&claim(run, false, true)).await.unwrap();
    }
    for run in 1..=3 {
        for later in run + 1..=3 {
            assert_eq!(state(&store, later).await, GroupState::Waiting);
        }
        assert_eq!(state(&store, run).await, HELD);
        store.leave_group(run_id(run), OperationId(1)).await.unwrap();
    }
}

/// GitLab's "Resource group", section "Process modes": what waits and what is upcoming, by the age
/// of the pipeline; of one pipeline what waits goes first.
#[tokio::test]
async fn who_comes_next_may_go_by_age() {
    let cases = [
        (LockOrder::FirstCome, 3),
        (LockOrder::Oldest, 2),
        (LockOrder::Newest, 4),
        (LockOrder::NewestWaiting, 4),
    ];
    for (order, next) in cases {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await;
        for run in [9, 3, 2, 4] {
            let mut claim = claim(run, false, true);
            claim.lock.order = order;
            store.claim_group(&claim).await.unwrap();
        }
        store.leave_group(run_id(9), OperationId(1)).await.unwrap();
        for run in [2, 3, 4] {
            let expected = if run == next { HELD } else { GroupState::Waiting };
            assert_eq!(state(&store, run).await, expected, "{order:?} {run}");
        }
    }
}

#[tokio::test]
async fn an_upcoming_place_holds_back_what_is_behind_it() {
    let upcoming = |run: u128, order: LockOrder| {
        let mut claim = claim(run, false, true);
        (claim.operation, claim.lock.order, claim.lock.is_upcoming) = (OperationId(7), order, true);
        claim
    };
    for order in [LockOrder::Oldest, LockOrder::NewestWaiting] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await;
        assert_eq!(store.claim_group(&upcoming(5, order)).await.unwrap(), GroupState::Waiting);
        let mut newer = claim(6, false, true);
        newer.lock.order = order;
        let waits = order == LockOrder::Oldest;
        let expected = if waits { GroupState::Waiting } else { HELD };
        assert_eq!(store.claim_group(&newer).await.unwrap(), expected, "{order:?}");
        // Of its own pipeline an upcoming place holds nothing back.
        let mut own = claim(5, false, true);
        own.lock.order = order;
        let expected = if waits { HELD } else { GroupState::Waiting };
        assert_eq!(store.claim_group(&own).await.unwrap(), expected, "{order:?}");
        for operation in [1, 7] {
            store.leave_group(run_id(5), OperationId(operation)).await.unwrap();
        }
        assert_eq!(state(&store, 6).await, HELD);
    }
}

#[tokio::test]
async fn the_holder_is_asked_to_stop_and_other_groups_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let elsewhere = GroupClaim { project: "/other".into(), ..claim(9, false, false) };
    assert_eq!(store.claim_group(&elsewhere).await.unwrap(), HELD);
    store.claim_group(&claim(1, false, false)).await.unwrap();
    store.claim_group(&claim(2, true, false)).await.unwrap();
    assert_eq!(state(&store, 1).await, GroupState::Held { cancel_asked: true });
    assert_eq!(state(&store, 9).await, HELD);
}

/// Takes its turn, works until it is cancelled or the time is over, gives the turn back.
struct Turn {
    cancel_in_progress: bool,
    milliseconds: u64,
}

impl Process for Turn {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        let (lock, work) = (OperationId(1), OperationId(2));
        let begin = |id, operation| Command::Begin { id, node: NodeId::run(), operation };
        let conclude = |word: &str| Command::Conclude {
            node: NodeId::run(),
            status: Status::Succeeded,
            word: word.into(),
            reason: None,
        };
        Ok(match fact {
            Fact::Created(_) => {
                let spec = claim(0, self.cancel_in_progress, false).lock;
                vec![begin(lock, Operation::Lock(spec))]
            }
            Fact::Settled { id, result } => match result {
                OperationResult::Locked => {
                    let milliseconds = self.milliseconds;
                    vec![begin(work, Operation::Sleep { milliseconds })]
                }
                OperationResult::Displaced => vec![conclude("displaced")],
                OperationResult::Elapsed => vec![Command::Release { id: lock }, conclude("done")],
                _ if *id == lock => vec![conclude("never")],
                _ => vec![Command::Release { id: lock }, conclude("cancelled")],
            },
            Fact::CancelRequested { .. } => [lock, work]
                .map(|id| Command::Cancel { id, reason: CancelReason::Superseded })
                .to_vec(),
            Fact::Progress { .. } => vec![],
        })
    }
}

/// As a process of its own would be: with its own connection.
async fn start(
    directory: &std::path::Path,
    run: u128,
    cancel_in_progress: bool,
    milliseconds: u64,
) -> RunHandle {
    let store = Arc::new(open(directory).await);
    let locks = SharedLocks::new(store.clone(), "/project");
    let performers = Performers::default()
        .with(OperationKind::Lock, Arc::new(locks))
        .with(OperationKind::Sleep, Arc::new(Timers::default()));
    let inputs = RunInputs {
        dialect: "test".into(),
        process_version: 1,
        title: "turn".into(),
        payload: serde_json::Value::Null,
    };
    let process = Box::new(Turn { cancel_in_progress, milliseconds });
    let handle = Engine::new(store, performers).create(run_id(run), process, inputs);
    // Until the run has its place in the queue.
    let watcher = open(directory).await;
    for _ in 0..400 {
        if state(&watcher, run).await != GroupState::Displaced {
            return handle;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("run {run} never asked for its turn");
}

#[tokio::test]
async fn runs_of_several_engines_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), 1, false, 600).await;
    let second = start(folder.path(), 2, false, 1).await;
    let third = start(folder.path(), 3, false, 1).await;
    assert_eq!(second.outcome().await.unwrap().word, "displaced");
    assert_eq!(first.outcome().await.unwrap().word, "done");
    assert_eq!(third.outcome().await.unwrap().word, "done");
}

#[tokio::test]
async fn a_holder_in_another_engine_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), 1, false, 3_600_000).await;
    let second = start(folder.path(), 2, true, 1).await;
    assert_eq!(first.outcome().await.unwrap().word, "cancelled");
    assert_eq!(second.outcome().await.unwrap().word, "done");
}

#[tokio::test]
async fn a_waiter_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), 1, false, 3_600_000).await;
    let second = start(folder.path(), 2, false, 1).await;
    second.cancel(NodeId::run(), Actor::Person("me".into()));
    assert_eq!(second.outcome().await.unwrap().word, "never");
    first.cancel(NodeId::run(), Actor::Person("me".into()));
    assert_eq!(first.outcome().await.unwrap().word, "cancelled");
}
