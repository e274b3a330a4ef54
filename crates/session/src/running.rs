//! A program that was started: its output, its end, and how to stop it.
//!
//! The ladder of signals is actions/runner's (`ProcessInvoker`; "Workflow cancellation reference"
//! on docs.github.com): SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. Unlike there the first two go to
//! the program's whole process group, as Ctrl-C on a terminal does: sent to a shell alone, the
//! command it waits for would never hear of it.

use std::io;
use std::time::Duration;

use async_trait::async_trait;

/// A started program.
///
/// **Lifecycle.** Call [`read`](Running::read) until it answers 0, then [`wait`](Running::wait).
/// [`terminate`](Running::terminate) may be called at any time in between and returns at once: go
/// on reading as before, what the program prints while it cleans up arrives as usual, and 0 comes
/// when the program and its process group are gone. Dropping a value that was not waited for
/// kills the process group and leaves no zombie behind.
///
/// **Concurrency.** One reader. A `read` or `wait` that is dropped half-way (in a `select!`)
/// loses nothing and may be called again; time limits and the ladder of signals only advance
/// while one of the two is being polled.
///
/// **Idempotence.** `read` keeps answering 0 after the end, `wait` keeps answering the same, and
/// a second `terminate` can only shorten the time left.
#[async_trait]
pub trait Running: Send {
    /// Appends what the program printed to `buffer`: standard output and error merged in the
    /// order of its writes, since both are the same pipe. As much as is there, at most 256 KiB a
    /// call. Answers the number of bytes, 0 at the end.
    ///
    /// The end is when every process that holds the pipe has closed it, or, for a background
    /// child that goes on holding it, once the program itself has exited and either nothing came
    /// for 100 ms or 5 s have gone by. What that child prints later is read and dropped, so that
    /// it can go on.
    ///
    /// # Errors
    /// Only when the operating system refuses to read; the program may still be running.
    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize>;

    /// Waits for the program itself (not for its background children). Output that was not read
    /// is dropped when the program needs the room to go on, so that it cannot hang here.
    ///
    /// # Errors
    /// Only when the operating system cannot tell how the program ended.
    async fn wait(&mut self) -> io::Result<Exit>;

    /// Sends a signal to the program's process group, in the hope that it is still there.
    fn signal(&self, signal: Signal);

    /// Begins to stop the program and all it started, by the ladder of signals.
    fn terminate(&mut self, grace: Grace);

    /// The operating system's number of the process, where there is one, to be recorded for
    /// clean-up after a crash.
    fn process_id(&self) -> Option<u32>;
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this code (0–255).
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl Exit {
    /// The number a shell shows in `$?`: the code, or 128 and the signal's number.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        }
    }

    /// Whether the program exited with 0.
    #[must_use]
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }
}

/// The signals a job can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, as by Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGKILL, which no program can refuse.
    Kill,
}

/// How long each rung of the ladder waits for the program to end before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// After SIGINT, before SIGTERM.
    pub after_interrupt: Duration,
    /// After SIGTERM, before SIGKILL.
    pub after_terminate: Duration,
}

impl Grace {
    /// SIGKILL at once.
    pub const NONE: Self =
        Self { after_interrupt: Duration::ZERO, after_terminate: Duration::ZERO };
}

impl Default for Grace {
    /// 7.5 s and 2.5 s ("Workflow cancellation reference").
    fn default() -> Self {
        Self {
            after_interrupt: Duration::from_millis(7_500),
            after_terminate: Duration::from_millis(2_500),
        }
    }
}
