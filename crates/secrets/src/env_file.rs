//! Files of secrets or variables: `NAME=value`, a line each, as `.env` files are written.
//!
//! - Blank lines and lines that begin with `#` are skipped; a leading `export ` is allowed.
//! - A bare value ends at the line's end or at a `#` behind white space; space around it goes.
//! - A value in single quotes is taken literally, over several lines if need be.
//! - In double quotes too, but `\n \r \t \" \\ \$` stand for what they usually do, and any other
//!   backslash for itself.
//! - Nothing is substituted: `$NAME` stays as it is.

/// One `NAME=value`.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, as written.
    pub name: String,
    /// The value, without quotes.
    pub value: String,
    /// The line, from 1, on which the name stands.
    pub line: usize,
}

/// The value may be a secret, so it is not shown.
impl std::fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}={}", self.line, self.name, crate::MASK)
    }
}

/// Why a file cannot be read. The text never shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct EnvFileError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: EnvFileErrorKind,
}

/// The ways in which a line can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvFileErrorKind {
    /// No `=`.
    #[error("expected NAME=value, but there is no `=`")]
    NoEqualsSign,
    /// The name is empty or holds other characters than letters, digits, `_`, `-` and `.`.
    #[error("a name consists of letters, digits, `_`, `-` and `.` and does not begin with a digit")]
    BadName,
    /// A quote that is opened but not closed before the file ends.
    #[error("the quote {0} that begins the value is not closed")]
    Unclosed(char),
    /// Something other than a comment behind the closing quote.
    #[error("only a comment may follow the closing quote {0}")]
    TextBehindQuote(char),
}

/// Reads a whole file. A name that comes twice is there twice; the later one is meant to win.
///
/// # Errors
/// The first line that is wrong.
pub fn parse(text: &str) -> Result<Vec<Entry>, EnvFileError> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut entries = Vec::new();
    while !reader.rest.is_empty() {
        if let Some(entry) = reader.entry()? {
            entries.push(entry);
        }
    }
    Ok(entries)
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn entry(&mut self) -> Result<Option<Entry>, EnvFileError> {
        let line = self.line;
        let error = |kind| Err(EnvFileError { line, kind });
        let (current, _) = split_line(self.rest);
        let trimmed = current.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            self.next_line();
            return Ok(None);
        }
        let Some((name, after)) = current.split_once('=') else {
            return error(EnvFileErrorKind::NoEqualsSign);
        };
        let name = name.trim();
        let name = name.strip_prefix("export ").map_or(name, str::trim_start);
        if !is_name(name) {
            return error(EnvFileErrorKind::BadName);
        }
        let blank = after.len() - after.trim_start().len();
        self.rest = &self.rest[current.len() - after.len() + blank..];
        let value = match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => self.bare().to_owned(),
        };
        Ok(Some(Entry { name: name.to_owned(), value, line }))
    }

    fn bare(&mut self) -> &'t str {
        let value = self.next_line();
        let comment = value.char_indices().find(|(place, character)| {
            *character == '#' && (*place == 0 || value[..*place].ends_with(char::is_whitespace))
        });
        value[..comment.map_or(value.len(), |(place, _)| place)].trim()
    }

    fn quoted(&mut self, quote: char) -> Result<String, EnvFileError> {
        let mut value = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        let end = loop {
            match characters.next() {
                None => {
                    let kind = EnvFileErrorKind::Unclosed(quote);
                    return Err(EnvFileError { line: self.line, kind });
                }
                Some((place, character)) if character == quote => break place + 1,
                Some((_, '\\')) if quote == '"' => match characters.next() {
                    Some((_, escaped)) => value.push_str(&unescaped(escaped)),
                    None => value.push('\\'),
                },
                Some((_, character)) => value.push(character),
            }
        };
        self.line += self.rest[..end].matches('\n').count();
        self.rest = &self.rest[end..];
        let line = self.line;
        let behind = self.next_line().trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            return Err(EnvFileError { line, kind: EnvFileErrorKind::TextBehindQuote(quote) });
        }
        Ok(value)
    }

    /// Takes the rest of the line, without its end.
    fn next_line(&mut self) -> &'t str {
        let (line, rest) = split_line(self.rest);
        self.rest = rest;
        self.line += 1;
        line
    }
}

fn split_line(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.strip_suffix('\r').unwrap_or(line), rest)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character))
}

fn unescaped(escaped: char) -> String {
    match escaped {
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        '"' | '\\' | '$' => escaped.to_string(),
        other => format!("\\{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String, usize)> {
        parse(text)
            .unwrap()
            .into_iter()
            .map(|entry| (entry.name, entry.value, entry.line))
            .collect()
    }

    #[test]
    fn reads_every_kind_of_value() {
        let text = "# secrets\r\n\r\nTOKEN=a b#c # why\r\nexport KEY = x=y\nEMPTY=\nJSON={\"a\": \"b\"}\n\
                    S='a\\n#$b' # literal\nD=\"one\\ntwo \\\"x\\\" \\q\nthree\"\nLAST=z";
        let expected = [
            ("TOKEN", "a b#c", 3),
            ("KEY", "x=y", 4),
            ("EMPTY", "", 5),
            ("JSON", "{\"a\": \"b\"}", 6),
            ("S", "a\\n#$b", 7),
            ("D", "one\ntwo \"x\" \\q\nthree", 8),
            ("LAST", "z", 10),
        ];
        let expected =
            expected.map(|(name, value, line)| (name.to_owned(), value.to_owned(), line));
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn names_the_wrong_line_and_no_value() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(error("A=1\nsecret"), "line 2: expected NAME=value, but there is no `=`");
        assert!(error("\n1A=secret").starts_with("line 2: a name consists of"));
        assert_eq!(error("A='x\ny"), "line 1: the quote ' that begins the value is not closed");
        assert_eq!(error("A=\"x\ny\" z"), "line 2: only a comment may follow the closing quote \"");
        assert_eq!(format!("{:?}", parse("A=secret").unwrap()), "[1:A=***]");
    }
}
