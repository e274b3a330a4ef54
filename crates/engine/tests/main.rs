//! The engine's integration tests, in one binary.

mod performers;
mod scripted_jenkins;
