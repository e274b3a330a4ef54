//! The integration tests of GitHub workflows, in one binary.

#![allow(clippy::unwrap_used, reason = "tests")]

mod job;
mod trace;
