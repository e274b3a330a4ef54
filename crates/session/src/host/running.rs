//! A process of this machine under way: reads its pipe, waits for it, climbs the ladder of signals.
//!
//! Everything is driven by the one who reads or waits; there is no task and no thread of its own.
//! The pipe alone cannot tell the end: a daemon that a step started holds it for as long as it
//! lives. So the exit of the process counts, plus a short time for what is still in flight
//! (actions/runner waits 5 s for the pipe in any case; silence lets us go sooner). After that the
//! pipe is emptied in the background until everybody has closed it: the server that a step left
//! running for the next one must neither stop at a full pipe nor die of a broken one.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::Pid;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;
use tokio::time::Instant;

use super::leftovers::Leftovers;
use super::linux as system;
use super::spawn::Spawned;
use crate::{Exit, Grace, Running, Signal};

/// The least room offered to a read, in bytes.
const READ_BYTES: usize = 256 << 10;
/// Once the process has exited, silence of this length on a pipe that is still held is the end.
const SILENCE: Duration = Duration::from_millis(100);
/// Once the process has exited, output that goes on is listened to for at most this long.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often a group that was told to stop is looked at after its leader's exit.
const GROUP_CHECK: Duration = Duration::from_millis(5);
/// Nobody reads what comes after the end; a pause between reads keeps a flood from costing us time.
const UNHEARD_PAUSE: Duration = Duration::from_millis(5);

/// See [`Running`].
pub(super) struct HostRunning {
    child: Child,
    /// The process and, at once, its group.
    pid: Pid,
    /// `None` when the end was reached.
    output: Option<Receiver>,
    exit: Option<(Exit, Instant)>,
    last_output: Instant,
    ladder: Option<Ladder>,
    /// Nobody is left in the group, so that its number may be given to another one: it is not to
    /// be signalled any more.
    group_gone: bool,
    leftovers: Arc<Leftovers>,
}

/// When the next signals are due.
#[derive(Clone, Copy)]
struct Ladder {
    terminate_at: Option<Instant>,
    kill_at: Option<Instant>,
}

/// What a moment of waiting brought.
enum Happening {
    Readable,
    Exited(io::Result<std::process::ExitStatus>),
    TimePassed,
}

impl HostRunning {
    pub(super) fn new(spawned: Spawned, leftovers: Arc<Leftovers>) -> io::Result<Self> {
        let pid = spawned.pid().ok_or(io::ErrorKind::NotFound)?;
        leftovers.started(pid);
        let output = Some(Receiver::from_owned_fd_unchecked(spawned.output)?);
        let last_output = Instant::now();
        let child = spawned.child;
        let (exit, ladder, group_gone) = (None, None, false);
        Ok(Self { child, pid, output, exit, last_output, ladder, group_gone, leftovers })
    }

    /// Waits until there is output, the process exits, or a deadline passes.
    async fn next(&mut self) -> Happening {
        let deadline = self.next_deadline();
        let exited = self.exit.is_some();
        let readable = async {
            match &self.output {
                Some(output) => output.readable().await,
                None => std::future::pending().await,
            }
        };
        let passed = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // In no fixed order: a child that floods the pipe must not hide its parent's exit.
            _ = readable => Happening::Readable,
            status = self.child.wait(), if !exited => Happening::Exited(status),
            () = passed => Happening::TimePassed,
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let ladder = self.ladder.and_then(|ladder| ladder.terminate_at.or(ladder.kill_at));
        let Some((_, exited_at)) = self.exit else { return ladder };
        if self.ladder.is_some() && !self.group_gone {
            return Some(ladder.map_or(Instant::now() + GROUP_CHECK, |rung| {
                rung.min(Instant::now() + GROUP_CHECK)
            }));
        }
        Some((self.last_output.max(exited_at) + SILENCE).min(exited_at + LAST_WORDS))
    }

    /// Does what is due at this moment; whether a pipe that is still held should be given up.
    fn pass_time(&mut self) -> bool {
        let now = Instant::now();
        self.look_at_group();
        self.climb(now);
        let Some((_, exited_at)) = self.exit else { return false };
        if !self.group_gone && self.ladder_is_climbing() {
            return false;
        }
        now >= self.last_output.max(exited_at) + SILENCE || now >= exited_at + LAST_WORDS
    }

    fn ladder_is_climbing(&self) -> bool {
        self.ladder.is_some_and(|ladder| ladder.terminate_at.is_some() || ladder.kill_at.is_some())
    }

    /// Sees whether the group still has a member, once its leader is reaped.
    fn look_at_group(&mut self) {
        if self.exit.is_some() && !self.group_gone {
            system::reap_group(self.pid);
            self.group_gone = !system::group_exists(self.pid);
        }
    }

    /// Sends the signals that are due.
    fn climb(&mut self, now: Instant) {
        let Some(ladder) = &mut self.ladder else { return };
        if self.group_gone {
            (ladder.terminate_at, ladder.kill_at) = (None, None);
        }
        if ladder.terminate_at.is_some_and(|due| due <= now) {
            ladder.terminate_at = None;
            system::signal_group(self.pid, Signal::Terminate);
        }
        if ladder.kill_at.is_some_and(|due| due <= now) {
            ladder.terminate_at = None;
            ladder.kill_at = None;
            self.kill_tree();
        }
    }

