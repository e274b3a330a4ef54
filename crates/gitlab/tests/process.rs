//! The process of a pipeline, by facts alone: configurations are compiled, operations answered by
//! the test, and after every fact a second process replays all of them.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod downstream;
mod laws;
mod manual;
mod order;
mod stopping;
mod trouble;
mod turns;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use windlass_gitlab::GitlabProcess;
use windlass_gitlab::inputs::{GitlabRunInputs, Selection};
use windlass_gitlab::order::GitlabJobOrder;
use windlass_gitlab::report::JobReport;
use windlass_gitlab_syntax::{
    Call, FetchedSources, KnownFacts, MOST_INCLUDES, Origin, Outcome, Pipeline, SourceText, compile,
};
use windlass_kernel::{
    Actor, Command, Fact, GateDecision, NodeId, Operation, OperationId, OperationResult, Process,
    Status,
};

/// The pipeline of a configuration.
pub(crate) fn pipeline(text: &str) -> Pipeline {
    let main = SourceText {
        name: ".gitlab-ci.yml".into(),
        text: text.into(),
        origin: Origin::Project,
        component: None,
    };
    let compiled = compile(&Call {
        main,
        inputs: IndexMap::new(),
        sources: &FetchedSources::default(),
        facts: &KnownFacts::default(),
        most_includes: MOST_INCLUDES,
    });
    match compiled.outcome {
        Outcome::Pipeline(pipeline) => *pipeline,
        other => panic!("no pipeline: {other:?} {:#?}", compiled.diagnostics),
    }
}

/// A run whose world is the test.
struct Bench {
    process: GitlabProcess,
    facts: Vec<Fact>,
    answers: Vec<Vec<Command>>,
    /// What has been begun and not settled, by number.
    open: BTreeMap<OperationId, (NodeId, Operation)>,
    /// How each node ended: `word` and reason.
    ends: IndexMap<String, (Status, String, String)>,
    cancels: Vec<OperationId>,
    released: usize,
}

impl Bench {
    fn of(text: &str) -> Self {
        Self::with(text, Selection::default())
    }

    fn with(text: &str, selection: Selection) -> Self {
        Self::from_inputs(GitlabRunInputs {
            pipeline: pipeline(text),
            selection,
            ..GitlabRunInputs::default()
        })
    }

    fn from_inputs(inputs: GitlabRunInputs) -> Self {
        let inputs = inputs.into_run_inputs("a pipeline".into()).expect("inputs");
        let mut bench = Bench {
            process: GitlabProcess::default(),
            facts: Vec::new(),
            answers: Vec::new(),
            open: BTreeMap::new(),
            ends: IndexMap::new(),
            cancels: Vec::new(),
            released: 0,
        };
        bench.tell(Fact::Created(Box::new(inputs)));
        bench
    }

    /// Feeds one fact, and checks that a process built afresh answers all of them the same.
    fn tell(&mut self, fact: Fact) {
        let commands = self.process.advance(&fact).expect("an answer");
        self.facts.push(fact);
        for command in &commands {
            match command {
                Command::Begin { id, node, operation } => {
                    self.open.insert(*id, (node.clone(), operation.clone()));
                }
                Command::Conclude { node, status, word, reason } => {
                    let end = (*status, word.clone(), reason.clone().unwrap_or_default());
                    let before = self.ends.insert(node.to_string(), end);
                    assert_eq!(before, None, "{node} ended twice");
                }
                Command::Cancel { id, .. } => self.cancels.push(*id),
                Command::Release { .. } => self.released += 1,
                Command::Declare(_) => {}
            }
        }
        let places: Vec<OperationId> = commands.iter().filter_map(|it| self.place(it)).collect();
        self.answers.push(commands);
        let mut again = GitlabProcess::default();
        let answers: Vec<_> =
            self.facts.iter().map(|fact| again.advance(fact).expect("an answer")).collect();
        assert_eq!(answers, self.answers, "a replay answers otherwise");
        for id in places {
            self.open.remove(&id);
            self.tell(Fact::Settled { id, result: OperationResult::Cancelled });
        }
    }

    /// The place in a group that a command gives up.
    fn place(&self, command: &Command) -> Option<OperationId> {
        let Command::Cancel { id, .. } = command else { return None };
        let is_place = |it: &Operation| matches!(it, Operation::Lock(lock) if lock.is_upcoming);
        self.open.get(id).filter(|(_, operation)| is_place(operation)).map(|_| *id)
    }

    /// The labels of the nodes that something is under way for, as `job` or `kind job`.
    fn under_way(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .open
            .values()
            .map(|(node, operation)| {
                let name = node.as_str().rsplit('/').next().unwrap_or_default();
                match operation {
                    Operation::Lock(lock) if lock.is_upcoming => format!("place {name}"),
                    Operation::RunJob(_) => name.to_owned(),
                    other => format!("{:?} {name}", other.kind()),
                }
            })
            .collect();
        names.sort();
        names
    }

    fn find(&self, name: &str) -> OperationId {
        let found = self.open.iter().find(|(_, (node, _))| {
            node.as_str().rsplit('/').next().is_some_and(|last| last == name)
        });
        *found.unwrap_or_else(|| panic!("nothing is under way for {name}: {:?}", self.open)).0
    }

    fn order(&self, name: &str) -> GitlabJobOrder {
        match &self.open[&self.find(name)].1 {
            Operation::RunJob(order) => GitlabJobOrder::read(order.clone()).expect("an order"),
            other => panic!("{name} is at {other:?}"),
        }
    }

    fn settle(&mut self, name: &str, result: OperationResult) {
        let id = self.find(name);
        self.open.remove(&id);
        self.tell(Fact::Settled { id, result });
    }

    fn end(&mut self, name: &str, status: Status, report: JobReport) {
        self.settle(name, OperationResult::Job(report.into_result(status)));
    }

    fn pass(&mut self, name: &str) {
        self.end(name, Status::Succeeded, JobReport::default());
    }

    fn fail(&mut self, name: &str, exit_code: i32) {
        let failure = Some(windlass_gitlab::report::FailureReason::ScriptFailure);
        let report = JobReport { exit_code: Some(exit_code), failure, ..JobReport::default() };
        self.end(name, Status::Failed, report);
    }

    fn decide(&mut self, name: &str, approved: bool) {
        let by = Actor::Person("ann".into());
        let decision = GateDecision { approved, by, values: IndexMap::new() };
        self.settle(name, OperationResult::Decided(decision));
    }

    /// GitLab's word for the end of a node by the last part of its path; of the run for `""`.
    fn word(&self, name: &str) -> &str {
        let found = self.ends.iter().find(|(node, _)| node.rsplit('/').next() == Some(name));
        found.map_or("", |(_, (_, word, _))| word.as_str())
    }

    fn reason(&self, name: &str) -> &str {
        let found = self.ends.iter().find(|(node, _)| node.rsplit('/').next() == Some(name));
        found.map_or("", |(_, (_, _, reason))| reason.as_str())
    }
}
