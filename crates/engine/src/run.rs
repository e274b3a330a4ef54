//! The engine: one task a run, from its creation or its resume to its end.

use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use windlass_kernel::{
    Actor, Body, CancelReason, Command, Event, Fact, NodeId, OperationId, OperationResult, Process,
    RunId, RunInputs,
};

use crate::{
    Journal, JournalError, Observer, Performers, Port, ReplayError,
    performer::Message,
    record::{Begun, Outcome, Record},
    replay::replay,
};

/// How many messages are taken in with one append to the journal.
const BATCH: usize = 256;

/// Runs processes: journals what happens, performs what they ask for, tells who looks on.
#[derive(Clone)]
pub struct Engine {
    journal: Arc<dyn Journal>,
    performers: Performers,
    observers: Vec<Arc<dyn Observer>>,
}

/// A run under way.
pub struct RunHandle {
    id: RunId,
    messages: UnboundedSender<Message>,
    task: JoinHandle<Result<Outcome, EngineError>>,
}

/// Why a run could not go on or be taken up again.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The record cannot be written: what runs was stopped in order.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The record cannot be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The run's task died; a defect of the program.
    #[error("the run's task ended unexpectedly: {0}")]
    Defect(String),
}

impl Engine {
    /// An engine over a journal and its performers.
    pub fn new(journal: Arc<dyn Journal>, performers: Performers) -> Self {
        Engine { journal, performers, observers: Vec::new() }
    }

    /// Adds one who looks on at every run.
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Starts a new run.
    pub fn create(&self, id: RunId, process: Box<dyn Process>, inputs: RunInputs) -> RunHandle {
        let run = self.prepare(id, process, Record::default(), 0, Arc::new(inputs.clone()));
        run.spawn(vec![Fact::Created(Box::new(inputs))])
    }

    /// Takes up a run that an earlier process of the program had under way. A run that has ended
    /// is answered with its outcome.
    ///
    /// # Errors
    /// When the record cannot be read or replayed.
    pub async fn resume(
        &self,
        id: RunId,
        mut process: Box<dyn Process>,
    ) -> Result<RunHandle, EngineError> {
        let events = self.journal.read(id, 0).await?;
        let record = replay(id, process.as_mut(), &events)?;
        for observer in &self.observers {
            observer.observe(id, &events);
        }
        let inputs = created_from(id, &events)?;
        let run = self.prepare(id, process, record, events.len() as u64, inputs);
        for (operation, begun) in run.record.held.iter().chain(&run.record.open) {
            run.resume_operation(*operation, begun);
        }
        Ok(run.spawn(Vec::new()))
    }

    fn prepare(
        &self,
        id: RunId,
        process: Box<dyn Process>,
        record: Record,
        seq: u64,
        inputs: Arc<RunInputs>,
    ) -> Run {
        let (messages, inbox) = unbounded_channel();
        Run { id, engine: self.clone(), process, record, seq, inputs, messages, inbox }
    }
}

impl RunHandle {
    /// The run's id.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// Asks for a node, or with [`NodeId::run`] everything, to stop. The run ends in order.
    pub fn cancel(&self, node: NodeId, by: Actor) {
        let _ = self.messages.send(Message::CancelRequested(node, by));
    }

    /// A way to cancel the run from elsewhere while somebody waits for it.
    pub fn canceller(&self) -> impl Fn(NodeId, Actor) + Send + Sync + use<> {
        let messages = self.messages.clone();
        move |node, by| {
            let _ = messages.send(Message::CancelRequested(node, by));
        }
    }

    /// Waits for the run's end.
    ///
    /// # Errors
    /// When the record could not be kept; everything that ran was stopped first.
    pub async fn outcome(self) -> Result<Outcome, EngineError> {
        match self.task.await {
            Ok(outcome) => outcome,
            Err(error) => Err(EngineError::Defect(error.to_string())),
        }
    }
}

struct Run {
    id: RunId,
    engine: Engine,
    process: Box<dyn Process>,
    record: Record,
    /// The sequence number of the last journalled event.
    seq: u64,
    inputs: Arc<RunInputs>,
    messages: UnboundedSender<Message>,
    inbox: UnboundedReceiver<Message>,
}

impl Run {
    fn spawn(mut self, first: Vec<Fact>) -> RunHandle {
        let (id, messages) = (self.id, self.messages.clone());
        let task = tokio::spawn(async move {
            let result = self.drive(first).await;
            if result.is_err() {
                self.stop_everything().await;
            }
            self.release_everything();
            result
        });
        RunHandle { id, messages, task }
    }

