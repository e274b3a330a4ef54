//! The integration tests of GitHub workflows, in one binary.

mod job;
mod trace;
