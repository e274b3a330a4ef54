//! The state of a run as a fold over its events, with no other source of truth.
//!
//! The cost of an event follows what it changes. Events that were folded already are passed over,
//! so overlapping batches (a snapshot, then a tail that begins a little earlier) do no harm.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use windlass_kernel::{
    Actor, Annotation, Body, Change, Command, Event, Fact, LogSlice, Node, NodeId, NodeKind,
    Operation, OperationId, OperationResult, RunId, Status,
};

use crate::{NodeState, NodeView};

/// What a job waits for whose turn has come and for which no worker is free.
pub(crate) const FOR_A_WORKER: &str = "a worker";

/// Somebody wanted a node, or the run, to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CancelNote {
    /// What was to stop; the empty path is the run.
    pub node: NodeId,
    /// Who asked.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// How many jobs are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatusCounts {
    /// Not begun, or begun and waiting.
    pub queued: usize,
    /// At work.
    pub running: usize,
    /// Did what they should.
    pub succeeded: usize,
    /// Failed without mattering.
    pub warning: usize,
    /// Never ran.
    pub skipped: usize,
    /// Were stopped.
    pub cancelled: usize,
    /// Failed or took too long.
    pub failed: usize,
}

/// A run as it is after some of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    run: RunId,
    seq: u64,
    dialect: String,
    nodes: HashMap<NodeId, NodeView>,
    annotations: Vec<Annotation>,
    cancels: Vec<CancelNote>,
    operations: HashMap<OperationId, NodeId>,
}

impl RunView {
    /// A run before its first event.
    pub fn new(run: RunId) -> Self {
        let root = Node {
            id: NodeId::run(),
            parent: NodeId::run(),
            after: Vec::new(),
            kind: NodeKind::Run,
            label: String::new(),
            origin: None,
        };
        RunView {
            run,
            seq: 0,
            dialect: String::new(),
            nodes: HashMap::from([(NodeId::run(), NodeView::declared(&root))]),
            annotations: Vec::new(),
            cancels: Vec::new(),
            operations: HashMap::new(),
        }
    }

    /// Which run it is.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The last event that was folded.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The node that is the whole run.
    pub fn root(&self) -> &NodeView {
        // It is there from the start and never leaves.
        &self.nodes[&NodeId::run()]
    }

    /// A node by its path.
    pub fn node(&self, id: &NodeId) -> Option<&NodeView> {
        self.nodes.get(id)
    }

