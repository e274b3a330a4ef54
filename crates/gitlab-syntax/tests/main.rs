//! Compiling whole configurations: what GitLab's documentation says, and hostile input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "main/hostile.rs"]
mod hostile;
#[path = "main/includes.rs"]
mod includes;
#[path = "main/jobs.rs"]
mod jobs;
#[path = "main/project.rs"]
mod project;
#[path = "main/rules.rs"]
mod rules;
#[path = "main/spans.rs"]
mod spans;
#[path = "main/templates.rs"]
mod templates;
