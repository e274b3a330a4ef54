//! A program in a container under way: its output, its end, the ladder of signals.
//!
//! The same contract as on the host (`windlass_session::Running`), over the engine's API: output
//! comes as a stream, signals are requests of their own. The engine ends the stream soon after the
//! program has; Podman may hold it as long as a background child has the pipe, so after a silence
//! the program itself is asked for.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bollard::container::LogOutput;
use bollard::exec::CreateExecOptions;
use bollard::query_parameters::{AttachContainerOptionsBuilder, KillContainerOptionsBuilder};
use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;
use windlass_session::{Exit, Grace, Running, Signal};

use crate::error::{EngineError, with_causes};
use crate::{Container, Mounts};

/// What the engine sends of a program's output.
pub(crate) type Output =
    Pin<Box<dyn Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send>>;

/// After this silence the program is asked whether it has ended.
const SILENCE: Duration = Duration::from_millis(1000);
/// Once it has ended, silence of this length on a stream that is still held is the end.
const LAST_SILENCE: Duration = Duration::from_millis(200);
/// How long the engine may take to note the end of a program whose output has ended.
const END_PATIENCE: Duration = Duration::from_secs(30);
/// Pauses between questions for the end.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// What runs.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A program in a container that stays.
    Exec {
        container: Container,
        exec: String,
        /// Where its process number is written, as this machine sees it.
        pid_file: Option<std::path::PathBuf>,
    },
    /// The container itself, which is removed afterwards.
    Container(Container),
}

/// See [`Running`].
pub(crate) struct AttachedRunning {
    subject: Subject,
    /// `None` when the end was reached.
    output: Option<Output>,
    exit: Option<Exit>,
    /// The next signals with their times, the nearest last.
    ladder: Vec<(Instant, Signal)>,
    told_to_stop: bool,
    ended: bool,
}

impl AttachedRunning {
    pub(crate) fn new(subject: Subject, output: Output) -> Self {
        let (output, exit, ladder) = (Some(output), None, Vec::new());
        AttachedRunning { subject, output, exit, ladder, told_to_stop: false, ended: false }
    }

    /// Sends the signals that are due.
    fn climb(&mut self) {
        let now = Instant::now();
        while let Some((due, signal)) = self.ladder.last().copied()
            && due <= now
        {
            self.ladder.pop();
            self.signal(signal);
        }
    }

    fn next_rung(&self) -> Instant {
        let far = Instant::now() + Duration::from_secs(3600);
        self.ladder.last().map_or(far, |(due, _)| *due)
    }

    /// Asks the engine whether the program has ended.
    async fn look(&mut self) -> io::Result<Option<Exit>> {
        if self.exit.is_none() {
            self.exit = self.subject.exit().await.map_err(io::Error::other)?;
        }
        Ok(self.exit)
    }
}

impl Subject {
    async fn exit(&self) -> Result<Option<Exit>, EngineError> {
        let code = match self {
            Subject::Exec { container, exec, .. } => {
                let found = container.engine.api.inspect_exec(exec).await.map_err(|error| {
                    EngineError::of("tell how a program ended", &container.name, error)
                })?;
                found.exit_code.filter(|_| found.running != Some(true))
            }
            Subject::Container(container) => {
                let state = container.state().await?;
                (!state.running).then_some(state.exit_code)
            }
        };
        // A shell's way to say "ended by a signal" is all that the engine tells.
        Ok(code.map(|code| Exit::Code(i32::try_from(code).unwrap_or(255))))
    }

    async fn send(&self, signal: Signal) {
        match self {
            Subject::Exec { container, pid_file, .. } => {
                let pid = pid_file.as_ref().and_then(|file| read_pid(file));
                if let Some(pid) = pid {
                    let _ = kill_group(container, pid, signal).await;
                }
            }
            Subject::Container(container) => {
                let signal = format!("SIG{}", name(signal));
                let options = KillContainerOptionsBuilder::default().signal(&signal).build();
                let _ = container.engine.api.kill_container(&container.id, Some(options)).await;
            }
        }
    }
}

/// The process number that a program wrote; anything but a plain number above 1 is none.
fn read_pid(file: &std::path::Path) -> Option<u32> {
    let directory = file.parent()?;
    let mounts = Mounts(vec![crate::Mount::new(directory, "/")]);
    let content = mounts.get(&std::path::Path::new("/").join(file.file_name()?), 32)?.ok()??;
    let text = String::from_utf8(content).ok()?;
    text.trim().parse().ok().filter(|pid| *pid > 1)
}

