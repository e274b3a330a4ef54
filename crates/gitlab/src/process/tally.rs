//! How jobs end, and what the ends of several jobs come to.
//!
//! Source: "CI/CD YAML syntax reference", sections `when`, `allow_failure` and `needs`; "Pipeline
//! status" and "Job status" for the words.

use windlass_kernel::Status;

/// How a job ended, as the jobs behind it see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It did what it should.
    Passed,
    /// It failed, and was allowed to.
    Allowed,
    /// It failed.
    Failed,
    /// It failed by its time limit.
    TimedOut,
    /// It was not to run.
    Skipped,
    /// Nobody started it, and the pipeline does not wait for it.
    ManualOptional,
    /// Nobody started it, and the pipeline waits for it.
    ManualBlocking,
    /// It was stopped.
    Canceled,
}

impl End {
    /// The end in the kernel's and in GitLab's words.
    pub fn words(self) -> (Status, &'static str) {
        match self {
            End::Passed => (Status::Succeeded, "passed"),
            End::Allowed => (Status::Warning, "failed (allowed to fail)"),
            End::Failed => (Status::Failed, "failed"),
            End::TimedOut => (Status::TimedOut, "failed"),
            End::Skipped => (Status::Skipped, "skipped"),
            End::ManualOptional | End::ManualBlocking => (Status::Skipped, "manual"),
            End::Canceled => (Status::Cancelled, "canceled"),
        }
    }

    /// Whether it counts as a failure.
    pub fn is_failure(self) -> bool {
        matches!(self, End::Failed | End::TimedOut)
    }
}

/// The ends of several jobs. Each kind that can hold others back has the first job that ended so.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    passed: bool,
    allowed: bool,
    pub failed: Option<usize>,
    pub skipped: Option<usize>,
    pub canceled: Option<usize>,
    pub blocked: Option<usize>,
}

impl Tally {
    /// Counts the end of a job, which is named by its number.
    pub fn add(&mut self, job: usize, end: End) {
        let first = match end {
            End::Passed => {
                self.passed = true;
                return;
            }
            End::Allowed => {
                self.allowed = true;
                return;
            }
            End::Failed | End::TimedOut => &mut self.failed,
            End::Skipped | End::ManualOptional => &mut self.skipped,
            End::ManualBlocking => &mut self.blocked,
            End::Canceled => &mut self.canceled,
        };
        first.get_or_insert(job);
    }

    /// Counts all that another tally has counted.
    pub fn merge(&mut self, other: &Tally) {
        self.passed |= other.passed;
        self.allowed |= other.allowed;
        self.failed = self.failed.or(other.failed);
        self.skipped = self.skipped.or(other.skipped);
        self.canceled = self.canceled.or(other.canceled);
        self.blocked = self.blocked.or(other.blocked);
    }

    /// What a pipeline or a stage with these jobs came to. GitLab shows one with a failed and a
    /// blocking manual job as blocked until that is started; here it has ended, so it failed.
    pub fn words(&self) -> (Status, &'static str) {
        if self.failed.is_some() {
            (Status::Failed, "failed")
        } else if self.canceled.is_some() {
            (Status::Cancelled, "canceled")
        } else if self.blocked.is_some() {
            (Status::Succeeded, "manual")
        } else if self.allowed {
            (Status::Warning, "passed with warnings")
        } else if self.passed || self.skipped.is_none() {
            (Status::Succeeded, "passed")
        } else {
            (Status::Skipped, "skipped")
        }
    }

    /// The same as the end of a job that takes its status from these.
    pub fn end(&self) -> End {
        match self.words().0 {
            Status::Failed | Status::TimedOut => End::Failed,
            Status::Cancelled => End::Canceled,
            Status::Succeeded if self.blocked.is_some() => End::ManualBlocking,
            Status::Skipped => End::Skipped,
            Status::Succeeded | Status::Warning => End::Passed,
        }
    }
}
