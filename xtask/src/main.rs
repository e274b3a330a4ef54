//! The chores of the project: `cargo xtask check|test|bench|conformance|docs`.

fn main() {}