/// Signals a process group in a container: the engine's API has no call for that.
async fn kill_group(
    container: &Container,
    pid: u32,
    signal: Signal,
) -> Result<(), bollard::errors::Error> {
    let script = format!("kill -s {} -- -{pid}", name(signal));
    let exec = CreateExecOptions {
        cmd: Some(vec!["sh".to_owned(), "-c".to_owned(), script]),
        user: Some("0".to_owned()),
        ..CreateExecOptions::default()
    };
    let api = &container.engine.api;
    let exec = api.create_exec(&container.id, exec).await?;
    let detached = bollard::exec::StartExecOptions { detach: true, ..Default::default() };
    api.start_exec(&exec.id, Some(detached)).await.map(drop)
}

fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::Interrupt => "INT",
        Signal::Terminate => "TERM",
        Signal::Kill => "KILL",
    }
}

#[async_trait]
impl Running for AttachedRunning {
    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            let rung = self.next_rung();
            let silence = if self.exit.is_some() { LAST_SILENCE } else { SILENCE };
            let Some(output) = &mut self.output else { return Ok(0) };
            tokio::select! {
                next = output.next() => match next {
                    Some(Ok(part)) => {
                        let part = part.into_bytes();
                        if !part.is_empty() {
                            buffer.extend_from_slice(&part);
                            return Ok(part.len());
                        }
                    }
                    Some(Err(error)) => {
                        self.output = None;
                        return Err(io::Error::other(with_causes(&error)));
                    }
                    None => self.output = None,
                },
                () = tokio::time::sleep_until(rung) => self.climb(),
                () = tokio::time::sleep(silence) => {
                    if self.exit.is_some() {
                        self.output = None;
                    } else {
                        self.look().await?;
                    }
                }
            }
        }
    }

    async fn wait(&mut self) -> io::Result<Exit> {
        let mut dropped = Vec::new();
        while self.output.is_some() {
            dropped.clear();
            self.read(&mut dropped).await?;
        }
        let (began, mut pause) = (Instant::now(), FIRST_PAUSE);
        let exit = loop {
            self.climb();
            if let Some(exit) = self.look().await? {
                break exit;
            }
            if began.elapsed() > END_PATIENCE && !self.told_to_stop {
                return Err(io::Error::other("the engine does not tell how it ended"));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        if let (false, Subject::Container(container)) = (self.ended, &self.subject) {
            container.remove().await.map_err(io::Error::other)?;
        }
        self.ended = true;
        Ok(exit)
    }

    fn signal(&self, signal: Signal) {
        let subject = self.subject.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { subject.send(signal).await });
        }
    }

    fn terminate(&mut self, grace: Grace) {
        let terminate_at = Instant::now() + grace.after_interrupt;
        let kill_at = terminate_at + grace.after_terminate;
        if !std::mem::replace(&mut self.told_to_stop, true) {
            if !grace.after_interrupt.is_zero() {
                self.signal(Signal::Interrupt);
            }
            self.ladder = vec![(kill_at, Signal::Kill), (terminate_at, Signal::Terminate)];
        }
        // Only ever sooner; a rung that was climbed stays climbed.
        for (due, signal) in &mut self.ladder {
            let planned = if *signal == Signal::Kill { kill_at } else { terminate_at };
            *due = planned.min(*due);
        }
        self.climb();
    }

    fn process_id(&self) -> Option<u32> {
        None
    }
}

impl Drop for AttachedRunning {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.ended {
            return;
        }
        match self.subject.clone() {
            Subject::Container(container) => {
                runtime.spawn(async move { container.remove().await });
            }
            subject if self.exit.is_none() => {
                runtime.spawn(async move { subject.send(Signal::Kill).await });
            }
            Subject::Exec { .. } => {}
        }
    }
}

impl Container {
    /// Starts it with its output attached, so that not a line is lost.
    pub(crate) async fn run_attached(self) -> Result<AttachedRunning, EngineError> {
        let options =
            AttachContainerOptionsBuilder::default().stdout(true).stderr(true).stream(true).build();
        let attached = self.engine.api.attach_container(&self.id, Some(options)).await;
        let started = match attached {
            Ok(attached) => self.start().await.map(|()| attached),
            Err(error) => Err(EngineError::of("attach to a container", &self.name, error)),
        };
        match started {
            Ok(attached) => Ok(AttachedRunning::new(Subject::Container(self), attached.output)),
            Err(error) => {
                let _ = self.remove().await;
                Err(error)
            }
        }
    }
}
