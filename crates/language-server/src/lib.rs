//! The language server for GitHub workflows and actions, and for configurations of GitLab: what an
//! editor asks while somebody writes.
//!
//! [`dialect`] says whose file a document is; what is said of GitLab's files is in [`gitlab`].
//! For GitHub, findings are those of `windlass check`. All else is answered from [`outline`], which reads text
//! that is half-written, [`schema`], which says what GitHub accepts at a place, and the types of
//! `github-rules`. [`server`] speaks the protocol; below it everything is a plain function of
//! texts, and files come in through [`subject::Files`].

mod answers;
mod capabilities;
pub mod completion;
pub mod definition;
pub mod descriptions;
pub mod dialect;
pub mod documents;
pub mod elsewhere;
pub mod findings;
pub mod gitlab;
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
