//! What the commands that run workflows share: the project, the choice, the workshop.

pub mod approvals;
pub mod carry_out;
pub mod choose;
pub mod driver;
pub mod problems;
pub mod project;
pub mod secrets;
pub mod sources;
pub mod surface;
