//! Builds runs event by event, each at a virtual time, and shows them to surfaces.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use windlass_kernel::{
    Annotation, AnnotationLevel, Body, Change, Command, Event, Fact, JobOrder, LogSlice, Node,
    NodeId, NodeKind, Operation, OperationId, RunId, RunInputs, Status, Update, WorkerRequest,
};
use windlass_reporting::{Appearance, LogSource, Output, Surface, SurfaceSettings};

pub fn run_id() -> RunId {
    RunId(ulid::Ulid::from_parts(1_767_225_600_000, 42))
}

pub fn node(path: &str) -> NodeId {
    NodeId::new(path)
}

/// What happens, in order: events and bytes of logs.
#[derive(Clone)]
pub enum Step {
    Event(Event),
    Log(NodeId, Vec<u8>),
}

pub struct Script {
    at: Timestamp,
    seq: u64,
    operation: u64,
    pub steps: Vec<Step>,
}

impl Script {
    pub fn new(title: &str) -> Self {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut script = Script { at, seq: 0, operation: 0, steps: Vec::new() };
        let inputs = RunInputs {
            dialect: "github".into(),
            process_version: 1,
            title: title.into(),
            payload: Value::Null,
        };
        script.fact(Fact::Created(Box::new(inputs)));
        script
    }

    pub fn after(&mut self, milliseconds: i64) -> &mut Self {
        self.at += SignedDuration::from_millis(milliseconds);
        self
    }

    pub fn now(&self) -> Timestamp {
        self.at
    }

    fn push(&mut self, body: Body) -> &mut Self {
        self.seq += 1;
        self.steps.push(Step::Event(Event { seq: self.seq, at: self.at, body }));
        self
    }

    pub fn fact(&mut self, fact: Fact) -> &mut Self {
        self.push(Body::Fact(fact))
    }

    pub fn command(&mut self, command: Command) -> &mut Self {
        self.push(Body::Command(command))
    }

    pub fn change(&mut self, change: Change) -> &mut Self {
        let id = OperationId(self.operation);
        self.fact(Fact::Progress { id, update: Update { changes: vec![change] } })
    }

    pub fn declare(&mut self, id: &str, parent: &str, kind: NodeKind, label: &str) -> &mut Self {
        self.command(Command::Declare(described(id, parent, kind, label)))
    }

    pub fn begin(&mut self, id: &str, operation: Operation) -> &mut Self {
        self.operation += 1;
        let id = Command::Begin { id: OperationId(self.operation), node: node(id), operation };
        self.command(id)
    }

    pub fn job(&mut self, id: &str) -> &mut Self {
        self.declare(id, "", NodeKind::Job, id).order(id)
    }

    pub fn order(&mut self, id: &str) -> &mut Self {
        let order = JobOrder {
            dialect: "github".into(),
            schema_version: 1,
            payload: Value::Null,
            worker: WorkerRequest::default(),
        };
        self.begin(id, Operation::RunJob(order))
    }

    pub fn started(&mut self, id: &str) -> &mut Self {
        self.change(Change::Started { node: node(id), place: "this machine".into() })
    }

    pub fn step(&mut self, id: &str, label: &str) -> &mut Self {
        let parent = id.rsplit_once('/').unwrap().0;
        self.change(Change::Declare(described(id, parent, NodeKind::Step, label)));
        self.change(Change::Begin { node: node(id) })
    }

    pub fn log(&mut self, id: &str, text: &str) -> &mut Self {
        self.steps.push(Step::Log(node(id), text.as_bytes().to_vec()));
        self
    }

    pub fn end(&mut self, id: &str, status: Status, reason: Option<&str>) -> &mut Self {
        let stream = id.split('/').next().unwrap().to_owned();
        self.change(Change::Conclude {
            node: node(id),
            status,
            word: format!("{status:?}").to_lowercase(),
            reason: reason.map(str::to_owned),
            log: Some(LogSlice { stream, start: 0, end: 40 }),
        })
    }

