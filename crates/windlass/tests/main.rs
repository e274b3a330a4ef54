//! The real program, tried from outside: real git, real shells, directories of its own each time.

mod command_line;
mod hostile;
mod stage;
