//! Bad input, bad luck and bad manners: each is answered clearly and leaves nothing behind.

mod artifacts;
mod containers;
mod disks;
mod interruption;
mod limits;
mod names;
mod output;
mod secrets;
mod signals;
mod workflows;
