//! GitHub's four ends of a job or step.
//!
//! Source: GitHub Docs, "Contexts reference": `needs.<job_id>.result`, `steps.<step_id>.outcome`.

use windlass_kernel::Status;

/// How a job or a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

impl Outcome {
    /// GitHub's word.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Cancelled => "cancelled",
            Outcome::Skipped => "skipped",
        }
    }

    /// The status that all dialects share.
    pub fn status(self) -> Status {
        match self {
            Outcome::Success => Status::Succeeded,
            Outcome::Failure => Status::Failed,
            Outcome::Cancelled => Status::Cancelled,
            Outcome::Skipped => Status::Skipped,
        }
    }

    /// What several outcomes make together: a failure before a cancel before a success; skipped
    /// only where everything is.
    pub fn of_all(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
        let weight = |outcome: &Outcome| match outcome {
            Outcome::Skipped => 0,
            Outcome::Success => 1,
            Outcome::Cancelled => 2,
            Outcome::Failure => 3,
        };
        outcomes.max_by_key(weight).unwrap_or(Outcome::Skipped)
    }
}
