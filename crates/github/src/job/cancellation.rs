//! When a job has to stop: a cancel from outside, its time limit, a second and harder cancel.
//!
//! Source: GitHub Docs, "Workflow cancellation reference": a cancelled job has five minutes
//! (`cancel-timeout-minutes`) for its `always()` steps, then everything is killed.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use windlass_kernel::CancelReason;

/// Whether a job may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It may.
    Going,
    /// Only steps that still want to run after a cancel may.
    Cancelled(CancelReason),
    /// Nothing may.
    Killed(CancelReason),
}

impl Stop {
    /// Why the job stops, if it does.
    pub fn reason(self) -> Option<CancelReason> {
        match self {
            Stop::Going => None,
            Stop::Cancelled(reason) | Stop::Killed(reason) => Some(reason),
        }
    }
}

/// Why something stops, in a few words.
pub(crate) fn describe(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Requested => "the run was cancelled",
        CancelReason::TimedOut => "the job ran out of time",
        CancelReason::FailFast => "another job of the matrix failed",
        CancelReason::Superseded => "a newer run took its place",
    }
}

/// The time limits of a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// `timeout-minutes`.
    pub job: Duration,
    /// `cancel-timeout-minutes`.
    pub cancel: Duration,
}

/// Watches over one job; stops watching when dropped.
#[derive(Debug)]
pub(crate) struct Cancellation {
    receiver: watch::Receiver<Stop>,
    task: JoinHandle<()>,
}

impl Cancellation {
    /// Begins to watch. `kill` becomes true when the user has lost patience.
    pub fn watch(
        cancelled: watch::Receiver<Option<CancelReason>>,
        kill: Option<watch::Receiver<bool>>,
        limits: Limits,
    ) -> Self {
        let now = cancelled.borrow().map_or(Stop::Going, Stop::Cancelled);
        let (sender, receiver) = watch::channel(now);
        let task = tokio::spawn(supervise(cancelled, kill, limits, sender));
        Cancellation { receiver, task }
    }

    /// How things stand now.
    pub fn now(&self) -> Stop {
        *self.receiver.borrow()
    }

    /// A way to wait for a change.
    pub fn receiver(&self) -> watch::Receiver<Stop> {
        self.receiver.clone()
    }
}

impl Drop for Cancellation {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn supervise(
    mut cancelled: watch::Receiver<Option<CancelReason>>,
    mut kill: Option<watch::Receiver<bool>>,
    limits: Limits,
    sender: watch::Sender<Stop>,
) {
    let first = tokio::select! {
        reason = cancelled.wait_for(Option::is_some) => match reason {
            Ok(reason) => Stop::Cancelled(reason.unwrap_or(CancelReason::Requested)),
            Err(_) => Stop::Killed(CancelReason::Requested),
        },
        () = killed(&mut kill) => Stop::Killed(CancelReason::Requested),
        () = tokio::time::sleep(limits.job) => Stop::Cancelled(CancelReason::TimedOut),
    };
    let _ = sender.send(first);
    let Stop::Cancelled(reason) = first else { return };
    tokio::select! {
        () = abandoned(&mut cancelled) => {}
        () = killed(&mut kill) => {}
        () = tokio::time::sleep(limits.cancel) => {}
    }
    let _ = sender.send(Stop::Killed(reason));
}

/// Ends when nobody is left who could cancel: the run is being torn down.
async fn abandoned(cancelled: &mut watch::Receiver<Option<CancelReason>>) {
    while cancelled.changed().await.is_ok() {}
}

async fn killed(kill: &mut Option<watch::Receiver<bool>>) {
    if let Some(kill) = kill
        && kill.wait_for(|kill| *kill).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Limits = Limits { job: Duration::from_secs(60), cancel: Duration::from_secs(60) };

    async fn next(cancellation: &mut watch::Receiver<Stop>) -> Stop {
        let changed = cancellation.changed();
        tokio::time::timeout(Duration::from_secs(5), changed)
            .await
            .expect("in time")
            .expect("alive");
        *cancellation.borrow_and_update()
    }

    #[tokio::test]
    async fn first_softly_then_hard() {
        let (cancel, cancelled) = watch::channel(None);
        let (kill, killed) = watch::channel(false);
        let cancellation = Cancellation::watch(cancelled, Some(killed), LONG);
        let mut receiver = cancellation.receiver();
        assert_eq!(cancellation.now(), Stop::Going);
        cancel.send_replace(Some(CancelReason::FailFast));
        assert_eq!(next(&mut receiver).await, Stop::Cancelled(CancelReason::FailFast));
        kill.send_replace(true);
        assert_eq!(next(&mut receiver).await, Stop::Killed(CancelReason::FailFast));
    }

    #[tokio::test]
    async fn time_limits() {
        let (_cancel, cancelled) = watch::channel(None);
        let short = Duration::from_millis(10);
        let limits = Limits { job: short, cancel: short };
        let cancellation = Cancellation::watch(cancelled, None, limits);
        let mut receiver = cancellation.receiver();
        assert_eq!(next(&mut receiver).await, Stop::Cancelled(CancelReason::TimedOut));
        assert_eq!(next(&mut receiver).await, Stop::Killed(CancelReason::TimedOut));
    }

    #[tokio::test]
    async fn a_run_that_is_torn_down_kills() {
        let (cancel, cancelled) = watch::channel(None);
        let cancellation = Cancellation::watch(cancelled, None, LONG);
        let mut receiver = cancellation.receiver();
        drop(cancel);
        assert_eq!(next(&mut receiver).await, Stop::Killed(CancelReason::Requested));
    }
}
