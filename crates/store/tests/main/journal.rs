//! The journal alone.

use windlass_engine::{Journal, JournalError};

use crate::samples::{events, open, run_id};

#[tokio::test]
async fn what_was_appended_is_read_back_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let all = events(1, 400);
    let store = open(folder.path()).await;
    store.append(run_id(1), 1, &all[..3]).await.unwrap();
    store.append(run_id(1), 4, &[]).await.unwrap();
    store.append(run_id(1), 4, &all[3..350]).await.unwrap();
    store.append(run_id(2), 1, &all[..1]).await.unwrap();
    store.append(run_id(1), 351, &all[350..]).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.read(run_id(1), 0).await.unwrap(), all);
    assert_eq!(store.read(run_id(1), 398).await.unwrap(), all[398..]);
    assert_eq!(store.read(run_id(1), u64::MAX).await.unwrap(), []);
    assert_eq!(store.read(run_id(2), 0).await.unwrap(), all[..1]);
    assert_eq!(store.read(run_id(3), 0).await.unwrap(), []);
}

#[tokio::test]
async fn a_second_writer_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    one.append(run_id(1), 1, &events(1, 200)).await.unwrap();
    for count in [1, 5, 300] {
        let refused = other.append(run_id(1), 150, &events(150, count)).await;
        assert!(
            matches!(refused, Err(JournalError::Conflict { expected: 150, .. })),
            "{refused:?}"
        );
    }
    // A batch of which only the last event is taken: none of it may stay.
    one.append(run_id(2), 1, &events(1, 1)).await.unwrap();
    one.append(run_id(1), 201, &events(201, 1)).await.unwrap();
    assert_eq!(other.read(run_id(1), 0).await.unwrap(), events(1, 201));
    assert_eq!(other.read(run_id(2), 0).await.unwrap(), events(1, 1));
}

#[tokio::test]
async fn events_that_do_not_follow_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let refused = store.append(run_id(1), 2, &events(1, 3)).await;
    assert!(matches!(refused, Err(JournalError::Storage(_))), "{refused:?}");
    assert_eq!(store.read(run_id(1), 0).await.unwrap(), []);
}
