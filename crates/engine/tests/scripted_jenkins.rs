//! The proof that the vocabulary carries scripted Jenkins: no static graph, a try around parallel
//! branches, an input that waits. The process is written by hand where the interpreter will be:
//!
//! ```groovy
//! node {
//!     try { parallel(unit: { sh 'unit' }, lint: { sh 'lint' }) }
//!     catch (error) { sh 'report' }
//!     input 'Ship it?'
//!     sh 'ship'
//! }
//! ```

use std::collections::BTreeMap;

use windlass_kernel::{
    Actor, Body, Command, ExecSpec, Fact, GateDecision, GateSpec, Node, NodeId, NodeKind,
    Operation, OperationId, OperationResult, Process, ProcessError, RunInputs, Status,
    WorkerRequest,
};
use windlass_testkit::{Trace, survives_every_kill};

/// Where each green task of the script stands; the interpreter's frames will be this.
#[derive(Default)]
struct Script {
    last: OperationId,
    lease: OperationId,
    waiting: BTreeMap<OperationId, &'static str>,
    branches_failed: bool,
}

impl Script {
    fn begin(&mut self, name: &'static str, kind: NodeKind, operation: Operation) -> Vec<Command> {
        self.last = self.last.next();
        self.waiting.insert(self.last, name);
        let node = Node {
            id: NodeId::new(name),
            parent: NodeId::run(),
            after: vec![],
            kind,
            label: name.into(),
            origin: None,
        };
        let begin = Command::Begin { id: self.last, node: node.id.clone(), operation };
        vec![Command::Declare(node), begin]
    }

    fn shell(&mut self, script: &'static str) -> Vec<Command> {
        let command = vec!["sh".into(), "-c".into(), script.into()];
        let environment = BTreeMap::new();
        let spec = ExecSpec { lease: self.lease, command, environment, capture: false };
        self.begin(script, NodeKind::Step, Operation::Exec(spec))
    }

    fn after(&mut self, name: &str, failed: bool) -> Vec<Command> {
        let word = if failed { "FAILURE" } else { "SUCCESS" };
        let mut commands = vec![conclude(NodeId::new(name), failed, word)];
        commands.extend(match name {
            "node" => [self.shell("unit"), self.shell("lint")].concat(),
            "unit" | "lint" => {
                self.branches_failed |= failed;
                match (self.waiting.is_empty(), self.branches_failed) {
                    (false, _) => vec![],
                    (true, true) => self.shell("report"),
                    (true, false) => self.ask(),
                }
            }
            "report" => self.ask(),
            "input" if failed => self.end(true),
            "input" => self.shell("ship"),
            _ => self.end(failed),
        });
        commands
    }

    fn ask(&mut self) -> Vec<Command> {
        let prompt = "Ship it?".into();
        let gate = GateSpec { name: "input".into(), prompt, fields: Default::default() };
        self.begin("input", NodeKind::Gate, Operation::Gate(gate))
    }

    fn end(&mut self, failed: bool) -> Vec<Command> {
        let word = if failed { "FAILURE" } else { "SUCCESS" };
        vec![Command::Release { id: self.lease }, conclude(NodeId::run(), failed, word)]
    }
}

impl Process for Script {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        match fact {
            Fact::Created(_) => {
                let commands =
                    self.begin("node", NodeKind::Group, Operation::Lease(WorkerRequest::default()));
                self.lease = self.last;
                Ok(commands)
            }
            Fact::Settled { id, result } => {
                let name = self
                    .waiting
                    .remove(id)
                    .ok_or_else(|| ProcessError::Unknown(format!("operation {id}")))?;
                let failed = match result {
                    OperationResult::Exited { code, .. } => *code != 0,
                    OperationResult::Decided(decision) => !decision.approved,
                    OperationResult::Leased { .. } => false,
                    _ => true,
                };
                Ok(self.after(name, failed))
            }
            Fact::Progress { .. } | Fact::CancelRequested { .. } => Ok(vec![]),
        }
    }
}

fn conclude(node: NodeId, failed: bool, word: &str) -> Command {
    let status = if failed { Status::Failed } else { Status::Succeeded };
    Command::Conclude { node, status, word: word.into(), reason: None }
}

fn inputs() -> RunInputs {
    RunInputs {
        dialect: "jenkins".into(),
        process_version: 1,
        title: "Jenkinsfile".into(),
        payload: serde_json::Value::Null,
    }
}

fn world(approved: bool) -> impl Fn(&NodeId, &Operation) -> OperationResult + Clone {
    move |_: &NodeId, operation: &Operation| match operation {
        Operation::Lease(_) => OperationResult::Leased { workspace: "/workspace".into() },
        Operation::Exec(spec) if spec.command[2] == "lint" => {
            OperationResult::Exited { code: 1, output: None }
        }
        Operation::Exec(_) => OperationResult::Exited { code: 0, output: None },
        Operation::Gate(_) => OperationResult::Decided(GateDecision {
            approved,
            by: Actor::Person("alice".into()),
            values: Default::default(),
        }),
        other => OperationResult::Failed { message: format!("unexpected {:?}", other.kind()) },
    }
}

async fn ends(approved: bool) -> Vec<(String, String)> {
    let events = survives_every_kill(Trace {
        process: || -> Box<dyn Process> { Box::<Script>::default() },
        inputs: inputs(),
        world: world(approved),
    })
    .await;
    let ends = events.iter().filter_map(|event| match &event.body {
        Body::Command(Command::Conclude { node, word, .. }) => {
            Some((node.to_string(), word.clone()))
        }
        _ => None,
    });
    ends.collect()
}

#[tokio::test]
async fn a_caught_failure_goes_on_to_the_input_and_ships() {
    let ends = ends(true).await;
    let names: Vec<&str> = ends.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["node", "unit", "lint", "report", "input", "ship", ""]);
    assert_eq!(ends[2].1, "FAILURE");
    assert_eq!(ends[6].1, "SUCCESS");
}

#[tokio::test]
async fn a_refused_input_ends_the_run() {
    let ends = ends(false).await;
    assert_eq!(ends.last(), Some(&(String::new(), "FAILURE".into())));
    assert!(ends.iter().all(|(name, _)| name != "ship"));
}
