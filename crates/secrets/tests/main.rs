//! Laws and figures of masking, from outside the crate.

#[path = "main/masking.rs"]
mod masking;
#[path = "main/speed.rs"]
mod speed;
