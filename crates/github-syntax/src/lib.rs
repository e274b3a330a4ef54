//! GitHub workflow and action files: schema, syntax tree, expressions, filter patterns.

pub mod expression;
