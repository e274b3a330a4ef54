//! GitHub Actions: the process that decides what runs, and the driver that runs a job's steps.

pub mod job;
pub mod order;
