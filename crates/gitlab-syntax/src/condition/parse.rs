//! Reads conditions.

use super::{Node, Operand};
use crate::pattern;
use crate::variables::expand::name_at_start;

/// Brackets nested deeper than this are refused.
const DEEPEST_BRACKET: usize = 50;

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct ConditionError {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub cause: String,
    /// Whether it is a regular expression that is wrong.
    pub in_pattern: bool,
}

pub(super) fn parse(text: &str) -> Result<Node, ConditionError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.any()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.error("`&&`, `||` or the end is expected here"));
    }
    Ok(node)
}

struct Parser<'text> {
    text: &'text str,
    at: usize,
    depth: usize,
}

impl<'text> Parser<'text> {
    fn rest(&self) -> &'text str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn error(&self, cause: impl Into<String>) -> ConditionError {
        ConditionError { offset: self.at, cause: cause.into(), in_pattern: false }
    }

    fn any(&mut self) -> Result<Node, ConditionError> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(single_or(parts, Node::Any))
    }

    fn all(&mut self) -> Result<Node, ConditionError> {
        let mut parts = vec![self.comparison()?];
        while self.take("&&") {
            parts.push(self.comparison()?);
        }
        Ok(single_or(parts, Node::All))
    }

    fn comparison(&mut self) -> Result<Node, ConditionError> {
        if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST_BRACKET {
                return Err(self.error("brackets are nested too deep"));
            }
            let inner = self.any()?;
            if !self.take(")") {
                return Err(self.error("`)` is missing"));
            }
            self.depth -= 1;
            return Ok(inner);
        }
        let left = self.operand()?;
        for (token, matches, negated) in
            [("==", false, false), ("!=", false, true), ("=~", true, false), ("!~", true, true)]
        {
            if self.take(token) {
                let right = self.operand()?;
                return Ok(if matches {
                    Node::Match { left, right, negated }
                } else {
                    Node::Equal { left, right, negated }
                });
            }
        }
        Ok(Node::Operand(left))
    }

    fn operand(&mut self) -> Result<Operand, ConditionError> {
        self.skip_space();
        let rest = self.rest();
        match rest.chars().next() {
            None => Err(self.error("something to compare is missing here")),
            Some('$') => self.variable(),
            Some(quote @ ('"' | '\'')) => {
                let Some(length) = rest[1..].find(quote) else {
                    return Err(self.error("the closing quote is missing"));
                };
                self.at += length + 2;
                Ok(Operand::Text(rest[1..=length].to_owned()))
            }
            Some('/') => self.pattern(),
            Some(_) => {
                let word = rest.len() - rest.trim_start_matches(char::is_alphanumeric).len();
                if &rest[..word] == "null" {
                    self.at += word;
                    return Ok(Operand::Null);
                }
                Err(self.error(
                    "a `$VARIABLE`, a text in quotes, `null` or a `/pattern/` is \
                                expected here",
                ))
            }
        }
    }

    fn variable(&mut self) -> Result<Operand, ConditionError> {
        let behind = &self.rest()[1..];
        if behind.starts_with('{') {
            return Err(self.error("variables are written `$NAME` here, without braces"));
        }
        let name = name_at_start(behind);
        if name.is_empty() {
            return Err(self.error("a name is expected behind `$`"));
        }
        self.at += name.len() + 1;
        Ok(Operand::Variable(name.to_owned()))
    }

    fn pattern(&mut self) -> Result<Operand, ConditionError> {
        let rest = self.rest();
        let in_pattern =
            |cause: String| ConditionError { offset: self.at, cause, in_pattern: true };
        let Some(end) = pattern_end(rest) else {
            return Err(in_pattern("the pattern has no closing `/`".to_owned()));
        };
        let flags = rest[end..].bytes().take_while(|flag| b"ismU".contains(flag)).count();
        let whole = &rest[..end + flags];
        let Some((inner, flags)) = pattern::split(whole) else {
            return Err(in_pattern("this is no `/pattern/`".to_owned()));
        };
        if inner.chars().count() < 2 {
            let cause = "a pattern has at least two characters; write `/.{1}/` for `/./`";
            return Err(in_pattern(cause.to_owned()));
        }
        let built = pattern::build(inner, flags).map_err(in_pattern)?;
        self.at += whole.len();
        Ok(Operand::Pattern(built))
    }
}

/// Just behind the slash that closes the pattern that a text begins with.
fn pattern_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'/' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn single_or(mut parts: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.swap_remove(0) } else { many(parts) }
}
