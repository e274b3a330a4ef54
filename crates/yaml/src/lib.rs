//! YAML with spans: a tree built from parser events, each value knowing where it was written.
//!
//! [`parse()`] makes the [`Document`]s of a text; [`schema`] tells what a plain scalar is by the
//! core schema of YAML 1.2. What keys mean, and that a key may not come twice, is the dialect's.

pub mod error;
mod parse;
mod position;
pub mod schema;
pub mod tree;

pub use error::YamlError;
pub use parse::{Limits, parse, parse_with_loose_comments};
pub use tree::{AnchorId, Content, Document, Node, NodeId, NodeRef, ScalarStyle, Tag};
