//! Container engines: the containers of jobs, services and actions, their images and networks.
//!
//! [`Engine`] is Docker or Podman, spoken to over Docker's API on a local socket. A [`ContainerSpec`]
//! says what a container is made of; [`ContainerSession`] runs a job's commands in one that stays,
//! [`ActionContainer`] gives each program a container of its own, and a [`StandInProcess`] is a
//! service without one. Everything made here carries
//! [`Tenancy`]'s labels, by which what a crash left is found and removed.
//!
//! Not here: workflow keys and what they mean (crate `github`), the processes of the host (crate
//! `session`).

mod action;
mod attached;
mod build;
mod credentials;
mod engine;
mod error;
mod health;
mod image;
mod mounts;
mod network;
mod options;
mod ownership;
mod ports;
mod session;
mod spec;
mod stand_in;
mod tenancy;

pub use action::ActionContainer;
pub use build::BuildRequest;
pub use credentials::Credentials;
pub use engine::{Engine, EngineKind, LazyEngine};
pub use error::EngineError;
pub use health::HealthCheck;
pub use image::PullPolicy;
pub use mounts::{Mount, Mounts};
pub use network::Network;
pub use options::{CreateOptions, OptionsError, split_words};
pub use ports::{Port, PortError};
pub use session::{ContainerSession, SessionPlan};
pub use spec::{Container, ContainerSpec};
pub use stand_in::{StandIn, StandInError, StandInPlan, StandInProcess};
pub use tenancy::Tenancy;

/// Where people read how a pull or a build is getting on: called with one line at a time.
pub type Progress<'a> = &'a mut (dyn FnMut(&str) + Send);
