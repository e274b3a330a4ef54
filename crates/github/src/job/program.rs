//! Running one program of a step: its output, its time limit, its end.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use windlass_kernel::NodeId;
use windlass_session::{ExecSpec, Exit, Grace, Running, Session, SessionError};

use super::cancellation::Stop;
use super::commands::{Commands, Effects};
use super::lane::Lane;
use super::matchers::matching::Matching;
use super::output::{MatcherChange, Output};

/// How long output may wait for more before those who follow the log see it.
const FLUSH_AFTER: Duration = Duration::from_millis(40);

/// How a program ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// By itself.
    Exited(Exit),
    /// It never ran.
    NotStarted(SessionError),
    /// It was stopped because the job, or this step, was cancelled.
    Cancelled,
    /// It was stopped because it took too long.
    TimedOut,
    /// Its output could not be read or stored.
    Broken(String),
}

/// What came of a program.
pub(crate) struct Finished {
    /// How it ended.
    pub ending: Ending,
    /// What its commands did.
    pub effects: Effects,
    /// What it did to the job's problem matchers.
    pub matchers: Vec<MatcherChange>,
}

/// Runs a program to its end, its output going through the lane's log.
pub(crate) async fn run_program(
    session: &dyn Session,
    lane: &mut Lane,
    node: &NodeId,
    spec: ExecSpec,
    commands: Commands,
    matching: Matching,
) -> Finished {
    let mut limits = Limits::of(lane);
    let mut output = Output::new(node, &mut lane.log, session, commands, matching);
    let ending = match session.exec(spec).await {
        Ok(mut running) => drive(&mut *running, &mut output, &mut limits).await,
        Err(error) => Ending::NotStarted(error),
    };
    let (effects, matchers) = output.end().await;
    let ending = match (ending, lane.log.error()) {
        (Ending::Exited(_), Some(error)) => {
            Ending::Broken(format!("the log cannot be stored: {error}"))
        }
        (ending, _) => ending,
    };
    Finished { ending, effects, matchers }
}

/// What can end a program before its time.
struct Limits {
    stop: watch::Receiver<Stop>,
    cancel: Option<watch::Receiver<bool>>,
    survives_cancel: bool,
    deadline: Option<Instant>,
    /// Nothing worse can come any more.
    killed: bool,
}

/// Why a program is being stopped.
enum Cause {
    Cancelled(Grace),
    TimedOut,
}

impl Limits {
    fn of(lane: &Lane) -> Self {
        Limits {
            stop: lane.stop.clone(),
            cancel: lane.cancel.clone(),
            survives_cancel: lane.survives_cancel,
            deadline: lane.deadline.as_ref().map(|deadline| deadline.at),
            killed: false,
        }
    }

    /// Waits until the program has to be stopped; `softly` tells that this was done before, and
    /// only a kill is news.
    async fn reached(&mut self, softly: bool) -> Cause {
        let survives = self.survives_cancel || softly;
        let stop = async {
            let stopped = |stop: &Stop| match stop {
                Stop::Going => false,
                Stop::Cancelled(_) => !survives,
                Stop::Killed(_) => true,
            };
            match self.stop.wait_for(stopped).await.map(|stop| *stop) {
                Ok(Stop::Killed(_)) => Cause::Cancelled(Grace::NONE),
                Ok(_) => Cause::Cancelled(Grace::default()),
                Err(_) => std::future::pending().await,
            }
        };
        let cancel = async {
            if let (false, Some(cancel)) = (softly, &mut self.cancel)
                && cancel.wait_for(|asked| *asked).await.is_ok()
            {
                return Cause::Cancelled(Grace::default());
            }
            std::future::pending().await
        };
        let deadline = async {
            match self.deadline {
                Some(deadline) if !softly => tokio::time::sleep_until(deadline).await,
                _ => std::future::pending().await,
            }
            Cause::TimedOut
        };
        let cause = tokio::select! {
            cause = stop => cause,
            cause = cancel => cause,
            cause = deadline => cause,
        };
        self.killed |= matches!(cause, Cause::Cancelled(Grace::NONE));
        cause
    }
}

/// Reads a running program's output until it has ended, stopping it where a limit is reached.
async fn drive(running: &mut dyn Running, output: &mut Output<'_>, limits: &mut Limits) -> Ending {
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut stopped: Option<Ending> = None;
    loop {
        let is_unflushed = output.log().is_unflushed();
        tokio::select! {
            biased;
            cause = limits.reached(stopped.is_some()), if !limits.killed => {
                let (ending, grace) = match cause {
                    Cause::Cancelled(grace) => (Ending::Cancelled, grace),
                    Cause::TimedOut => (Ending::TimedOut, Grace::default()),
                };
                stopped.get_or_insert(ending);
                running.terminate(grace);
            }
            read = running.read(&mut buffer) => match read {
                Ok(0) => break,
                Ok(_) => {
                    output.write(&buffer).await;
                    buffer.clear();
                    if output.log().error().is_some() && stopped.is_none() {
                        stopped = Some(Ending::Broken("the log cannot be stored".to_owned()));
                        running.terminate(Grace::default());
                    }
                }
                Err(error) => {
                    running.terminate(Grace::NONE);
                    stopped.get_or_insert(Ending::Broken(format!("cannot read its output: {error}")));
                    break;
                }
            },
            () = tokio::time::sleep(FLUSH_AFTER), if is_unflushed => output.log().flush(),
        }
    }
    let exit = running.wait().await;
    match (stopped, exit) {
        (Some(ending), _) => ending,
        (None, Ok(exit)) => Ending::Exited(exit),
        (None, Err(error)) => Ending::Broken(format!("cannot tell how it ended: {error}")),
    }
}
