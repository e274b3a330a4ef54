//! The commands, a file each: from parsed words to a typed request to a call.

pub mod artifacts;
pub mod caches;
pub mod check;
pub mod completions;
pub mod expand;
pub mod graph;
pub mod list;
pub mod lsp;
pub mod reference;
pub mod run;
pub mod runs;
pub mod sizes;
pub mod table;
pub mod tools;
