//! What actions call while a job runs: caches, artifacts, identity tokens, a small part of the
//! REST API, and the repository over Git's own protocol.
//!
//! One server on the loopback serves all jobs of a process, and containers by the gateways of
//! their networks. A job is admitted before its first
//! step and gets tokens that end with it; see [`Services::admit`]. What is kept lies in
//! `windlass-store`. Which variables a step finds these addresses in is the job driver's business.

mod artifacts;
mod authority;
mod block_list;
mod caches;
mod download;
mod entrance;
mod git;
mod identity;
mod jobs;
mod large_files;
mod range;
mod rest;
mod server;
mod signed_url;
mod twirp;
mod upload;

pub use entrance::{Addresses, Entrance};
pub use jobs::{Admission, JobFacts};
pub use server::{Limits, ServiceError, Services};
