//! The job driver: does beside a workspace what GitLab's runner does with a job.
//!
//! [`driver`] leads through the job: files and caches are brought, the script runs, then
//! `after_script`, then caches and artifacts are kept. [`execution`] runs the scripts and [`steps`] those of `run`: [`script`]
//! makes their texts, [`program`] runs one, [`output`] and [`sections`] take in what it prints,
//! [`lane`] is where all of that is told. [`files`] and [`archive`] choose and pack files for
//! [`artifacts`] and [`cache`]; [`foreign`] and [`trigger`] reach to other pipelines.

mod archive;
mod artifacts;
mod cache;
mod containers;
mod coverage;
mod deployment;
mod driver;
mod environment;
mod execution;
mod files;
mod foreign;
mod lane;
mod options;
mod output;
pub mod predefined;
mod program;
mod reports;
mod script;
mod sections;
mod setup;
mod sources;
mod steps;
mod trigger;

pub use deployment::{EnvironmentUse, Environments, ScopedVariable, of_scope};
pub use driver::GitlabJobDriver;
pub use options::{
    ContainerSettings, GitlabRunnerOptions, IdentityTokens, ImageUse, OtherPipelines, SecretStore,
};
pub use setup::session_id;
