//! Reading workflow and action files: the schema, what is reported, limits, hostile input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests")]

#[path = "main/official_schema.rs"]
mod official_schema;

#[path = "main/hostile.rs"]
mod hostile;

#[path = "main/reports.rs"]
mod reports;

#[path = "main/link.rs"]
mod link;

#[path = "main/templates.rs"]
mod templates;
