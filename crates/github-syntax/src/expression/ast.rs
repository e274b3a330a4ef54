//! The syntax tree of an expression: a flat list of nodes that refer to one another by index.
//!
//! Flat, so that dropping or copying a tree never recurses, and evaluation touches one
//! allocation. The parser builds it; nobody changes it afterwards.

use std::fmt;
use std::ops::Range;

use super::functions::BuiltIn;
use super::value::Value;

/// A node's place in [`Tree::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(pub(super) u32);

/// `==`, `!=`, `<`, `<=`, `>`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// Who answers a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Function {
    /// The language itself.
    BuiltIn(BuiltIn),
    /// The scope; the name as its declaration spells it, else as called.
    Scope(String),
}

impl Function {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::BuiltIn(built_in) => built_in.name(),
            Self::Scope(name) => name,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum NodeKind {
    Literal(Value),
    /// Name in lower case.
    Context(String),
    Call {
        function: Function,
        arguments: Vec<NodeId>,
    },
    /// `base[index]` and `base.name`; the index of a filter is [`NodeKind::Wildcard`].
    Index {
        base: NodeId,
        index: NodeId,
    },
    Wildcard,
    Not(NodeId),
    Compare {
        operator: Comparison,
        left: NodeId,
        right: NodeId,
    },
    /// `a && b && …`: nested ones are flattened, so a long chain is not deep.
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// Byte range in the source.
    pub(super) range: Range<usize>,
    /// 1 for a leaf, else one more than the deepest child.
    pub(super) depth: usize,
}

/// A parsed expression; without a root for an empty source.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Option<NodeId>,
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn function_names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Call { function, .. } => Some(function.name()),
            _ => None,
        })
    }

    pub(super) fn context_names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Context(name) => Some(name.as_str()),
            _ => None,
        })
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, id: NodeId) -> fmt::Result {
        match &self.node(id).kind {
            NodeKind::Literal(value) => write_literal(formatter, value),
            NodeKind::Context(name) => formatter.write_str(name),
            NodeKind::Call { function, arguments } => {
                write!(formatter, "{}(", function.name())?;
                self.write_list(formatter, arguments, ", ")?;
                formatter.write_str(")")
            }
            NodeKind::Index { base, index } => {
                self.write_base(formatter, *base)?;
                formatter.write_str("[")?;
                self.write(formatter, *index)?;
                formatter.write_str("]")
            }
            NodeKind::Wildcard => formatter.write_str("*"),
            NodeKind::Not(operand) => {
                formatter.write_str("!(")?;
                self.write(formatter, *operand)?;
                formatter.write_str(")")
            }
            NodeKind::Compare { operator, left, right } => {
                formatter.write_str("(")?;
                self.write(formatter, *left)?;
                write!(formatter, " {} ", operator.symbol())?;
                self.write(formatter, *right)?;
                formatter.write_str(")")
            }
            NodeKind::And(operands) => self.write_chain(formatter, operands, " && "),
            NodeKind::Or(operands) => self.write_chain(formatter, operands, " || "),
        }
    }

    /// What is indexed: a literal or a negation needs parentheses to be followed by `[`.
    fn write_base(&self, formatter: &mut fmt::Formatter<'_>, base: NodeId) -> fmt::Result {
        if matches!(self.node(base).kind, NodeKind::Literal(_) | NodeKind::Not(_)) {
            formatter.write_str("(")?;
            self.write(formatter, base)?;
            formatter.write_str(")")
        } else {
            self.write(formatter, base)
        }
    }

    fn write_chain(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        operands: &[NodeId],
        separator: &str,
    ) -> fmt::Result {
        formatter.write_str("(")?;
        self.write_list(formatter, operands, separator)?;
        formatter.write_str(")")
    }

    fn write_list(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        items: &[NodeId],
        separator: &str,
    ) -> fmt::Result {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                formatter.write_str(separator)?;
            }
            self.write(formatter, *item)?;
        }
        Ok(())
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.root {
            Some(root) => self.write(formatter, root),
            None => Ok(()),
        }
    }
}

/// A literal as the lexer would read it back.
fn write_literal(formatter: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::Null => formatter.write_str("null"),
        Value::Boolean(boolean) => write!(formatter, "{boolean}"),
        Value::Number(number) if number.is_nan() => formatter.write_str("NaN"),
        Value::Number(number) if number.is_infinite() => {
            formatter.write_str(if *number > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Value::Number(number) => write!(formatter, "{number}"),
        Value::String(string) => write!(formatter, "'{}'", string.replace('\'', "''")),
        // The parser makes no other literals.
        Value::Array(_) | Value::Object(_) => Ok(()),
    }
}