    /// Kills the group, and the descendants that have left it while their parents live.
    fn kill_tree(&self) {
        let below = if self.exit.is_none() { system::descendants(self.pid) } else { Vec::new() };
        system::signal_group(self.pid, Signal::Kill);
        let entry = self.leftovers.entry();
        for pid in below {
            system::kill_checked(pid, |pid| system::environment_has(pid, entry));
        }
    }

    fn note_exit(&mut self, status: std::process::ExitStatus) {
        let exit = match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        };
        self.exit = Some((exit, Instant::now()));
        self.leftovers.ended(self.pid);
        self.look_at_group();
    }

    /// Reads what the runtime knows to be in the pipe; `None` when that is nothing.
    fn read_available(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let Some(output) = &self.output else { return Ok(Some(0)) };
        buffer.reserve(READ_BYTES);
        let read = output.try_read_buf(buffer);
        self.note_read(read)
    }

    /// Reads what is in the pipe now: the runtime may not have been told of it yet.
    fn read_last(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let Some(output) = &self.output else { return Ok(Some(0)) };
        buffer.reserve(READ_BYTES);
        let read = rustix::io::read(output, rustix::buffer::spare_capacity(buffer));
        self.note_read(read.map_err(io::Error::from))
    }

    fn note_read(&mut self, read: io::Result<usize>) -> io::Result<Option<usize>> {
        match read {
            Ok(0) => {
                self.output = None;
                Ok(Some(0))
            }
            Ok(count) => {
                self.last_output = Instant::now();
                if self.exit.is_some_and(|(_, at)| self.last_output >= at + LAST_WORDS) {
                    self.give_up_output();
                }
                Ok(Some(count))
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Leaves the pipe to be emptied in the background by the runtime, if there is one.
    fn give_up_output(&mut self) {
        if let Some(output) = self.output.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(empty(output));
        }
    }

    /// Whether the process and, when it was told to stop, its group are gone.
    fn is_over(&mut self) -> bool {
        self.look_at_group();
        self.exit.is_some() && (self.group_gone || !self.ladder_is_climbing())
    }
}

#[async_trait]
impl Running for HostRunning {
    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            if self.output.is_none() {
                return Ok(0);
            }
            match self.next().await {
                Happening::Readable => {
                    if let Some(count) = self.read_available(buffer)? {
                        return Ok(count);
                    }
                }
                Happening::Exited(status) => self.note_exit(status?),
                Happening::TimePassed => {
                    if self.pass_time() {
                        if let Some(count) = self.read_last(buffer)? {
                            return Ok(count);
                        }
                        self.give_up_output();
                    }
                }
            }
        }
    }

    async fn wait(&mut self) -> io::Result<Exit> {
        let mut dropped = Vec::new();
        loop {
            if let Some((exit, _)) = self.exit
                && self.is_over()
            {
                return Ok(exit);
            }
            match self.next().await {
                Happening::Readable => {
                    dropped.clear();
                    self.read_available(&mut dropped)?;
                    self.pass_time();
                }
                Happening::Exited(status) => self.note_exit(status?),
                Happening::TimePassed => {
                    self.pass_time();
                }
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if !self.group_gone {
            system::signal_group(self.pid, signal);
        }
    }

    fn terminate(&mut self, grace: Grace) {
        let now = Instant::now();
        let mut terminate_at = now + grace.after_interrupt;
        let mut kill_at = terminate_at + grace.after_terminate;
        match self.ladder {
            None => self.signal(Signal::Interrupt),
            Some(ladder) => {
                // Only ever sooner; a rung that was climbed stays climbed.
                let Some(planned) = ladder.kill_at else { return };
                kill_at = kill_at.min(planned);
                terminate_at = terminate_at.min(ladder.terminate_at.unwrap_or(terminate_at));
            }
        }
        let climbed = self.ladder.is_some_and(|ladder| ladder.terminate_at.is_none());
        self.ladder = Some(Ladder {
            terminate_at: (!climbed).then_some(terminate_at),
            kill_at: Some(kill_at),
        });
        self.climb(now);
    }

    fn process_id(&self) -> Option<u32> {
        Some(self.pid.as_raw_nonzero().get().unsigned_abs())
    }
}

impl Drop for HostRunning {
    fn drop(&mut self) {
        if self.exit.is_none() {
            // Tokio reaps a child that was dropped alive.
            self.kill_tree();
            self.leftovers.abandoned(self.pid);
        } else {
            self.look_at_group();
            if self.ladder_is_climbing() {
                self.signal(Signal::Kill);
            }
            self.give_up_output();
        }
    }
}

/// Reads and drops until everybody has closed the pipe.
async fn empty(output: Receiver) {
    let mut dropped = Vec::with_capacity(READ_BYTES);
    while output.readable().await.is_ok() {
        dropped.clear();
        match output.try_read_buf(&mut dropped) {
            Ok(0) => break,
            Ok(_) => tokio::time::sleep(UNHEARD_PAUSE).await,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
}
