//! GitHub workflow and action files: schema, syntax tree, expressions, filter patterns.
//!
//! A staircase, one step a module: YAML tree → [`reader`] (checked against [`schema`]) →
//! [`template`] → [`convert`] → [`workflow`] or [`action`] → [`link`] (callers against called
//! workflows). Everything here is a plain function of text: no files, no network, no clock.

pub mod action;
pub mod expression;
pub mod filter_pattern;
pub mod template;
pub mod workflow;
