//! The driver of one job: evaluates and runs its steps beside the workspace.
//!
//! Behaves as actions/runner does, one concern a file. The process half of this crate decides
//! which jobs run; it and this half share only [`crate::order`].

mod annotations;
mod command_line;
mod commands;
mod files;
mod matchers;
