//! Tokens to tree: precedence climbing, with the names looked up as they are met, so that the
//! first error is the one that stands first in the source.
//!
//! Precedence, loosest first: `||`, `&&`, `== !=`, `< <= > >=`, `!`, then indexes and calls.

use std::ops::Range;

use super::MAXIMUM_DEPTH;
use super::ast::{Comparison, Function, Node, NodeId, NodeKind, Tree};
use super::availability::{Allowed, Availability};
use super::error::{ExpressionError, Symbol};
use super::functions::BuiltIn;
use super::lexer::{Token, TokenKind};
use super::value::Value;

/// How deep parentheses and operators may be nested while parsing. Parentheses add no level to
/// the tree, so this is more than [`MAXIMUM_DEPTH`]; it keeps the parser's stack small.
const MAXIMUM_NESTING: usize = 200;

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Or,
    And,
    Equality,
    Order,
    Operand,
}

#[derive(Debug, Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparison),
}

impl Infix {
    fn of(kind: &TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Or => Some(Self::Or),
            TokenKind::And => Some(Self::And),
            TokenKind::Compare(comparison) => Some(Self::Compare(*comparison)),
            _ => None,
        }
    }

    /// Its own precedence, and that of what may stand to its right.
    fn precedence(self) -> (Precedence, Precedence) {
        match self {
            Self::Or => (Precedence::Or, Precedence::And),
            Self::And => (Precedence::And, Precedence::Equality),
            Self::Compare(Comparison::Equal | Comparison::NotEqual) => {
                (Precedence::Equality, Precedence::Order)
            }
            Self::Compare(_) => (Precedence::Order, Precedence::Operand),
        }
    }
}

/// Parses all tokens of a source.
pub(super) fn parse(
    source: &str,
    tokens: &[Token],
    available: &Availability,
) -> Result<Tree, ExpressionError> {
    if tokens.is_empty() {
        return Ok(Tree::default());
    }
    let mut parser =
        Parser { source, tokens, position: 0, available, tree: Tree::default(), nesting: 0 };
    let root = parser.expression(Precedence::Or)?;
    if parser.peek().is_some() {
        return Err(parser.unexpected());
    }
    if parser.tree.node(root).depth > MAXIMUM_DEPTH {
        return Err(ExpressionError::TooDeep);
    }
    parser.tree.root = Some(root);
    Ok(parser.tree)
}

struct Parser<'a> {
    source: &'a str,
    tokens: &'a [Token],
    position: usize,
    available: &'a Availability,
    tree: Tree,
    nesting: usize,
}

