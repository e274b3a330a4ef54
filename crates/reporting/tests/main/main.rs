//! The surfaces and the fold, driven by scripted events with virtual times.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "clippy sees only #[test] functions as tests"
)]

mod fold;
mod json;
mod outline;
mod plain;
mod replay;
mod schema;
mod script;
mod tables;
mod terminal;
