//! The driver of one job: evaluates and runs its steps beside the workspace.
//!
//! Behaves as actions/runner does, one concern a file. The process half of this crate decides
//! which jobs run; it and this half share only [`crate::order`].
//!
//! From the outside in: [`driver`] runs a job, [`setup`] gives it its place, [`containers`] its containers, [`steps`],
//! [`conditions`] and [`background`] run its steps, [`run`], [`script`] and [`actions`] one step, [`program`] one
//! process, [`output`] what that prints.

mod actions;
mod annotations;
mod background;
mod cancellation;
mod command_line;
mod commands;
mod conditions;
mod containers;
mod context;
mod driver;
mod environment;
mod files;
mod hash_files;
mod isolation;
mod labels;
mod lane;
mod log;
mod matchers;
mod options;
mod outline;
mod output;
mod outputs;
mod preamble;
mod program;
mod run;
mod runner_labels;
mod scope;
mod script;
mod secrets;
mod services;
mod setup;
mod shell;
mod state;
mod steps;
mod variables;

pub use actions::node::tool_architecture;
pub use containers::settings::{ContainerSettings, Platform, Platforms, RunSettings};
pub use driver::GithubJobDriver;
pub use isolation::{Isolation, LimitSettings};
pub use options::{
    AfterFailure, FailedIn, FailedStep, FailureHook, GithubRunnerOptions, RunningRepository,
};
pub use services::{
    ActionsServices, ServiceAccess, ServiceAddresses, ServiceEntrance, ServiceRequest,
};
pub use setup::session_id;
pub use shell::which;

/// What people call a step before it runs.
pub(crate) fn step_label(
    step: &windlass_github_syntax::workflow::Step,
    scope: &dyn windlass_github_syntax::expression::Scope,
) -> String {
    labels::label(step, scope, true)
}
