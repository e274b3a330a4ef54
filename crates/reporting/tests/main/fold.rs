//! The fold.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use windlass_kernel::{AnnotationLevel, Change, Event, NodeKind, Status};
use windlass_reporting::{NodeState, RunView};

use crate::script::{Script, failing_run, node, run_id};

fn fold(events: &[Event]) -> RunView {
    let mut view = RunView::new(run_id());
    view.apply(events);
    view
}

#[test]
fn the_view_of_a_failing_run() {
    let view = fold(&failing_run().events());
    let mut text = String::new();
    for (node, depth) in view.walk() {
        let took = node.ended_at.and_then(|end| node.duration(end));
        let state = match &node.state {
            NodeState::Concluded { word, .. } => word.clone(),
            other => format!("{other:?}"),
        };
        text += &format!("{}{}: {state} {took:?}\n", "  ".repeat(depth), node.label);
    }
    insta::assert_snapshot!(text, @r"
        CI: failed Some(1m 6s 600ms)
          build: succeeded Some(1s 500ms)
            Check out: succeeded Some(300ms)
            Compile: succeeded Some(1s 200ms)
          test: failed Some(1m 5s)
            Run tests: failed Some(1m 5s)
          deploy: skipped None
        ");
    insta::assert_snapshot!(format!("{:?}", view.counts()), @"StatusCounts { queued: 0, running: 0, succeeded: 1, warning: 0, skipped: 1, cancelled: 0, failed: 1 }");
}

#[test]
fn as_json_it_has_everything() {
    let mut script = Script::new("CI");
    script.job("build").started("build").step("build/1", "Compile");
    script.annotate("build/1", AnnotationLevel::Notice, "hm");
    let json = serde_json::to_string_pretty(&fold(&script.events())).unwrap();
    insta::assert_snapshot!(json, @r#"
        {
          "schema": 1,
          "run": "01KDVDNA00000000000000001A",
          "seq": 7,
          "dialect": "github",
          "jobs": {
            "queued": 0,
            "running": 1,
            "succeeded": 0,
            "warning": 0,
            "skipped": 0,
            "cancelled": 0,
            "failed": 0
          },
          "nodes": [
            {
              "id": "",
              "parent": "",
              "kind": "run",
              "label": "CI",
              "state": "running",
              "children": [
                "build"
              ],
              "started_at": "2026-01-01T00:00:00Z"
            },
            {
              "id": "build",
              "parent": "",
              "kind": "job",
              "label": "build",
              "state": "running",
              "children": [
                "build/1"
              ],
              "started_at": "2026-01-01T00:00:00Z",
              "place": "this machine"
            },
            {
              "id": "build/1",
              "parent": "build",
              "kind": "step",
              "label": "Compile",
              "state": "running",
              "started_at": "2026-01-01T00:00:00Z"
            }
          ],
          "annotations": [
            {
              "node": "build/1",
              "level": "notice",
              "message": "hm",
              "file": "src/main.rs",
              "line": 3,
              "column": 5
            }
          ],
          "cancels": []
        }
        "#);
}

#[test]
fn a_job_that_starts_again_voids_what_it_said_before() {
    let mut script = Script::new("CI");
    script.job("build").started("build").step("build/1", "Compile");
    script.annotate("build/1", AnnotationLevel::Error, "gone").annotate(
        "other",
        AnnotationLevel::Error,
        "stays",
    );
    script.end("build/1", Status::Failed, None).after(1000).started("build");
    let view = fold(&script.events());
    assert!(view.node(&node("build/1")).is_none());
    let job = view.node(&node("build")).unwrap();
    assert_eq!((job.children.len(), &job.state), (0, &NodeState::Running));
    assert_eq!(job.started_at, Some(script.now()));
    assert_eq!(view.annotations().len(), 1);
}

#[test]
fn what_is_open_when_its_job_ends_ends_with_it() {
    let mut script = Script::new("CI");
    script.job("build").started("build").step("build/1", "Compile");
    script.conclude("build", Status::Cancelled, None);
    let view = fold(&script.events());
    assert_eq!(view.node(&node("build/1")).unwrap().status(), Some(Status::Cancelled));
}

#[test]
fn strange_parents_hide_nothing_and_loop_nowhere() {
    let mut script = Script::new("CI");
    script.declare("orphan", "nobody", NodeKind::Job, "orphan");
    script.declare("self", "self", NodeKind::Job, "self");
    script.declare("", "orphan", NodeKind::Run, "again");
    script.conclude("", Status::Succeeded, None);
    let view = fold(&script.events());
    let labels: Vec<&str> = view.walk().map(|(node, _)| node.label.as_str()).collect();
    assert_eq!(labels, ["again", "orphan", "self"]);
    assert!(view.job_of(&node("orphan")).is_some());
}

#[test]
fn ten_thousand_jobs_fold_in_a_moment() {
    let mut script = Script::new("CI");
    for number in 0..10_000 {
        script.job(&format!("job-{number}"));
    }
    for number in 0..10_000 {
        let id = format!("job-{number}");
        script.started(&id).step(&format!("{id}/1"), "Run");
        script.end(&format!("{id}/1"), Status::Succeeded, None);
        script.conclude(&id, Status::Succeeded, None);
    }
    let events = script.events();
    let start = Instant::now();
    let view = fold(&events);
    assert_eq!(view.counts().succeeded, 10_000);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

/// Any changes whatsoever, to a handful of nodes.
pub fn script() -> impl Strategy<Value = Vec<Event>> {
    let path = prop::sample::select(vec!["", "a", "b", "a/1", "a/2", "a/1/x", "b/1"]);
    let other = path.clone();
    prop::collection::vec((0_u8..9, path, other), 0..60).prop_map(|steps| {
        let mut script = Script::new("law");
        for (what, id, parent) in steps {
            script.after(7);
            match what {
                0 => script.declare(id, parent, NodeKind::Job, id),
                1 => script.declare(id, parent, NodeKind::Step, id),
                2 => script.order(id),
                3 => script.started(id),
                4 => script.change(Change::Begin { node: node(id) }),
                5 => script.end(id, Status::Failed, None),
                6 => script.conclude(id, Status::Succeeded, Some("law")),
                7 => script.annotate(id, AnnotationLevel::Error, "law"),
                _ => script.change(Change::Rename { node: node(id), label: parent.into() }),
            };
        }
        script.events()
    })
}

proptest! {
    #[test]
    fn batches_make_no_difference(events in script(), cuts in prop::collection::vec((0_usize..70, 0_usize..9), 0..8)) {
        let whole = fold(&events);
        let mut batched = RunView::new(run_id());
        let mut from = 0;
        let mut cuts = cuts;
        cuts.sort_unstable();
        for (cut, overlap) in cuts {
            let to = cut.min(events.len()).max(from);
            batched.apply(&events[from.saturating_sub(overlap)..to]);
            from = to;
        }
        batched.apply(&events[from..]);
        prop_assert_eq!(&whole, &batched);
        // The nodes are one tree: each is reached once from the run.
        prop_assert_eq!(whole.walk().count(), whole.node_count());
    }
}