    /// How many nodes there are, the run included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The nodes in a node, in the order in which they joined.
    pub fn children<'view>(
        &'view self,
        node: &'view NodeView,
    ) -> impl DoubleEndedIterator<Item = &'view NodeView> {
        node.children.iter().filter_map(|child| self.nodes.get(child))
    }

    /// All nodes: each before those in it, the run first; with how deep they lie.
    pub fn walk(&self) -> Walk<'_> {
        Walk { view: self, next: vec![(self.root(), 0)] }
    }

    /// The job that a node is or lies in.
    pub fn job_of(&self, id: &NodeId) -> Option<&NodeView> {
        let mut node = self.nodes.get(id)?;
        while node.kind != NodeKind::Job {
            if node.id.is_run() {
                return None;
            }
            node = self.nodes.get(&node.parent)?;
        }
        Some(node)
    }

    /// What was remarked, in order.
    pub fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    /// Who wanted what to stop, in order.
    pub fn cancels(&self) -> &[CancelNote] {
        &self.cancels
    }

    /// How many jobs are where.
    pub fn counts(&self) -> StatusCounts {
        let mut counts = StatusCounts::default();
        for node in self.nodes.values().filter(|node| node.kind == NodeKind::Job) {
            *counts.of(&node.state) += 1;
        }
        counts
    }

    /// Folds the next events in.
    pub fn apply(&mut self, events: &[Event]) {
        for event in events {
            if event.seq <= self.seq {
                continue;
            }
            self.seq = event.seq;
            match &event.body {
                Body::Fact(fact) => self.fact(fact, event.at),
                Body::Command(command) => self.command(command, event.at),
            }
        }
    }

    fn fact(&mut self, fact: &Fact, at: Timestamp) {
        match fact {
            Fact::Created(inputs) => {
                self.dialect.clone_from(&inputs.dialect);
                self.start(&NodeId::run(), at);
                self.change(&NodeId::run(), |run| run.label.clone_from(&inputs.title));
            }
            Fact::Progress { update, .. } => {
                update.changes.iter().for_each(|change| self.progress(change, at));
            }
            Fact::Settled { id, result } => self.settle(*id, result),
            Fact::CancelRequested { node, by } => {
                self.cancels.push(CancelNote { node: node.clone(), by: by.clone(), at });
            }
        }
    }

    fn command(&mut self, command: &Command, at: Timestamp) {
        match command {
            Command::Declare(node) => self.declare(node),
            Command::Begin { id, node, operation } => {
                self.operations.insert(*id, node.clone());
                match waits_for(operation) {
                    Some(what) => self.wait(node, what),
                    None if is_no_news(operation) => {}
                    None => self.start(node, at),
                }
            }
            Command::Conclude { node, status, word, reason } => {
                let state = concluded(*status, word, reason.as_deref());
                self.conclude(node, state, None, at);
            }
            Command::Cancel { .. } | Command::Release { .. } => {}
        }
    }

    fn progress(&mut self, change: &Change, at: Timestamp) {
        match change {
            Change::Started { node, place } => {
                self.void(node);
                self.change(node, |job| {
                    job.state = NodeState::Queued;
                    job.place = Some(place.clone());
                    (job.started_at, job.ended_at) = (None, None);
                    (job.log, job.problem, job.summary) = (None, None, None);
                });
                self.start(node, at);
            }
            Change::Declare(node) => self.declare(node),
            Change::Rename { node, label } => {
                self.change(node, |node| node.label.clone_from(label));
            }
            Change::Begin { node } => self.start(node, at),
            Change::Conclude { node, status, word, reason, log } => {
                let state = concluded(*status, word, reason.as_deref());
                self.conclude(node, state, log.as_ref(), at);
            }
            Change::Annotate(annotation) => self.annotations.push(annotation.clone()),
            Change::Summarize { node, markdown } => {
                self.change(node, |node| node.summary = Some(markdown.clone()));
            }
            Change::Attribute { node, name, value } => {
                self.change(node, |node| {
                    node.attributes.insert(name.clone(), value.clone());
                });
            }
        }
    }

    fn change(&mut self, id: &NodeId, how: impl FnOnce(&mut NodeView)) {
        if let Some(node) = self.nodes.get_mut(id) {
            how(node);
        }
    }

    /// A node that is declared again keeps its place, its children and its state.
    fn declare(&mut self, node: &Node) {
        if let Some(known) = self.nodes.get_mut(&node.id) {
            known.kind = node.kind;
            known.label.clone_from(&node.label);
            known.after.clone_from(&node.after);
            known.origin.clone_from(&node.origin);
            return;
        }
        let mut declared = NodeView::declared(node);
        // A parent that nobody knows would hide the node from every surface.
        if !self.nodes.contains_key(&node.parent) {
            declared.parent = NodeId::run();
        }
        self.change(&declared.parent, |parent| parent.children.push(node.id.clone()));
        self.nodes.insert(node.id.clone(), declared);
    }

    fn wait(&mut self, id: &NodeId, what: String) {
        self.change(id, |node| {
            if matches!(node.state, NodeState::Queued | NodeState::Waiting { .. }) {
                node.state = NodeState::Waiting { what };
            }
        });
    }

    /// Starts a node, and with it those it lies in that have not started yet.
    fn start(&mut self, id: &NodeId, at: Timestamp) {
        let mut next = Some(id.clone());
        while let Some(node) = next.take().and_then(|id| self.nodes.get_mut(&id)) {
            if !matches!(node.state, NodeState::Queued | NodeState::Waiting { .. }) {
                return;
            }
            node.state = NodeState::Running;
            node.started_at.get_or_insert(at);
            next = (!node.id.is_run()).then(|| node.parent.clone());
        }
    }

    fn settle(&mut self, id: OperationId, result: &OperationResult) {
        let Some(node) = self.operations.remove(&id) else { return };
        self.change(&node, |node| {
            if let NodeState::Waiting { .. } = node.state {
                node.state = match node.started_at {
                    Some(_) => NodeState::Running,
                    None => NodeState::Queued,
                };
            }
            match result {
                OperationResult::Failed { message } => node.problem = Some(message.clone()),
                OperationResult::Lost { reason } => node.problem = Some(reason.clone()),
                _ => {}
            }
        });
    }

    /// Ends a node. What is still open in it ends with it: nobody is left to say how.
    fn conclude(&mut self, id: &NodeId, state: NodeState, log: Option<&LogSlice>, at: Timestamp) {
        let Some(node) = self.nodes.get_mut(id) else { return };
        node.state = state;
        node.ended_at = Some(at);
        if log.is_some() {
            node.log = log.cloned();
        }
        let mut open = node.children.clone();
        while let Some(id) = open.pop() {
            let Some(node) = self.nodes.get_mut(&id) else { continue };
            node.state = match node.state {
                NodeState::Concluded { .. } => continue,
                NodeState::Running => concluded(Status::Cancelled, "abandoned", None),
                _ => concluded(Status::Skipped, "never started", None),
            };
            node.ended_at = Some(at);
            open.extend(node.children.iter().cloned());
        }
    }

    /// Removes everything below a job that starts again, and what was said in its name.
    fn void(&mut self, job: &NodeId) {
        let Some(node) = self.nodes.get_mut(job) else { return };
        let mut below = std::mem::take(&mut node.children);
        let mut gone = HashSet::from([job.clone()]);
        while let Some(id) = below.pop() {
            if let Some(node) = self.nodes.remove(&id) {
                below.extend(node.children);
            }
            gone.insert(id);
        }
        self.annotations.retain(|annotation| !gone.contains(&annotation.node));
    }
}

