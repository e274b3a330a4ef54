//! What the commands that run workflows share: the project, the choice, the workshop.

pub mod announcement;
pub mod approvals;
pub mod carry_out;
pub mod choose;
pub mod draft;
pub mod driver;
pub mod dry_run;
pub mod failure_shell;
pub mod leavings;
pub mod leftovers;
pub mod problems;
pub mod project;
pub mod secrets;
pub mod selection;
pub mod services;
pub mod settings;
pub mod sources;
pub mod surface;
pub mod terminal;
pub mod workshop;
