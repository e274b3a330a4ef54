//! The real program, tried from outside: real git, real shells, directories of its own each time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod command_line;
mod docs;
mod hostile;
mod stage;
