//! The documented schema of the event lines, against what the surface really prints.

use std::{fs, path::Path};

use indexmap::IndexMap;
use jsonschema::Validator;
use serde_json::{Value, json};
use windlass_kernel::{
    Actor, Annotation, AnnotationLevel, CancelReason, Change, Command, ExecSpec, Fact,
    FetchedSource, GateDecision, GateSpec, JobResult, LockOrder, LockSpec, LogSlice, Node,
    NodeKind, Observation, Operation, OperationId, OperationResult, Origin, RunRequest,
    SourceRequest, Status, WorkerRequest,
};
use windlass_reporting::{JsonSurface, Surface};

use crate::script::{Screen, Script, failing_run, node, run_id};

fn reference(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documented schema, made strict: what it does not name is then an error, so that a field
/// that nobody documented is found.
fn strict() -> Validator {
    let mut schema: Value = serde_json::from_str(&reference("events.schema.json")).unwrap();
    forbid_others(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

fn forbid_others(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".into(), false.into());
            }
            object.values_mut().for_each(forbid_others);
        }
        Value::Array(values) => values.iter_mut().for_each(forbid_others),
        _ => {}
    }
}

fn lines(script: &Script) -> Vec<Value> {
    let screen = Screen::default();
    let surface = JsonSurface::new(screen.output(), true);
    script.play(&surface);
    surface.message("a message");
    surface.finish();
    screen.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn worker() -> WorkerRequest {
    WorkerRequest { labels: vec!["linux".into()], group: Some("large".into()) }
}

fn text_map() -> IndexMap<String, String> {
    IndexMap::from([("name".to_owned(), "value".to_owned())])
}

fn operations() -> Vec<Operation> {
    let source =
        SourceRequest { repository: "a/b".into(), reference: "v1".into(), path: "".into() };
    vec![
        Operation::Lease(worker()),
        Operation::Exec(ExecSpec {
            lease: OperationId(1),
            command: vec!["true".into()],
            environment: [("A".to_owned(), "b".to_owned())].into(),
            capture: true,
        }),
        Operation::Gate(GateSpec { name: "n".into(), prompt: "p".into(), fields: text_map() }),
        Operation::Lock(LockSpec {
            group: "g".into(),
            cancel_in_progress: true,
            queue_all: false,
            order: LockOrder::Oldest,
            part: 1,
            is_upcoming: true,
        }),
        Operation::Sleep { milliseconds: 5 },
        Operation::SpawnRun(RunRequest { payload: json!({"any": [1]}), wait: true }),
        Operation::Fetch(source),
        Operation::Observe(Observation::Clock),
        Operation::Observe(Observation::Random),
    ]
}

fn results() -> Vec<OperationResult> {
    vec![
        OperationResult::Job(JobResult {
            status: Status::TimedOut,
            word: "failure".into(),
            outputs: text_map(),
        }),
        OperationResult::Leased { workspace: "/w".into() },
        OperationResult::Exited { code: -1, output: Some("o".into()) },
        OperationResult::Decided(GateDecision {
            approved: true,
            by: Actor::System("why".into()),
            values: text_map(),
        }),
        OperationResult::Locked,
        OperationResult::Displaced,
        OperationResult::Elapsed,
        OperationResult::Spawned { status: Status::Warning },
        OperationResult::Fetched(FetchedSource { commit: "c".into(), text: "t".into() }),
        OperationResult::Observed(json!(0.5)),
        OperationResult::Cancelled,
        OperationResult::Lost { reason: "r".into() },
        OperationResult::Failed { message: "m".into() },
    ]
}

/// A run in which everything happens that the vocabulary has a word for.
fn everything() -> Script {
    let mut script = failing_run();
    let origin = Some(Origin { file: "ci.yml".into(), line: 1, column: 1 });
    for (place, kind) in
        [NodeKind::Run, NodeKind::Stage, NodeKind::Group, NodeKind::Gate].into_iter().enumerate()
    {
        script.command(Command::Declare(Node {
            id: node(&format!("n{place}")),
            parent: node(""),
            after: vec![node("build")],
            kind,
            label: "l".into(),
            origin: origin.clone(),
        }));
    }
    for operation in operations() {
        script.begin("n1", operation);
    }
    for result in results() {
        script.fact(Fact::Settled { id: OperationId(1), result });
    }
    for by in [Actor::Person("p".into()), Actor::Concurrency("g".into())] {
        script.fact(Fact::CancelRequested { node: node(""), by });
    }
    for reason in [
        CancelReason::Requested,
        CancelReason::TimedOut,
        CancelReason::FailFast,
        CancelReason::Superseded,
    ] {
        script.command(Command::Cancel { id: OperationId(1), reason });
    }
    script.command(Command::Release { id: OperationId(1) });
    script.change(Change::Rename { node: node("a"), label: "b".into() });
    script.change(Change::Conclude {
        node: node("a"),
        status: Status::Cancelled,
        word: "cancelled".into(),
        reason: Some("r".into()),
        log: Some(LogSlice { stream: "s".into(), start: 0, end: 1 }),
    });
    script.change(Change::Annotate(Annotation {
        node: node("a"),
        level: AnnotationLevel::Notice,
        message: "m".into(),
        title: Some("t".into()),
        file: Some("f".into()),
        line: Some(1),
        end_line: Some(2),
        column: Some(3),
        end_column: Some(4),
    }));
    script
}

#[test]
fn every_line_is_as_the_reference_says() {
    let strict = strict();
    for line in lines(&everything()) {
        let errors: Vec<String> = strict.iter_errors(&line).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{line}\n{errors:#?}");
    }
}

/// The other direction: every variant that the reference names was printed, so none is invented.
#[test]
fn every_variant_of_the_reference_happens() {
    let schema: Value = serde_json::from_str(&reference("events.schema.json")).unwrap();
    let printed = lines(&everything()).iter().map(Value::to_string).collect::<String>();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        for variant in definition["oneOf"].as_array().into_iter().flatten() {
            let word = match variant["const"].as_str() {
                Some(word) => word,
                None => variant["required"][0].as_str().unwrap(),
            };
            assert!(printed.contains(&format!("\"{word}\"")), "{name}: {word}");
        }
        for word in definition["enum"].as_array().into_iter().flatten() {
            assert!(printed.contains(&word.to_string()), "{name}: {word}");
        }
    }
}

#[test]
fn what_the_reference_does_not_say_is_refused() {
    let strict = strict();
    let run = run_id().to_string();
    let at = "2026-01-01T00:00:00Z";
    let release = json!({"command": {"release": {"id": 1}}});
    let line = |body: Value| json!({"schema": 1, "run": run, "seq": 1, "at": at, "body": body});
    assert!(strict.is_valid(&line(release.clone())));
    for wrong in [
        json!({"schema": 2, "run": run, "seq": 1, "at": at, "body": release}),
        json!({"schema": 1, "run": "short", "seq": 1, "at": at, "body": release}),
        json!({"schema": 1, "run": run, "seq": 0, "at": at, "body": release}),
        line(json!({"command": {"release": {}}})),
        line(json!({"command": {"unknown": {}}})),
        line(json!({"command": {"release": {"id": 1, "more": true}}})),
        line(json!({"command": {"conclude": {"node": "", "status": "good", "word": "w"}}})),
        json!({"schema": 1}),
    ] {
        assert!(!strict.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn the_examples_of_the_page_are_valid() {
    let page = reference("events.md");
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let strict = strict();
    for line in example.lines() {
        assert!(strict.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
    assert_eq!(example.lines().count(), 3);
}
