//! A session without processes, for tests: replies are scripted, calls are recorded, files live in
//! memory, and time is tokio's (paused in a test, so that a delay costs nothing).
//!
//! A reply is chosen by a piece of text that occurs in the command line, or in a script among its
//! arguments that was [`put`](Session::put) before.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{Closed, ExecSpec, Exit, Grace, Places, Running, Session, SessionError, Signal};

/// A session whose commands do what the test says. Clones share everything.
#[derive(Clone)]
pub struct FakeSession {
    places: Places,
    tracking_id: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    rules: Vec<(String, VecDeque<FakeReply>)>,
    fallback: Option<FakeReply>,
    calls: Vec<FakeCall>,
    files: HashMap<PathBuf, Vec<u8>>,
    closed: bool,
}

/// One program that was started in a [`FakeSession`].
#[derive(Clone, Debug)]
pub struct FakeCall {
    /// What was asked for.
    pub spec: ExecSpec,
    /// Since the tests' clock began to count (tokio's, virtual when paused).
    pub at: Instant,
    /// The signals it was sent, in order.
    pub signals: Vec<Signal>,
}

/// What a command does in a [`FakeSession`].
#[derive(Clone, Debug)]
pub struct FakeReply {
    output: Vec<(Duration, Vec<u8>)>,
    exit: Exit,
    delay: Duration,
    appends: Vec<(String, Vec<u8>)>,
    ignored: Vec<Signal>,
}

impl FakeReply {
    /// Prints `output` and exits with `code`.
    #[must_use]
    pub fn new(output: impl Into<Vec<u8>>, code: i32) -> Self {
        Self {
            output: vec![(Duration::ZERO, output.into())],
            exit: Exit::Code(code),
            delay: Duration::ZERO,
            appends: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Prints more, `after` the previous output.
    #[must_use]
    pub fn then(mut self, after: Duration, output: impl Into<Vec<u8>>) -> Self {
        self.output.push((after, output.into()));
        self
    }

    /// Stays this long after its last output.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Appends to the file that a variable of its environment names (`GITHUB_OUTPUT`).
    #[must_use]
    pub fn appends(mut self, variable: &str, content: impl Into<Vec<u8>>) -> Self {
        self.appends.push((variable.to_owned(), content.into()));
        self
    }

    /// Goes on when it receives this signal (SIGKILL cannot be ignored).
    #[must_use]
    pub fn ignores(mut self, signal: Signal) -> Self {
        self.ignored.push(signal);
        self
    }
}

impl FakeSession {
    /// A session in `/fake/{workspace,temp,command_files}` where every command prints nothing and
    /// succeeds.
    #[must_use]
    pub fn new() -> Self {
        Self::strict().otherwise(FakeReply::new("", 0))
    }

    /// As [`FakeSession::new`], but a command without a reply is an error.
    #[must_use]
    pub fn strict() -> Self {
        let root = PathBuf::from("/fake");
        Self {
            places: Places {
                workspace: root.join("workspace"),
                temp: root.join("temp"),
                command_files: root.join("command_files"),
            },
            tracking_id: "windlass_fake".to_owned(),
            state: Arc::default(),
        }
    }

    /// Adds a reply for commands that contain `text`. Several replies for the same text are given
    /// one after another, the last for ever; of several texts that occur the first one added counts.
    #[must_use]
    pub fn on(self, text: &str, reply: FakeReply) -> Self {
        {
            let mut state = lock(&self.state);
            match state.rules.iter_mut().find(|(known, _)| known == text) {
                Some((_, replies)) => replies.push_back(reply),
                None => state.rules.push((text.to_owned(), VecDeque::from([reply]))),
            }
        }
        self
    }

    /// The reply when no text occurs.
    #[must_use]
    pub fn otherwise(self, reply: FakeReply) -> Self {
        lock(&self.state).fallback = Some(reply);
        self
    }

    /// Everything started so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<FakeCall> {
        lock(&self.state).calls.clone()
    }

    /// Whether `close` was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}

impl Default for FakeSession {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Session for FakeSession {
    fn places(&self) -> &Places {
        &self.places
    }

    fn tracking_id(&self) -> &str {
        &self.tracking_id
    }

    async fn exec(&self, spec: ExecSpec) -> Result<Box<dyn Running>, SessionError> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(SessionError::Closed);
        }
        let reply = state.reply(&spec)?;
        for (variable, content) in &reply.appends {
            if let Some(path) = spec.get_variable(variable) {
                state.files.entry(PathBuf::from(path)).or_default().extend_from_slice(content);
            }
        }
        let number = state.calls.len();
        state.calls.push(FakeCall { spec, at: Instant::now(), signals: Vec::new() });
        Ok(Box::new(FakeRunning::new(reply, number, Arc::clone(&self.state))))
    }

    async fn put(&self, path: &Path, content: &[u8]) -> Result<(), SessionError> {
        lock(&self.state).files.insert(path.to_owned(), content.to_vec());
        Ok(())
    }

    async fn get(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        let state = lock(&self.state);
        let Some(content) = state.files.get(path) else { return Ok(None) };
        let size = content.len() as u64;
        if size > limit {
            return Err(SessionError::TooLarge { path: path.to_owned(), size, limit });
        }
        Ok(Some(content.clone()))
    }

    async fn close(&self) -> Result<Closed, SessionError> {
        lock(&self.state).closed = true;
        Ok(Closed::default())
    }
}

impl State {
    fn reply(&mut self, spec: &ExecSpec) -> Result<FakeReply, SessionError> {
        let command_line = spec.command_line();
        let scripts: Vec<String> = spec
            .arguments
            .iter()
            .filter_map(|argument| self.files.get(Path::new(argument)))
            .map(|content| String::from_utf8_lossy(content).into_owned())
            .collect();
        let occurs = |text: &str| {
            command_line.contains(text) || scripts.iter().any(|script| script.contains(text))
        };
        let chosen =
            self.rules.iter_mut().find(|(text, _)| occurs(text)).and_then(|(_, replies)| {
                match replies.len() {
                    0 | 1 => replies.front().cloned(),
                    _ => replies.pop_front(),
                }
            });
        chosen.or_else(|| self.fallback.clone()).ok_or(SessionError::Unscripted { command_line })
    }
}

/// A command of a [`FakeSession`] under way: a queue of outputs with their moments.
struct FakeRunning {
    output: VecDeque<(Instant, Vec<u8>)>,
    ends: Instant,
    exit: Exit,
    ignored: Vec<Signal>,
    ladder: VecDeque<(Instant, Signal)>,
    ended: Mutex<Option<Exit>>,
    number: usize,
    session: Arc<Mutex<State>>,
}

impl FakeRunning {
    fn new(reply: FakeReply, number: usize, session: Arc<Mutex<State>>) -> Self {
        let mut moment = Instant::now();
        let mut output = VecDeque::new();
        for (after, bytes) in reply.output {
            moment += after;
            output.push_back((moment, bytes));
        }
        Self {
            output,
            ends: moment + reply.delay,
            exit: reply.exit,
            ignored: reply.ignored,
            ladder: VecDeque::new(),
            ended: Mutex::new(None),
            number,
            session,
        }
    }

