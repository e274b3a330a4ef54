//! The engine's integration tests, in one binary.

mod performers;
mod scheduler;
mod scripted_jenkins;
