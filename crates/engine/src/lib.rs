//! The advance loop: journals facts and commands, performs operations, replays after a crash.
