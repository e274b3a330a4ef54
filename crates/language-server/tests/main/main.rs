//! The server as an editor sees it: over a connection in memory, with a project on the disk.

#![allow(clippy::unwrap_used, reason = "tests")]

mod client;
mod completing;
mod conversation;
mod gitlab;
mod hostile;
mod looking;
mod speed;
