//! The engine's integration tests, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod performers;
mod scheduler;
mod scripted_jenkins;
