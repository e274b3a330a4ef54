//! The list of runs.

use jiff::Timestamp;
use windlass_engine::{Journal, Logs};
use windlass_kernel::{NodeId, RunId, Status};
use windlass_store::{NewRun, Owner, RunProgress, RunQuery, Store, StoreError};

use crate::samples::{events, new_run, open, run_id};

fn all_of(project: &str) -> RunQuery {
    RunQuery { project: Some(project.into()), workflow: None, limit: 1000 }
}

async fn numbers(store: &Store, project: &str) -> Vec<u64> {
    let runs = store.runs(&all_of(project)).await.unwrap();
    runs.iter().map(|run| run.number).collect()
}

#[tokio::test]
async fn runs_are_numbered_by_project_and_no_number_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for (id, project, number) in [(1, "/a", 1), (2, "/a", 2), (3, "/b", 1), (4, "/a", 3)] {
        let run = store.begin_run(run_id(id), new_run(project)).await.unwrap();
        assert_eq!((run.number, run.attempt, run.progress()), (number, 1, RunProgress::UnderWay));
        assert_eq!(store.run(run_id(id)).await.unwrap(), run);
    }
    store.end_run(run_id(4), Status::Failed, Timestamp::now()).await.unwrap();
    store.delete_run(run_id(4)).await.unwrap();
    let rerun = NewRun { rerun_of: Some(run_id(2)), ..new_run("/a") };
    let run = store.begin_run(run_id(5), rerun).await.unwrap();
    assert_eq!((run.number, run.attempt, run.rerun_of), (4, 2, Some(run_id(2))));
    assert_eq!(numbers(&store, "/a").await, [4, 2, 1]);
    let orphan = NewRun { rerun_of: Some(run_id(99)), ..new_run("/a") };
    let refused = store.begin_run(run_id(6), orphan).await;
    assert!(matches!(refused, Err(StoreError::UnknownRun(_))), "{refused:?}");
}

#[tokio::test]
async fn people_name_runs_by_number_id_or_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let ids: Vec<RunId> = ["01KDVDNA00000000000000001A", "01KDVDNB00000000000000001A"]
        .map(|text| text.parse().unwrap())
        .to_vec();
    for id in &ids {
        store.begin_run(*id, new_run("/a")).await.unwrap();
    }
    let find = |wanted: &'static str| store.find_run("/a", wanted);
    for (wanted, expected) in [
        ("1", ids[0]),
        ("#2", ids[1]),
        ("01KDVDNA", ids[0]),
        ("01kdvdnb", ids[1]),
        ("01KDVDNB00000000000000001A", ids[1]),
    ] {
        assert_eq!(find(wanted).await.unwrap().id, expected, "{wanted}");
    }
    assert!(matches!(find("01KDVDN").await, Err(StoreError::AmbiguousRun { count: 2, .. })));
    for wanted in ["3", "", "#", "%", "0", "ZZZ", "ä", "-1", "99999999999999999999"] {
        let found = find(wanted).await;
        assert!(matches!(found, Err(StoreError::UnknownRun(_))), "{wanted}: {found:?}");
    }
    assert!(matches!(store.find_run("/b", "1").await, Err(StoreError::UnknownRun(_))));
}

#[tokio::test]
async fn an_end_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.begin_run(run_id(1), new_run("/a")).await.unwrap();
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    store.end_run(run_id(1), Status::TimedOut, at).await.unwrap();
    store.end_run(run_id(1), Status::Succeeded, Timestamp::now()).await.unwrap();
    store.rename_run(run_id(1), "Better").await.unwrap();
    let run = store.run(run_id(1)).await.unwrap();
    assert_eq!(run.progress(), RunProgress::Ended(Status::TimedOut));
    assert_eq!((run.ended_at, run.title.as_str()), (Some(at), "Better"));
    let refused = store.take_over(run_id(1)).await;
    assert!(matches!(refused, Err(StoreError::Ended { .. })), "{refused:?}");
}

#[tokio::test]
async fn cancel_requests_reach_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let (owner, other) = (open(folder.path()).await, open(folder.path()).await);
    owner.begin_run(run_id(1), new_run("/a")).await.unwrap();
    assert_eq!(owner.cancel_request(run_id(1)).await.unwrap(), None);
    let run = other.request_cancel(run_id(1), "alice").await.unwrap();
    assert_eq!(run.owner, Owner::current());
    assert_eq!(owner.cancel_request(run_id(1)).await.unwrap(), Some("alice".into()));
    let unknown = other.request_cancel(run_id(2), "alice").await;
    assert!(matches!(unknown, Err(StoreError::UnknownRun(_))), "{unknown:?}");
}

#[tokio::test]
async fn only_the_newest_are_kept_with_their_logs() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let logs = store.logs();
    for number in 1..=5 {
        let id = run_id(number);
        store.begin_run(id, new_run("/a")).await.unwrap();
        store.append(id, 1, &events(1, 2)).await.unwrap();
        logs.open(id, "build").unwrap().append(&NodeId::new("build"), b"log\n").unwrap();
        if number != 2 {
            store.end_run(id, Status::Succeeded, Timestamp::now()).await.unwrap();
        }
    }
    store.begin_run(run_id(9), new_run("/other")).await.unwrap();
    let removed = store.prune("/a", 2).await.unwrap();
    // The second is under way in this process.
    assert_eq!(removed, [run_id(3), run_id(1)]);
    assert_eq!(numbers(&store, "/a").await, [5, 4, 2]);
    assert_eq!(numbers(&store, "/other").await, [1]);
    for number in 1..=5 {
        let kept = !removed.contains(&run_id(number));
        assert_eq!(logs.path(run_id(number), "build").exists(), kept);
        assert_eq!(store.read(run_id(number), 0).await.unwrap().len(), 2 * usize::from(kept));
    }
    let refused = store.delete_run(run_id(2)).await;
    assert!(matches!(refused, Err(StoreError::UnderWay { .. })), "{refused:?}");
}
