//! GitHub Actions: the process that decides what runs, and the driver that runs a job's steps.

pub mod event;
mod explain;
pub mod inputs;
pub mod job;
pub mod launch;
pub mod order;
mod outcome;
pub mod plan;
pub mod process;
pub mod program;
pub mod rerun;
pub mod sources;

pub use process::GithubProcess;
