//! GitLab CI/CD: the process that decides what runs, and the driver that runs a job's script.
//!
//! What a pipeline consists of is compiled beforehand by `windlass-gitlab-syntax`. Here [`process`]
//! runs the finished pipeline as a graph, and [`job`] does beside a workspace what GitLab's runner
//! would do. What travels between the two is in [`order`] and [`report`].

pub mod downstream;
pub mod inputs;
pub mod job;
pub mod node_path;
pub mod order;
pub mod process;
pub mod report;
pub mod rerun;

pub use process::GitlabProcess;
