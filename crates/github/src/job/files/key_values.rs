//! The format that `GITHUB_ENV`, `GITHUB_OUTPUT` and `GITHUB_STATE` share: `name=value` lines and
//! `name<<DELIMITER` blocks.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", "Multiline strings". Lines end with
//! `\n` alone, as in actions/runner on Linux.

use thiserror::Error;

/// Why a file of this format cannot be read. The words are GitHub's, so that a search finds them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum KeyValueError {
    /// A line with neither `=` nor `<<`.
    #[error("Invalid format '{}'", shown(.0))]
    Format(String),
    /// A line without a name.
    #[error("Invalid format '{}'. Name must not be empty", shown(.0))]
    EmptyName(String),
    /// A block without a name or without a delimiter.
    #[error(
        "Invalid format '{}'. Name must not be empty and delimiter must not be empty",
        shown(.0)
    )]
    EmptyDelimiter(String),
    /// A block that never ends.
    #[error("Invalid value. Matching delimiter not found '{}'", shown(.0))]
    Delimiter(String),
}

/// A line as a message may quote it: some are megabytes long.
fn shown(line: &str) -> std::borrow::Cow<'_, str> {
    const LIMIT: usize = 1000;
    match line.len() {
        0..=LIMIT => line.into(),
        _ => format!("{}…", &line[..line.floor_char_boundary(LIMIT)]).into(),
    }
}

/// Reads all pairs of a file in order.
///
/// # Errors
/// At the first line that is neither form; what was read before it does not count, as on GitHub.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, KeyValueError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some(line) = next_line(&mut rest) {
        if line.is_empty() {
            continue;
        }
        match (line.find('='), line.find("<<")) {
            (Some(equals), heredoc) if heredoc.is_none_or(|at| equals < at) => {
                if equals == 0 {
                    return Err(KeyValueError::EmptyName(line.to_owned()));
                }
                let value = &line[equals + 1..];
                pairs.push((line[..equals].to_owned(), value.to_owned()));
            }
            (_, Some(heredoc)) => pairs.push(block(line, heredoc, &mut rest)?),
            _ => return Err(KeyValueError::Format(line.to_owned())),
        }
    }
    Ok(pairs)
}

/// The rest of a block whose first line is `line`.
fn block(line: &str, heredoc: usize, rest: &mut &str) -> Result<(String, String), KeyValueError> {
    let (name, delimiter) = (&line[..heredoc], &line[heredoc + 2..]);
    if name.is_empty() || delimiter.is_empty() {
        return Err(KeyValueError::EmptyDelimiter(line.to_owned()));
    }
    let whole = *rest;
    let mut end = 0;
    loop {
        let before = whole.len() - rest.len();
        let Some(line) = next_line(rest) else {
            return Err(KeyValueError::Delimiter(delimiter.to_owned()));
        };
        if line == delimiter {
            return Ok((name.to_owned(), whole[..end].to_owned()));
        }
        end = before + line.len();
    }
}

/// Takes the next line off, without its `\n`; the last one may lack it.
fn next_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = after;
    Some(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn reads_lines_and_blocks() {
        let text = "a=1\n\nb<<EOF\nx=y\n\nz\nEOF\nc=<<EOF\nd<<E=F\nE=F\nlast=no newline";
        let expected = vec![
            pair("a", "1"),
            pair("b", "x=y\n\nz"),
            pair("c", "<<EOF"),
            pair("d", ""),
            pair("last", "no newline"),
        ];
        assert_eq!(parse(text), Ok(expected));
    }

    #[test]
    fn a_carriage_return_is_part_of_the_value() {
        assert_eq!(
            parse("a=1\r\nb<<X\n1\r\n2\r\nX\n"),
            Ok(vec![pair("a", "1\r"), pair("b", "1\r\n2\r")])
        );
    }

    #[test]
    fn refuses_what_github_refuses() {
        assert_eq!(parse("nonsense"), Err(KeyValueError::Format("nonsense".to_owned())));
        assert_eq!(parse("<<EOF\nx\nEOF"), Err(KeyValueError::EmptyDelimiter("<<EOF".to_owned())));
        assert_eq!(parse("a<<\nx"), Err(KeyValueError::EmptyDelimiter("a<<".to_owned())));
        assert_eq!(parse("=x"), Err(KeyValueError::EmptyName("=x".to_owned())));
        assert_eq!(parse("a<<EOF\nx\n EOF"), Err(KeyValueError::Delimiter("EOF".to_owned())));
    }

    proptest! {
        #[test]
        fn what_the_toolkit_writes_is_read_back(
            pairs in prop::collection::vec(("[A-Za-z_]{1,8}", "(?s).{0,40}"), 0..6),
        ) {
            let text: String = pairs
                .iter()
                .map(|(name, value)| format!("{name}<<ghadelimiter_1\n{value}\nghadelimiter_1\n"))
                .collect();
            prop_assert_eq!(parse(&text), Ok(pairs));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
        }
    }
}
