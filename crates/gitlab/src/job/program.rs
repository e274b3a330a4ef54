//! Running one script of a job: its output, its time limit, its end.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use windlass_kernel::{CancelReason, Status};
use windlass_session::{ExecSpec, Grace, Running, Session};

use super::output::Output;

/// How long output may wait for more before those who follow the log see it.
const FLUSH_AFTER: Duration = Duration::from_millis(40);

/// How a script ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With this exit code.
    Exited(i32),
    /// It was stopped because the job was cancelled.
    Cancelled,
    /// It was stopped because it took too long.
    TimedOut,
    /// It could not be run.
    Broken(String),
}

impl Ending {
    /// The end as a status.
    pub fn status(&self) -> Status {
        match self {
            Ending::Exited(0) => Status::Succeeded,
            Ending::Exited(_) | Ending::Broken(_) => Status::Failed,
            Ending::TimedOut => Status::TimedOut,
            Ending::Cancelled => Status::Cancelled,
        }
    }

    /// Why it is no success, where it is none.
    pub fn reason(&self) -> Option<String> {
        match self {
            Ending::Exited(0) => None,
            Ending::Exited(code) => Some(format!("exit code {code}")),
            Ending::TimedOut => Some("it ran longer than it may".to_owned()),
            Ending::Cancelled => Some("canceled".to_owned()),
            Ending::Broken(message) => Some(message.clone()),
        }
    }
}

/// What can end a script before its time.
#[derive(Clone)]
pub(crate) struct Limits {
    /// Becomes `Some` when the job shall stop; `None` for a script that a cancel lets go on.
    pub cancelled: Option<watch::Receiver<Option<CancelReason>>>,
    /// Becomes true when everything is to be killed.
    pub kill: Option<watch::Receiver<bool>>,
    /// When its time is over.
    pub deadline: Instant,
}

impl Limits {
    /// Waits until the script has to be stopped, for the first time (`softly` is false) or
    /// harder.
    async fn reached(&mut self, softly: bool) -> (Ending, Grace) {
        let kill = async {
            if let Some(kill) = &mut self.kill
                && kill.wait_for(|kill| *kill).await.is_ok()
            {
                return;
            }
            std::future::pending().await
        };
        let cancelled = async {
            if let (false, Some(cancelled)) = (softly, &mut self.cancelled)
                && cancelled.wait_for(Option::is_some).await.is_ok()
            {
                return;
            }
            std::future::pending().await
        };
        let deadline = async {
            if softly {
                std::future::pending().await
            } else {
                tokio::time::sleep_until(self.deadline).await;
            }
        };
        tokio::select! {
            () = kill => (Ending::Cancelled, Grace::NONE),
            () = cancelled => (Ending::Cancelled, Grace::default()),
            () = deadline => (Ending::TimedOut, Grace::default()),
        }
    }
}

/// Runs a script to its end.
pub(crate) async fn run(
    session: &dyn Session,
    spec: ExecSpec,
    mut output: Output<'_>,
    mut limits: Limits,
) -> Ending {
    output.lane.send();
    let ending = match session.exec(spec).await {
        Ok(mut running) => drive(&mut *running, &mut output, &mut limits).await,
        Err(error) => Ending::Broken(error.to_string()),
    };
    let problem = output.lane.error().map(|error| format!("the log cannot be stored: {error}"));
    output.end();
    match (ending, problem) {
        (Ending::Exited(_), Some(problem)) => Ending::Broken(problem),
        (ending, _) => ending,
    }
}

async fn drive(running: &mut dyn Running, output: &mut Output<'_>, limits: &mut Limits) -> Ending {
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut stopped: Option<Ending> = None;
    let mut is_killed = false;
    loop {
        let is_unflushed = output.lane.is_unflushed();
        tokio::select! {
            biased;
            (ending, grace) = limits.reached(stopped.is_some()), if !is_killed => {
                is_killed = grace == Grace::NONE;
                stopped.get_or_insert(ending);
                running.terminate(grace);
            }
            read = running.read(&mut buffer) => match read {
                Ok(0) => break,
                Ok(_) => {
                    output.write(&buffer);
                    buffer.clear();
                    if output.lane.error().is_some() && stopped.is_none() {
                        stopped = Some(Ending::Broken("the log cannot be stored".to_owned()));
                        running.terminate(Grace::default());
                    }
                }
                Err(error) => {
                    running.terminate(Grace::NONE);
                    let message = format!("cannot read its output: {error}");
                    stopped.get_or_insert(Ending::Broken(message));
                    break;
                }
            },
            () = tokio::time::sleep(FLUSH_AFTER), if is_unflushed => output.lane.flush(),
        }
    }
    match (stopped, running.wait().await) {
        (Some(ending), _) => ending,
        (None, Ok(exit)) => Ending::Exited(exit.code()),
        (None, Err(error)) => Ending::Broken(format!("cannot tell how it ended: {error}")),
    }
}
