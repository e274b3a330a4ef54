//! The language server for GitHub workflows and actions: what an editor asks while somebody
//! writes.
//!
//! Findings are those of `windlass check`. All else is answered from [`outline`], which reads text
//! that is half-written, [`schema`], which says what GitHub accepts at a place, and the types of
//! `github-rules`. [`server`] speaks the protocol; below it everything is a plain function of
//! texts, and files come in through [`subject::Files`].

mod answers;
mod capabilities;
pub mod completion;
pub mod definition;
pub mod descriptions;
pub mod documents;
pub mod findings;
pub mod hover;
pub mod operand;
pub mod outline;
pub mod parameters;
pub mod place;
pub mod schema;
pub mod server;
pub mod subject;
pub mod symbols;
pub mod text;
pub mod workspace;

pub use server::{Policies, ServerError, serve, serve_stdio};

/// Stands in the text where the cursor is while a completion is looked for, so that the cursor is
/// always part of a word. A character for private use: no file has a reason to hold it.
pub(crate) const CURSOR: char = '\u{e000}';
