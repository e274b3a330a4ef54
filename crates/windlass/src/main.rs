//! The `windlass` program: command line in, wired parts out; no logic of its own.

fn main() {}
