//! The store on real files: alone, with other processes, and when things go wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "clippy sees only #[test] functions as tests"
)]

mod groups;
mod history;
mod journal;
mod logs;
mod processes;
mod samples;
mod trouble;