impl StatusCounts {
    /// All jobs together.
    pub fn total(&self) -> usize {
        let StatusCounts { queued, running, succeeded, warning, skipped, cancelled, failed } = self;
        queued + running + succeeded + warning + skipped + cancelled + failed
    }

    pub(crate) fn of(&mut self, state: &NodeState) -> &mut usize {
        match state {
            NodeState::Queued | NodeState::Waiting { .. } => &mut self.queued,
            NodeState::Running => &mut self.running,
            NodeState::Concluded { status, .. } => match status {
                Status::Succeeded => &mut self.succeeded,
                Status::Warning => &mut self.warning,
                Status::Skipped => &mut self.skipped,
                Status::Cancelled => &mut self.cancelled,
                Status::TimedOut | Status::Failed => &mut self.failed,
            },
        }
    }
}

/// Nodes from the run downwards.
pub struct Walk<'view> {
    view: &'view RunView,
    next: Vec<(&'view NodeView, usize)>,
}

impl<'view> Iterator for Walk<'view> {
    type Item = (&'view NodeView, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let (node, depth) = self.next.pop()?;
        self.next.extend(self.view.children(node).rev().map(|child| (child, depth + 1)));
        Some((node, depth))
    }
}

impl Serialize for RunView {
    /// `{schema, run, seq, dialect, jobs, nodes, annotations, cancels}`; the nodes in the order of
    /// [`RunView::walk`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nodes: Vec<&NodeView> = self.walk().map(|(node, _)| node).collect();
        let mut view = serializer.serialize_struct("RunView", 8)?;
        view.serialize_field("schema", &windlass_kernel::EVENT_SCHEMA)?;
        view.serialize_field("run", &self.run)?;
        view.serialize_field("seq", &self.seq)?;
        view.serialize_field("dialect", &self.dialect)?;
        view.serialize_field("jobs", &self.counts())?;
        view.serialize_field("nodes", &nodes)?;
        view.serialize_field("annotations", &self.annotations)?;
        view.serialize_field("cancels", &self.cancels)?;
        view.end()
    }
}

/// What an operation makes its node wait for; nothing where it is work, or none of its business.
fn waits_for(operation: &Operation) -> Option<String> {
    match operation {
        Operation::RunJob(_) | Operation::Lease(_) => Some(FOR_A_WORKER.to_owned()),
        Operation::Gate(gate) => Some(gate.prompt.clone()),
        Operation::Lock(lock) if lock.is_upcoming => None,
        Operation::Lock(lock) => Some(format!("its turn in group '{}'", lock.group)),
        Operation::Sleep { milliseconds } => Some(format!("{} s", milliseconds.div_ceil(1000))),
        Operation::Fetch(source) => Some(format!("{}@{}", source.repository, source.reference)),
        Operation::Exec(_) | Operation::SpawnRun(_) | Operation::Observe(_) => None,
    }
}

/// Whether an operation says nothing of how far its node is.
fn is_no_news(operation: &Operation) -> bool {
    match operation {
        Operation::Observe(_) => true,
        Operation::Lock(lock) => lock.is_upcoming,
        _ => false,
    }
}

fn concluded(status: Status, word: &str, reason: Option<&str>) -> NodeState {
    NodeState::Concluded { status, word: word.to_owned(), reason: reason.map(str::to_owned) }
}
