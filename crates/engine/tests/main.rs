//! The engine's integration tests, in one binary.

mod locks;
mod scripted_jenkins;
