//! What one job may take of the machine.

/// The limits of a job; none of them by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResourceLimits {
    /// The bytes of memory that its processes may hold together, swap included.
    pub memory: Option<u64>,
    /// The processors that they may keep busy together; a part of one is a limit, too.
    pub cpus: Option<f64>,
    /// The processes and threads that there may be at once.
    pub processes: Option<u64>,
}

impl ResourceLimits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == ResourceLimits::default()
    }
}
