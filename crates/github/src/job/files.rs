//! The files by which a step hands values over: `GITHUB_ENV`, `GITHUB_OUTPUT`, `GITHUB_PATH`,
//! `GITHUB_STATE` and `GITHUB_STEP_SUMMARY`.
//!
//! One set serves all foreground steps of a job and is emptied between them; a background step
//! has a set of its own. Source: GitHub Docs, "Workflow commands for GitHub Actions",
//! "Environment files"; messages as actions/runner's `FileCommandManager`.

pub(crate) mod environment;
pub(crate) mod exchange;
pub(crate) mod key_values;
pub(crate) mod path;
pub(crate) mod summary;

#[allow(unused_imports)]
pub(crate) use exchange::{CommandFiles, Written};
