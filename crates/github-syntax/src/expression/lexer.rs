//! Text to tokens. The whole text is read before anything is parsed, so a character that begins
//! no token is reported even behind a syntax error.
//!
//! Not for meaning: names are not looked up here.

use std::ops::Range;

use super::error::{ExpressionError, Symbol};
use super::number::parse_number;
use super::value::Value;
use super::{MAXIMUM_LENGTH, ast::Comparison};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    OpenGroup,
    CloseGroup,
    OpenIndex,
    CloseIndex,
    Comma,
    Dot,
    Star,
    Not,
    And,
    Or,
    Compare(Comparison),
    Literal(Value),
    /// A context, a function or, behind a dot, a property.
    Name,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Byte range in the source.
    pub(super) range: Range<usize>,
}

/// All tokens of the source.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, ExpressionError> {
    if source.len() > MAXIMUM_LENGTH {
        let length = source.encode_utf16().count();
        if length > MAXIMUM_LENGTH {
            return Err(ExpressionError::TooLong { length });
        }
    }
    let mut lexer = Lexer { source, offset: 0, tokens: Vec::new() };
    while lexer.read_token()? {}
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    source: &'a str,
    offset: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    /// Reads one token; false at the end.
    fn read_token(&mut self) -> Result<bool, ExpressionError> {
        let rest = &self.source[self.offset..];
        let trimmed = rest.trim_start();
        self.offset += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { return Ok(false) };
        let second = trimmed[first.len_utf8()..].chars().next();
        if let Some((kind, length)) = operator(first, second) {
            self.push(kind, length);
            return Ok(true);
        }
        match first {
            '\'' => self.read_string()?,
            '.' if !self.number_may_begin() => self.push(TokenKind::Dot, 1),
            '.' | '-' | '+' | '0'..='9' => self.read_number()?,
            _ => self.read_name()?,
        }
        Ok(true)
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let range = self.offset..self.offset + length;
        self.offset = range.end;
        self.tokens.push(Token { kind, range });
    }

    /// Whether a dot here begins a number such as `.5`: at the start, after an operator, a comma
    /// or an opening bracket.
    fn number_may_begin(&self) -> bool {
        self.tokens.last().is_none_or(|token| match token.kind {
            TokenKind::OpenGroup
            | TokenKind::OpenIndex
            | TokenKind::Comma
            | TokenKind::Not
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Compare(_) => true,
            TokenKind::CloseGroup
            | TokenKind::CloseIndex
            | TokenKind::Dot
            | TokenKind::Star
            | TokenKind::Literal(_)
            | TokenKind::Name => false,
        })
    }

    fn read_number(&mut self) -> Result<(), ExpressionError> {
        let length = self.length_until(|character| is_boundary(character) && character != '.');
        let number = parse_number(&self.source[self.offset..self.offset + length]);
        if number.is_nan() {
            return Err(self.invalid(length));
        }
        self.push(TokenKind::Literal(Value::Number(number)), length);
        Ok(())
    }

    fn read_name(&mut self) -> Result<(), ExpressionError> {
        let length = self.length_until(is_boundary);
        let text = &self.source[self.offset..self.offset + length];
        if !is_name(text) {
            return Err(self.invalid(length));
        }
        let is_property = self.tokens.last().is_some_and(|token| token.kind == TokenKind::Dot);
        let kind = match text {
            _ if is_property => TokenKind::Name,
            "null" => TokenKind::Literal(Value::Null),
            "true" => TokenKind::Literal(Value::Boolean(true)),
            "false" => TokenKind::Literal(Value::Boolean(false)),
            "NaN" => TokenKind::Literal(Value::Number(f64::NAN)),
            "Infinity" => TokenKind::Literal(Value::Number(f64::INFINITY)),
            _ => TokenKind::Name,
        };
        self.push(kind, length);
        Ok(())
    }

    /// A string in single quotes; a quote inside is written twice.
    fn read_string(&mut self) -> Result<(), ExpressionError> {
        let rest = &self.source[self.offset..];
        let mut value = String::new();
        let mut position = 1;
        while let Some(quote) = rest[position..].find('\'') {
            value.push_str(&rest[position..position + quote]);
            position += quote + 1;
            if !rest[position..].starts_with('\'') {
                self.push(TokenKind::Literal(Value::from(value)), position);
                return Ok(());
            }
            value.push('\'');
            position += 1;
        }
        Err(self.invalid(rest.len()))
    }

    /// Bytes from here, at least the first character, until one that ends the token.
    fn length_until(&self, ends: impl Fn(char) -> bool) -> usize {
        let rest = &self.source[self.offset..];
        let first = rest.chars().next().map_or(0, char::len_utf8);
        rest[first..].find(ends).map_or(rest.len(), |position| first + position)
    }

    fn invalid(&self, length: usize) -> ExpressionError {
        ExpressionError::InvalidToken(Symbol {
            text: self.source[self.offset..self.offset + length].to_owned(),
            offset: self.offset,
        })
    }
}

