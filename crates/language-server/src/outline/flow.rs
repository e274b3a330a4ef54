//! Flow style: brackets, braces and quotes, which may be open still.

use std::ops::Range;

use super::{DEEPEST, Entry, Node, NodeKind};

/// Reads one value from the start of a region.
pub(super) struct Flow<'text> {
    text: &'text str,
    at: usize,
    end: usize,
    depth: usize,
}

impl<'text> Flow<'text> {
    pub(super) const fn new(text: &'text str, region: Range<usize>) -> Self {
        Self { text, at: region.start, end: region.end, depth: 0 }
    }

    /// The value, and where reading stopped. A quote that is not closed ends with its line, at
    /// `line_end`.
    pub(super) fn value_or(mut self, line_end: usize) -> (Node<'text>, usize) {
        let start = self.at;
        let node = match self.peek() {
            Some(quote @ ('\'' | '"')) => match self.quoted(quote) {
                Some(node) => node,
                None => {
                    self.at = line_end;
                    self.scalar((start + 1).min(line_end)..line_end)
                }
            },
            _ => self.value(),
        };
        (node, self.at)
    }

    fn rest(&self) -> &'text str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Passes over blanks and comments.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn value(&mut self) -> Node<'text> {
        self.blanks();
        match self.peek() {
            Some('[') if self.depth < DEEPEST => self.nested(Self::sequence),
            Some('{') if self.depth < DEEPEST => self.nested(Self::mapping),
            Some('[' | '{') => {
                self.at = self.end;
                Node::null(self.end)
            }
            Some(quote @ ('\'' | '"')) => match self.quoted(quote) {
                Some(node) => node,
                None => self.plain(),
            },
            Some(',' | ']' | '}') | None => Node::null(self.at),
            Some(_) => self.plain(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> NodeKind<'text>) -> Node<'text> {
        let start = self.at;
        self.depth += 1;
        self.advance();
        let kind = read(self);
        self.depth -= 1;
        Node { range: start..self.at, kind }
    }

    fn sequence(&mut self) -> NodeKind<'text> {
        let mut items = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.advance();
                    break;
                }
                Some(',' | '}') => self.advance(),
                Some(_) => {
                    let item = self.value();
                    items.push(self.pair(item));
                }
            }
        }
        NodeKind::Sequence(items)
    }

    /// An item of a list, which is a mapping of one key when a colon follows.
    fn pair(&mut self, item: Node<'text>) -> Node<'text> {
        let Some(key) = item.as_str() else { return item };
        if !self.colon() {
            return item;
        }
        let value = self.value();
        let range = item.range.start..value.range.end.max(item.range.end);
        let entry = Entry { key, key_range: item.range, value };
        Node { range, kind: NodeKind::Mapping(vec![entry]) }
    }

    fn mapping(&mut self) -> NodeKind<'text> {
        let mut entries = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some('}') => {
                    self.advance();
                    break;
                }
                Some(',' | ']') => self.advance(),
                Some(_) => {
                    let key = self.value();
                    let value = if self.colon() { self.value() } else { Node::null(self.at) };
                    if let Some(name) = key.as_str() {
                        entries.push(Entry { key: name, key_range: key.range, value });
                    }
                }
            }
        }
        NodeKind::Mapping(entries)
    }

    fn colon(&mut self) -> bool {
        self.blanks();
        let is_colon = self.peek() == Some(':');
        if is_colon {
            self.advance();
        }
        is_colon
    }

    /// A text in quotes; nothing when they are not closed.
    fn quoted(&mut self, quote: char) -> Option<Node<'text>> {
        let start = self.at + 1;
        let mut characters = self.text.get(start..self.end)?.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && quote == '"' {
                characters.next();
            } else if character == quote {
                if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == quote) {
                    characters.next();
                    continue;
                }
                self.at = start + at + 1;
                return Some(self.scalar(start..start + at));
            }
        }
        None
    }

    /// A text without quotes, up to what divides values. An expression is part of it, whatever
    /// stands in it.
    fn plain(&mut self) -> Node<'text> {
        let start = self.at;
        while let Some(next) = self.peek() {
            let rest = self.rest();
            if rest.starts_with("${{") {
                let line = rest.lines().next().unwrap_or_default();
                self.at += line.find("}}").map_or("${{".len(), |close| close + "}}".len());
                continue;
            }
            let ends = match next {
                ',' | '[' | ']' | '{' | '}' | '\n' | '\r' => self.at > start,
                ':' => {
                    let after = rest[1..].chars().next();
                    let is_divider = |next: char| next.is_whitespace() || ",]}".contains(next);
                    self.at > start && after.is_none_or(is_divider)
                }
                '#' => self.text[start..self.at].ends_with([' ', '\t']),
                _ => false,
            };
            if ends {
                break;
            }
            self.advance();
        }
        let length = self.text[start..self.at].trim_end().len();
        self.scalar(start..start + length)
    }

    fn scalar(&self, range: Range<usize>) -> Node<'text> {
        Node { kind: NodeKind::Scalar(self.text.get(range.clone()).unwrap_or_default()), range }
    }
}
