//! Runs and events to store.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;
use windlass_kernel::{
    Body, Change, Command, Event, Fact, Node, NodeId, NodeKind, OperationId, RunId, RunInputs,
    Update,
};
use windlass_store::{NewRun, Store};

pub async fn open(directory: &Path) -> Store {
    Store::open(directory).await.unwrap()
}

pub fn run_id(number: u128) -> RunId {
    RunId(ulid::Ulid(number))
}

pub fn new_run(project: &str) -> NewRun {
    NewRun {
        project: project.into(),
        dialect: "github".into(),
        title: "CI".into(),
        workflow: ".github/workflows/ci.yml".into(),
        event: "push".into(),
        git_ref: "refs/heads/main".into(),
        sha: "0123456789".into(),
        settings: json!({"max-jobs": 2}),
        rerun_of: None,
    }
}

/// Events of all sorts, numbered from `first`.
pub fn events(first: u64, count: u64) -> Vec<Event> {
    let at: Timestamp = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
    (first..first + count)
        .map(|seq| {
            let body = match seq % 3 {
                0 => Body::Fact(Fact::Created(Box::new(RunInputs {
                    dialect: "github".into(),
                    process_version: 1,
                    title: "größe \u{1f600} \0".into(),
                    payload: json!({"z": 1, "a": [1.5, null, "x"], "n": 18_446_744_073_709_551_615_u64}),
                }))),
                1 => Body::Command(Command::Declare(Node {
                    id: NodeId::new(format!("job-{seq}")),
                    parent: NodeId::run(),
                    after: vec![NodeId::new("other")],
                    kind: NodeKind::Job,
                    label: "Build".into(),
                    origin: None,
                })),
                _ => Body::Fact(Fact::Progress {
                    id: OperationId(seq),
                    update: Update { changes: vec![Change::Begin { node: NodeId::new("a/b") }] },
                }),
            };
            Event { seq, at, body }
        })
        .collect()
}