/// The operator or bracket that begins with these characters, with its length.
fn operator(first: char, second: Option<char>) -> Option<(TokenKind, usize)> {
    let doubled = second == Some(first);
    let with_equals = second == Some('=');
    Some(match first {
        '(' => (TokenKind::OpenGroup, 1),
        ')' => (TokenKind::CloseGroup, 1),
        '[' => (TokenKind::OpenIndex, 1),
        ']' => (TokenKind::CloseIndex, 1),
        ',' => (TokenKind::Comma, 1),
        '*' => (TokenKind::Star, 1),
        '!' if with_equals => (TokenKind::Compare(Comparison::NotEqual), 2),
        '!' => (TokenKind::Not, 1),
        '>' if with_equals => (TokenKind::Compare(Comparison::GreaterOrEqual), 2),
        '>' => (TokenKind::Compare(Comparison::Greater), 1),
        '<' if with_equals => (TokenKind::Compare(Comparison::LessOrEqual), 2),
        '<' => (TokenKind::Compare(Comparison::Less), 1),
        '=' if doubled => (TokenKind::Compare(Comparison::Equal), 2),
        '&' if doubled => (TokenKind::And, 2),
        '|' if doubled => (TokenKind::Or, 2),
        _ => return None,
    })
}

/// Ends a name or an operator.
fn is_boundary(character: char) -> bool {
    matches!(character, '(' | '[' | ')' | ']' | ',' | '.' | '!' | '>' | '<' | '=' | '&' | '|')
        || character.is_whitespace()
}

/// A letter or `_`, then letters, digits, `_` and `-`.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).unwrap().into_iter().map(|token| &source[token.range]).collect()
    }

    fn invalid(source: &str) -> (String, usize) {
        match tokens(source).unwrap_err() {
            ExpressionError::InvalidToken(symbol) => (symbol.text, symbol.offset),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn splits_operators_names_and_literals() {
        assert_eq!(
            texts("a.b-c[*]!=.5&&!'it''s'"),
            ["a", ".", "b-c", "[", "*", "]", "!=", ".5", "&&", "!", "'it''s'"]
        );
        assert_eq!(texts("f(-1.5e3 ,0x1F)"), ["f", "(", "-1.5e3", ",", "0x1F", ")"]);
    }

    #[test]
    fn keywords_are_names_behind_a_dot() {
        let tokens = tokens("true.true").unwrap();
        assert_eq!(tokens[0].kind, TokenKind::Literal(Value::Boolean(true)));
        assert_eq!(tokens[2].kind, TokenKind::Name);
    }

    #[test]
    fn names_the_text_that_begins_no_token() {
        assert_eq!(invalid("a = b"), ("=".into(), 2));
        assert_eq!(invalid("a &b"), ("&b".into(), 2));
        assert_eq!(invalid("1-2"), ("1-2".into(), 0));
        assert_eq!(invalid("x == \"y\""), ("\"y\"".into(), 5));
        assert_eq!(invalid("'open"), ("'open".into(), 0));
        assert_eq!(invalid("a || é"), ("é".into(), 5));
    }

    #[test]
    fn counts_the_length_in_utf16() {
        assert!(tokens(&" ".repeat(MAXIMUM_LENGTH)).is_ok());
        assert!(tokens(&format!("'{}'", "é".repeat(MAXIMUM_LENGTH - 2))).is_ok());
        let error = tokens(&" ".repeat(MAXIMUM_LENGTH + 1)).unwrap_err();
        assert_eq!(error, ExpressionError::TooLong { length: MAXIMUM_LENGTH + 1 });
    }
}