    async fn drive(&mut self, first: Vec<Fact>) -> Result<Outcome, EngineError> {
        self.take_in(first).await?;
        let mut messages = Vec::with_capacity(BATCH);
        loop {
            if let Some(outcome) = self.record.ended() {
                return Ok(outcome.clone());
            }
            messages.clear();
            // The run holds a sender itself: the channel never closes.
            self.inbox.recv_many(&mut messages, BATCH).await;
            let facts = messages.drain(..).map(Message::into_fact).collect();
            self.take_in(facts).await?;
        }
    }

    /// Lets the process answer the facts; journals facts and commands together; acts after that.
    async fn take_in(&mut self, facts: Vec<Fact>) -> Result<(), EngineError> {
        let (mut events, first) = (Vec::new(), self.seq + 1);
        for fact in facts {
            if let Some(commands) = self.record.advance(self.process.as_mut(), &fact) {
                let bodies = [Body::Fact(fact)].into_iter();
                for body in bodies.chain(commands.into_iter().map(Body::Command)) {
                    self.seq += 1;
                    events.push(Event { seq: self.seq, at: Timestamp::now(), body });
                }
            }
        }
        if events.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.engine.journal.append(self.id, first, &events).await {
            self.forget_unperformed(&events);
            return Err(error.into());
        }
        for observer in &self.engine.observers {
            observer.observe(self.id, &events);
        }
        for event in events {
            if let Body::Command(command) = event.body {
                self.perform(command);
            }
        }
        Ok(())
    }

    /// What was not journalled was not performed either, and will never settle.
    fn forget_unperformed(&mut self, events: &[Event]) {
        for event in events {
            if let Body::Command(Command::Begin { id, .. }) = &event.body {
                self.record.open.remove(id);
            }
        }
    }

    fn perform(&self, command: Command) {
        match command {
            Command::Begin { id, node, operation } => {
                let port = self.port(id, node);
                match self.engine.performers.get(operation.kind()) {
                    Some(performer) => performer.start(operation, port),
                    None => nobody_performs(&operation, &port),
                }
            }
            Command::Cancel { id, reason } => self.cancel(id, reason),
            Command::Release { id } => self.release(id),
            Command::Declare(_) | Command::Conclude { .. } => {}
        }
    }

    fn resume_operation(&self, id: OperationId, begun: &Begun) {
        let port = self.port(id, begun.node.clone());
        match self.engine.performers.get(begun.operation.kind()) {
            Some(performer) => performer.resume(begun.operation.clone(), port),
            None => nobody_performs(&begun.operation, &port),
        }
    }

    fn port(&self, id: OperationId, node: NodeId) -> Port {
        let (inputs, messages) = (self.inputs.clone(), self.messages.clone());
        Port { run: self.id, id, node, inputs, messages }
    }

    fn cancel(&self, id: OperationId, reason: CancelReason) {
        if let Some(begun) = self.record.open.get(&id)
            && let Some(performer) = self.engine.performers.get(begun.operation.kind())
        {
            performer.cancel(self.id, id, reason);
        }
    }

    /// The record has let go of it already, so every performer is told; those that do not hold
    /// it pass it over.
    fn release(&self, id: OperationId) {
        for performer in self.engine.performers.all() {
            performer.release(self.id, id);
        }
    }

    fn release_everything(&self) {
        for id in self.record.held.keys() {
            self.release(*id);
        }
    }

    /// Without a record nothing may go on: stops what is open and waits until it has stopped.
    async fn stop_everything(&mut self) {
        for id in self.record.open.keys() {
            self.cancel(*id, CancelReason::Requested);
        }
        while !self.record.open.is_empty() {
            if let Some(Message::Settled(id, _)) = self.inbox.recv().await {
                self.record.open.remove(&id);
            }
        }
    }
}

/// What a run started from, by its first event.
fn created_from(run: RunId, events: &[Event]) -> Result<Arc<RunInputs>, ReplayError> {
    match events.first().map(|event| &event.body) {
        Some(Body::Fact(Fact::Created(inputs))) => Ok(Arc::new((**inputs).clone())),
        _ => Err(ReplayError::Incomplete { run, seq: 1 }),
    }
}

impl Message {
    fn into_fact(self) -> Fact {
        match self {
            Message::Progress(id, update) => Fact::Progress { id, update },
            Message::Settled(id, result) => Fact::Settled { id, result },
            Message::CancelRequested(node, by) => Fact::CancelRequested { node, by },
        }
    }
}

fn nobody_performs(operation: &windlass_kernel::Operation, port: &Port) {
    let message = format!("nothing here can perform {:?}", operation.kind());
    port.settle(OperationResult::Failed { message });
}
