//! The services over real connections: what they keep, and what they refuse.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod artifacts;
mod blobs;
mod caches;
mod entrances;
mod figures;
mod hostile;
mod identity;
mod repository;
mod stage;
