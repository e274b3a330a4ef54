//! The tree of an expression for those who read it without evaluating it, such as checks of types.
//!
//! The tree itself stays private to the language; this is a window on it that cannot change it.

use std::ops::Range;

use super::Expression;
use super::ast::{Comparison, NodeId, NodeKind, Tree};
use super::value::Value;

/// One node of an expression's tree.
#[derive(Debug, Clone, Copy)]
pub struct View<'tree> {
    tree: &'tree Tree,
    id: NodeId,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum ViewKind<'tree> {
    /// Null, a boolean, a number or a string.
    Literal(&'tree Value),
    /// A context, its name in lower case.
    Context(&'tree str),
    /// A call.
    Call {
        /// The function's name as the documentation spells it.
        name: &'tree str,
        /// The arguments in order.
        arguments: Vec<View<'tree>>,
    },
    /// `base.name` and `base[index]`.
    Index {
        /// What is looked into.
        base: View<'tree>,
        /// What is looked up; a name is a literal string.
        index: View<'tree>,
    },
    /// The `*` of a filter, only as an index.
    Wildcard,
    /// `!operand`.
    Not(View<'tree>),
    /// A comparison.
    Compare {
        /// `==`, `!=`, `<`, `<=`, `>` or `>=`.
        operator: &'static str,
        /// The left side.
        left: View<'tree>,
        /// The right side.
        right: View<'tree>,
    },
    /// `a && b && …`.
    And(Vec<View<'tree>>),
    /// `a || b || …`.
    Or(Vec<View<'tree>>),
}

impl Expression {
    /// The outermost node; `None` for an empty expression.
    #[must_use]
    pub fn root(&self) -> Option<View<'_>> {
        let tree = &self.parsed.tree;
        tree.root.map(|id| View { tree, id })
    }
}

impl<'tree> View<'tree> {
    /// Byte range in the source of the expression.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.tree.node(self.id).range.clone()
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> ViewKind<'tree> {
        let view = |id: &NodeId| View { tree: self.tree, id: *id };
        match &self.tree.node(self.id).kind {
            NodeKind::Literal(value) => ViewKind::Literal(value),
            NodeKind::Context(name) => ViewKind::Context(name),
            NodeKind::Call { function, arguments } => ViewKind::Call {
                name: function.name(),
                arguments: arguments.iter().map(view).collect(),
            },
            NodeKind::Index { base, index } => {
                ViewKind::Index { base: view(base), index: view(index) }
            }
            NodeKind::Wildcard => ViewKind::Wildcard,
            NodeKind::Not(operand) => ViewKind::Not(view(operand)),
            NodeKind::Compare { operator, left, right } => ViewKind::Compare {
                operator: Comparison::symbol(*operator),
                left: view(left),
                right: view(right),
            },
            NodeKind::And(operands) => ViewKind::And(operands.iter().map(view).collect()),
            NodeKind::Or(operands) => ViewKind::Or(operands.iter().map(view).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Availability;

    #[test]
    fn shows_the_tree_with_its_places() {
        let expression = Expression::parse("!a.b == 1", &Availability::any()).unwrap();
        let root = expression.root().unwrap();
        let ViewKind::Compare { operator, left, right } = root.kind() else { panic!() };
        assert_eq!((operator, right.range()), ("==", 8..9));
        let ViewKind::Not(operand) = left.kind() else { panic!() };
        assert_eq!(operand.range(), 1..4);
        assert!(matches!(operand.kind(), ViewKind::Index { .. }));
    }
}