    pub fn conclude(&mut self, id: &str, status: Status, reason: Option<&str>) -> &mut Self {
        self.command(Command::Conclude {
            node: node(id),
            status,
            word: format!("{status:?}").to_lowercase(),
            reason: reason.map(str::to_owned),
        })
    }

    pub fn annotate(&mut self, id: &str, level: AnnotationLevel, message: &str) -> &mut Self {
        self.change(Change::Annotate(Annotation {
            node: node(id),
            level,
            message: message.into(),
            title: None,
            file: Some("src/main.rs".into()),
            line: Some(3),
            end_line: None,
            column: Some(5),
            end_column: None,
        }))
    }

    pub fn events(&self) -> Vec<Event> {
        let event = |step: &Step| match step {
            Step::Event(event) => Some(event.clone()),
            Step::Log(..) => None,
        };
        self.steps.iter().filter_map(event).collect()
    }

    pub fn play(&self, surface: &dyn Surface) {
        for step in &self.steps {
            match step {
                Step::Event(event) => surface.observe(run_id(), std::slice::from_ref(event)),
                Step::Log(node, bytes) => surface.logged(run_id(), node, bytes),
            }
        }
    }
}

fn described(id: &str, parent: &str, kind: NodeKind, label: &str) -> Node {
    Node {
        id: node(id),
        parent: node(parent),
        after: Vec::new(),
        kind,
        label: label.into(),
        origin: None,
    }
}

/// A build that succeeds, a test that fails after it, a deployment that is therefore skipped.
pub fn failing_run() -> Script {
    let mut script = Script::new("CI");
    script.job("build").declare("test", "", NodeKind::Job, "test").declare(
        "deploy",
        "",
        NodeKind::Job,
        "deploy",
    );
    script.after(100).started("build");
    script.step("build/1", "Check out").after(300).end("build/1", Status::Succeeded, None);
    script.log("build/2", "early bytes of compile\n");
    script.step("build/2", "Compile");
    script.log("build/2", "##[group]Crates\n\x1b[32mone\x1b[0m\r\ntw").log("build/2", "o\n");
    script.log("build/2", "##[endgroup]\n\nno line feed at the end");
    script.annotate("build/2", AnnotationLevel::Warning, "unused variable: `x`");
    script.after(1200).end("build/2", Status::Succeeded, None);
    script.change(Change::Summarize {
        node: node("build/2"),
        markdown: "## Sizes\n\n- windlass: 5 MB\n".into(),
    });
    script.conclude("build", Status::Succeeded, None);
    script.order("test").started("test").step("test/1", "Run tests");
    script.log("test/1", "running 2 tests\n##[error]assertion failed\n");
    script.annotate("test/1", AnnotationLevel::Error, "assertion failed\nleft: 1, right: 2");
    script.after(65_000).end("test/1", Status::Failed, Some("exit code 101"));
    script.change(Change::Attribute {
        node: node("test"),
        name: "workspace".into(),
        value: "/tmp/workspaces/test".into(),
    });
    script.conclude("test", Status::Failed, None);
    script.conclude("deploy", Status::Skipped, Some("needs test, which failed"));
    script.conclude("", Status::Failed, None);
    script
}

/// A writer whose text can be looked at.
#[derive(Clone, Default)]
pub struct Screen(Arc<Mutex<Vec<u8>>>);

impl Screen {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub fn output(&self) -> Output {
        Output::new(Box::new(self.clone()))
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stored logs that are all alike.
pub struct StoredLogs;

impl LogSource for StoredLogs {
    fn place(&self, _: RunId, log: &LogSlice) -> String {
        format!("/state/blobs/logs/{}.log", log.stream)
    }

    fn end_of(&self, _: RunId, _: &LogSlice, _: u64) -> io::Result<Vec<u8>> {
        Ok(b"running 2 tests\n##[error]assertion failed\n".to_vec())
    }
}

pub fn settings(colours: bool, unicode: bool) -> SurfaceSettings {
    SurfaceSettings {
        appearance: Appearance { colours, unicode },
        several_runs: false,
        logs: Some(Arc::new(StoredLogs)),
    }
}
