//! Secret values and the masking of every form in which they may reach a log.
//!
//! [`Masker`] knows the secrets of a job and is shared by everything that writes; each stream of
//! output gets a [`MaskingStream`]. [`env_file`] reads files of secrets and variables. Not here:
//! where secrets come from, and keeping them at rest.

mod beginnings;
pub mod env_file;
mod forms;
mod masker;
mod pattern_set;
mod stream;
mod tiers;
mod value;

pub use masker::Masker;
pub use stream::MaskingStream;
pub use value::SecretValue;

/// What stands in place of a secret.
pub const MASK: &str = "***";
