//! GitHub workflow and action files: schema, syntax tree, expressions, filter patterns.
//!
//! A staircase, one step a module: YAML tree → [`reader`] (checked against [`schema`]) →
//! [`template`] → `convert` → [`workflow`] or [`action`] → [`link`] (callers against called
//! workflows). Everything here is a plain function of text: no files, no network, no clock.

pub mod action;
mod convert;
pub mod cron;
pub mod expression;
pub mod filter_pattern;
pub mod limits;
pub mod link;
pub mod matrix;
pub mod parse;
pub mod problem;
pub mod reader;
pub mod schema;
pub mod template;
pub mod workflow;

pub use limits::Limits;
pub use parse::{Parsed, parse_action, parse_workflow, parse_workflow_within};
pub use problem::{Problem, ProblemKind};
