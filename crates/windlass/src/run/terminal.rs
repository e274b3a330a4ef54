//! The person at the terminal: whether there is one, and what they answer.
//!
//! Nothing here blocks the runtime: a question that nobody wants answered any more, because the
//! run is being cancelled, is dropped, and with it the screen is given back to the surface.

use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
    thread,
};

use tokio::sync::oneshot;
use windlass_reporting::Surface;

/// Whether somebody can be asked: questions are written to standard error.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The screen, taken from the surface for as long as this lives.
pub struct Screen {
    surface: Arc<dyn Surface>,
}

impl Screen {
    /// Has the surface wait.
    pub fn take(surface: &Arc<dyn Surface>) -> Self {
        surface.pause();
        Screen { surface: surface.clone() }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.surface.resume();
    }
}

/// Asks, and waits for a line; `None` at the end of the input.
pub async fn ask(question: String) -> io::Result<Option<String>> {
    apart(move || read_answer(&question)).await
}

/// As [`ask`], before anything else goes on: Ctrl-C ends the program. No answer is an empty one.
pub fn ask_at_once(question: &str) -> io::Result<String> {
    read_answer(question).map(Option::unwrap_or_default)
}

fn read_answer(question: &str) -> io::Result<Option<String>> {
    let mut out = io::stderr();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    let count = io::stdin().read_line(&mut answer)?;
    Ok((count > 0).then(|| answer.trim().to_owned()))
}

/// Does something on a thread of its own, which the program does not wait for when it ends: a
/// read from a terminal cannot be called off.
pub async fn apart<T: Send + 'static>(
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().name("terminal".into()).spawn(move || {
        // Nobody is left to be told when the question was dropped.
        let _ = sender.send(act());
    })?;
    receiver.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
}