impl<'a> Parser<'a> {
    /// An operand and the operators to its right that bind at least this tightly.
    fn expression(&mut self, minimum: Precedence) -> Result<NodeId, ExpressionError> {
        self.nesting += 1;
        if self.nesting > MAXIMUM_NESTING {
            return Err(ExpressionError::TooDeep);
        }
        let mut left = self.operand()?;
        while let Some(infix) = self.peek().and_then(|token| Infix::of(&token.kind)) {
            let (own, right) = infix.precedence();
            if own < minimum {
                break;
            }
            self.position += 1;
            let right = self.expression(right)?;
            left = self.join(infix, left, right)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<NodeId, ExpressionError> {
        let Some(token) = self.peek() else { return Err(self.unexpected()) };
        match &token.kind {
            TokenKind::Not => {
                self.position += 1;
                let operand = self.expression(Precedence::Operand)?;
                let range = token.range.start..self.range(operand).end;
                self.add(NodeKind::Not(operand), range, &[operand])
            }
            TokenKind::Literal(value) => {
                self.position += 1;
                self.add(NodeKind::Literal(value.clone()), token.range.clone(), &[])
            }
            TokenKind::OpenGroup => {
                self.position += 1;
                let inner = self.expression(Precedence::Or)?;
                let end = self.expect(&TokenKind::CloseGroup)?.range.end;
                self.indexes(inner, token.range.start..end)
            }
            TokenKind::Name => {
                self.position += 1;
                let called = self.peek().is_some_and(|next| next.kind == TokenKind::OpenGroup);
                let node = if called { self.call(token)? } else { self.context(token)? };
                let range = self.range(node);
                self.indexes(node, range)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn context(&mut self, token: &'a Token) -> Result<NodeId, ExpressionError> {
        let name = &self.source[token.range.clone()];
        if !self.available.allows_context(name) {
            return Err(ExpressionError::UnrecognizedContext(self.symbol(token)));
        }
        self.add(NodeKind::Context(name.to_ascii_lowercase()), token.range.clone(), &[])
    }

    /// A call; the parenthesis is the next token.
    fn call(&mut self, name: &'a Token) -> Result<NodeId, ExpressionError> {
        let text = &self.source[name.range.clone()];
        let (function, minimum, maximum) = if let Some(built_in) = BuiltIn::named(text) {
            let (minimum, maximum) = built_in.arity();
            (Function::BuiltIn(built_in), minimum, maximum)
        } else {
            match self.available.function(text) {
                Some(Allowed::Declared(declared)) => {
                    (Function::Scope(declared.name.to_owned()), declared.minimum, declared.maximum)
                }
                Some(Allowed::Undeclared) => (Function::Scope(text.to_owned()), 0, usize::MAX),
                None => return Err(ExpressionError::UnrecognizedFunction(self.symbol(name))),
            }
        };
        self.position += 1;
        let arguments = self.arguments()?;
        let end = self.expect(&TokenKind::CloseGroup)?.range.end;
        let symbol = || self.symbol(name);
        if arguments.len() < minimum {
            return Err(ExpressionError::TooFewArguments { function: symbol(), minimum });
        }
        if arguments.len() > maximum {
            return Err(ExpressionError::TooManyArguments { function: symbol(), maximum });
        }
        if function == Function::BuiltIn(BuiltIn::Case) && arguments.len().is_multiple_of(2) {
            return Err(ExpressionError::EvenArguments(symbol()));
        }
        let children = arguments.clone();
        self.add(NodeKind::Call { function, arguments }, name.range.start..end, &children)
    }

    fn arguments(&mut self) -> Result<Vec<NodeId>, ExpressionError> {
        let mut arguments = Vec::new();
        if self.peek().is_some_and(|token| token.kind == TokenKind::CloseGroup) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(Precedence::Or)?);
            if self.peek().is_none_or(|token| token.kind != TokenKind::Comma) {
                return Ok(arguments);
            }
            self.position += 1;
        }
    }

    /// The `.name`, `.*`, `[index]` and `[*]` that follow; `range` is that of the base as written.
    fn indexes(
        &mut self,
        mut base: NodeId,
        mut range: Range<usize>,
    ) -> Result<NodeId, ExpressionError> {
        while let Some(token) = self.peek() {
            let index = match token.kind {
                TokenKind::Dot => {
                    self.position += 1;
                    self.property()?
                }
                TokenKind::OpenIndex => {
                    self.position += 1;
                    let index = match self.wildcard()? {
                        Some(wildcard) => wildcard,
                        None => self.expression(Precedence::Or)?,
                    };
                    self.expect(&TokenKind::CloseIndex)?;
                    index
                }
                _ => break,
            };
            range.end = self.tokens[self.position - 1].range.end;
            let kind = NodeKind::Index { base, index };
            base = self.add(kind, range.clone(), &[base, index])?;
        }
        Ok(base)
    }

    /// What follows a dot.
    fn property(&mut self) -> Result<NodeId, ExpressionError> {
        if let Some(wildcard) = self.wildcard()? {
            return Ok(wildcard);
        }
        let token = self.expect(&TokenKind::Name)?;
        let name = Value::from(&self.source[token.range.clone()]);
        self.add(NodeKind::Literal(name), token.range.clone(), &[])
    }

    fn wildcard(&mut self) -> Result<Option<NodeId>, ExpressionError> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Star => {
                self.position += 1;
                self.add(NodeKind::Wildcard, token.range.clone(), &[]).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn join(
        &mut self,
        infix: Infix,
        left: NodeId,
        right: NodeId,
    ) -> Result<NodeId, ExpressionError> {
        let range = self.range(left).start..self.range(right).end;
        match infix {
            Infix::Compare(operator) => {
                self.add(NodeKind::Compare { operator, left, right }, range, &[left, right])
            }
            Infix::And | Infix::Or => {
                let mut operands = Vec::new();
                let below = self.take_chain(infix, left, &mut operands);
                let below = below.max(self.take_chain(infix, right, &mut operands));
                let kind = match infix {
                    Infix::And => NodeKind::And(operands),
                    _ => NodeKind::Or(operands),
                };
                self.push(kind, range, below + 1)
            }
        }
    }

    /// Appends the operand to a chain of the same operator, or its own operands where it is such
    /// a chain itself (which is then left empty, unused). Answers the depth of the deepest.
    fn take_chain(&mut self, infix: Infix, operand: NodeId, into: &mut Vec<NodeId>) -> usize {
        let node = &mut self.tree.nodes[operand.0 as usize];
        match (&mut node.kind, infix) {
            (NodeKind::And(nested), Infix::And) | (NodeKind::Or(nested), Infix::Or) => {
                if into.is_empty() {
                    *into = std::mem::take(nested);
                } else {
                    into.append(nested);
                }
                node.depth - 1
            }
            _ => {
                into.push(operand);
                node.depth
            }
        }
    }

    fn add(
        &mut self,
        kind: NodeKind,
        range: Range<usize>,
        children: &[NodeId],
    ) -> Result<NodeId, ExpressionError> {
        let below = children.iter().map(|child| self.tree.node(*child).depth).max().unwrap_or(0);
        self.push(kind, range, below + 1)
    }

    fn push(
        &mut self,
        kind: NodeKind,
        range: Range<usize>,
        depth: usize,
    ) -> Result<NodeId, ExpressionError> {
        let id = u32::try_from(self.tree.nodes.len()).map_err(|_| ExpressionError::TooDeep)?;
        self.tree.nodes.push(Node { kind, range, depth });
        Ok(NodeId(id))
    }

    fn range(&self, node: NodeId) -> Range<usize> {
        self.tree.node(node).range.clone()
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.position)
    }

    fn expect(&mut self, kind: &TokenKind) -> Result<&'a Token, ExpressionError> {
        match self.peek() {
            Some(token) if token.kind == *kind => {
                self.position += 1;
                Ok(token)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The error for the next token, or for the end where there is none.
    fn unexpected(&self) -> ExpressionError {
        match (self.peek(), self.tokens.last()) {
            (Some(token), _) => ExpressionError::UnexpectedSymbol(self.symbol(token)),
            (None, Some(last)) => ExpressionError::UnexpectedEnd(self.symbol(last)),
            (None, None) => {
                ExpressionError::UnexpectedEnd(Symbol { text: String::new(), offset: 0 })
            }
        }
    }

    fn symbol(&self, token: &Token) -> Symbol {
        Symbol { text: self.source[token.range.clone()].to_owned(), offset: token.range.start }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn read(source: &str) -> Result<String, ExpressionError> {
        static AVAILABLE: Availability = Availability::new(
            &["a", "b", "c"],
            &[super::super::AvailableFunction::new("hashFiles", 1, 255)],
        );
        parse(source, &tokens(source)?, &AVAILABLE).map(|tree| tree.to_string())
    }

    #[test]
    fn binds_as_documented() {
        insta::assert_snapshot!(read("!a.b==1&&b<2||c").unwrap(), @"(((!(a['b']) == 1) && (b < 2)) || c)");
        insta::assert_snapshot!(read("1<2<3==true").unwrap(), @"(((1 < 2) < 3) == true)");
        insta::assert_snapshot!(read("a && (b && c) && 1").unwrap(), @"(a && b && c && 1)");
        insta::assert_snapshot!(read("('x').y[a.*][*]").unwrap(), @"('x')['y'][a[*]][*]");
    }

    #[test]
    fn names_the_first_wrong_token() {
        let symbol = |source: &str| {
            let error = read(source).unwrap_err();
            (error.to_string(), error.offset())
        };
        assert_eq!(symbol("contains(a,)"), ("did not expect `)` here".into(), 11));
        assert_eq!(symbol("'a'.b"), ("did not expect `.` here".into(), 3));
        assert_eq!(
            symbol("a["),
            ("the expression ends after `[`, but something must follow".into(), 1)
        );
        assert_eq!(symbol("a == d.e )"), ("there is no context `d` here".into(), 5));
        assert_eq!(symbol("nope(d)"), ("there is no function `nope` here".into(), 0));
        assert_eq!(symbol("case(a, 1)"), ("`case` needs at least 3 argument(s)".into(), 0));
        assert!(symbol("1 == case(a, 1, b, 2)").0.starts_with("`case` takes pairs"));
        assert_eq!(symbol("hashfiles()"), ("`hashfiles` needs at least 1 argument(s)".into(), 0));
    }

    #[test]
    fn depth_counts_operators_and_not_parentheses() {
        assert!(read(&format!("{}a{}", "(".repeat(150), ")".repeat(150))).is_ok());
        assert!(read(&format!("{}a", "!".repeat(49))).is_ok());
        let too_deep = Err(ExpressionError::TooDeep);
        assert_eq!(read(&format!("{}a", "!".repeat(50))), too_deep);
        for opening in ["(", "join(", "a[", "!", "1==(", "contains(a,", "a||(b&&("] {
            assert_eq!(read(&opening.repeat(1_500)), too_deep, "{opening}");
        }
        assert_eq!(read(&format!("a{}", "==a".repeat(5_000))), too_deep);
        assert!(read(&format!("a{}", "||a".repeat(5_000))).is_ok());
    }
}