    /// Sleeps until something happens; false once the command has ended.
    async fn advance(&mut self) -> bool {
        if lock(&self.ended).is_some() {
            return false;
        }
        let next_output = self.output.front().map_or(self.ends, |(moment, _)| *moment);
        match self.ladder.front().copied() {
            Some((moment, signal)) if moment < next_output => {
                tokio::time::sleep_until(moment).await;
                self.ladder.pop_front();
                self.signal(signal);
            }
            _ => {
                tokio::time::sleep_until(next_output).await;
                if self.output.is_empty() {
                    *lock(&self.ended) = Some(self.exit);
                }
            }
        }
        true
    }
}

#[async_trait]
impl Running for FakeRunning {
    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        while self.advance().await {
            let due = self.output.front().is_some_and(|(moment, _)| *moment <= Instant::now());
            if due && lock(&self.ended).is_none() {
                let bytes = self.output.pop_front().map(|(_, bytes)| bytes).unwrap_or_default();
                if !bytes.is_empty() {
                    buffer.extend_from_slice(&bytes);
                    return Ok(bytes.len());
                }
            }
        }
        Ok(0)
    }

    async fn wait(&mut self) -> io::Result<Exit> {
        let mut dropped = Vec::new();
        while self.read(&mut dropped).await? > 0 {
            dropped.clear();
        }
        let ended = *lock(&self.ended);
        Ok(ended.unwrap_or(self.exit))
    }

    fn signal(&self, signal: Signal) {
        if let Some(call) = lock(&self.session).calls.get_mut(self.number) {
            call.signals.push(signal);
        }
        if signal == Signal::Kill || !self.ignored.contains(&signal) {
            let number = match signal {
                Signal::Interrupt => 2,
                Signal::Terminate => 15,
                Signal::Kill => 9,
            };
            lock(&self.ended).get_or_insert(Exit::Signal(number));
        }
    }

    fn terminate(&mut self, grace: Grace) {
        let now = Instant::now();
        let terminate = now + grace.after_interrupt;
        self.ladder = VecDeque::from([
            (terminate, Signal::Terminate),
            (terminate + grace.after_terminate, Signal::Kill),
        ]);
        self.signal(Signal::Interrupt);
    }

    fn process_id(&self) -> Option<u32> {
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
