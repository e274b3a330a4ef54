//! Tests of the crate: the process by facts alone, the driver on real shells.

mod job;
mod process;
