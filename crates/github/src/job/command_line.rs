//! One workflow command as it stands in a line of output, in both forms that GitHub reads.
//!
//! `::name key=value,key=value::data` is documented in GitHub Docs, "Workflow commands for GitHub
//! Actions"; the older `##[name key=value;key=value]data` is what actions/runner
//! (`ActionCommand.cs`) still reads. What a command does is told in [`super::commands`].

use std::borrow::Cow;

/// A command taken apart; nothing of it is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// The name as written; names are compared without regard to case.
    pub name: String,
    /// The properties in order, values unescaped.
    pub properties: Vec<(String, String)>,
    /// What follows the command, unescaped.
    pub data: String,
}

/// The escapes of the data of a `::` command.
const DATA: &[(&str, &str)] = &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
/// The escapes of the properties of a `::` command.
const PROPERTY: &[(&str, &str)] =
    &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
/// The escapes of a `##[` command.
const BRACKET: &[(&str, &str)] =
    &[("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];

impl CommandLine {
    /// Reads a line; `None` when it is not a command, whatever its name.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_start();
        if let Some(rest) = line.strip_prefix("::") {
            let (information, data) = rest.split_once("::")?;
            Self::from_parts(information, ',', PROPERTY, unescape(data, DATA))
        } else {
            let (information, data) = line.strip_prefix("##[")?.split_once(']')?;
            Self::from_parts(information, ';', BRACKET, unescape(data, BRACKET))
        }
    }

    /// Whether a line with these first bytes may still become a command once it is complete.
    pub fn may_start(line: &[u8]) -> bool {
        let start = line.trim_ascii_start();
        start.is_empty()
            || start.starts_with(b"::")
            || start.starts_with(b"##[")
            || b"::".starts_with(start)
            || b"##[".starts_with(start)
    }

    /// The value of a property, where it is there and not empty.
    pub fn property(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn from_parts(
        information: &str,
        separator: char,
        escapes: &[(&str, &str)],
        data: Cow<'_, str>,
    ) -> Option<Self> {
        let (name, properties) = information.split_once(' ').unwrap_or((information, ""));
        if name.is_empty() {
            return None;
        }
        let properties = properties
            .trim()
            .split(separator)
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, value)| !key.is_empty() && !value.is_empty())
            .map(|(key, value)| (key.trim().to_owned(), unescape(value, escapes).into_owned()))
            .collect();
        Some(CommandLine { name: name.to_owned(), properties, data: data.into_owned() })
    }
}

/// Puts the characters back that a command has to escape. An unknown `%xx` stays as it is.
fn unescape<'a>(text: &'a str, escapes: &[(&str, &str)]) -> Cow<'a, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match escapes.iter().find(|(escape, _)| rest.starts_with(escape)) {
            Some((escape, character)) => {
                plain.push_str(character);
                rest = &rest[escape.len()..];
            }
            None => {
                plain.push('%');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parts = (String, Vec<(String, String)>, String);

    fn parse(line: &str) -> Option<Parts> {
        CommandLine::parse(line).map(|line| (line.name, line.properties, line.data))
    }

    #[test]
    fn reads_both_forms() {
        let expected = Some((
            "warning".to_owned(),
            vec![("file".to_owned(), "a,b.js".to_owned()), ("line".to_owned(), "3".to_owned())],
            "oh\nno".to_owned(),
        ));
        assert_eq!(parse("  ::warning file=a%2Cb.js,line=3::oh%0Ano"), expected);
        assert_eq!(parse("##[warning file=a,b.js;line=3]oh%0Ano"), expected);
    }

    #[test]
    fn data_keeps_colons_and_unknown_escapes() {
        assert_eq!(parse("::debug::a::b %41 %250A").map(|p| p.2), Some("a::b %41 %0A".to_owned()));
    }

    #[test]
    fn an_empty_property_is_dropped() {
        assert_eq!(parse("::error file=,line=1,x::m").map(|p| p.1.len()), Some(1));
    }

    #[test]
    fn other_lines_are_not_commands() {
        for line in ["std::vector", "::", "::name", "##[", "##[group", "::::x", "a ::b::c", ""] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_start_may_become_a_command() {
        for start in ["", "  ", ":", "::", "#", "##", "##[gro", "\t::x"] {
            assert!(CommandLine::may_start(start.as_bytes()), "{start}");
        }
        for start in ["a", ":a", "#!", "## x"] {
            assert!(!CommandLine::may_start(start.as_bytes()), "{start}");
        }
    }

    fn escape(text: &str, escapes: &[(&str, &str)]) -> String {
        let one = |character: char| {
            let found = escapes.iter().find(|(_, plain)| plain.chars().eq([character]));
            found.map_or_else(|| character.to_string(), |(escaped, _)| (*escaped).to_owned())
        };
        text.chars().map(one).collect()
    }

    proptest! {
        #[test]
        fn what_the_toolkit_escapes_is_read_back(
            name in "[a-z-]{1,8}",
            key in "[a-zA-Z]{1,5}",
            value in "(?s).{1,20}",
            data in "(?s).{0,40}",
        ) {
            let written =
                format!("::{name} {key}={}::{}", escape(&value, PROPERTY), escape(&data, DATA));
            // The runner trims the properties as a whole.
            let value = value.trim_end_matches(char::is_whitespace);
            let parsed = CommandLine::parse(&written).expect("a command");
            prop_assert_eq!(&parsed.name, &name);
            prop_assert_eq!(&parsed.data, &data);
            let read = parsed.property(&key).unwrap_or_default();
            prop_assert_eq!(read.trim_end_matches(char::is_whitespace), value);
            prop_assert!(CommandLine::may_start(written.as_bytes()));
        }

        #[test]
        fn no_line_panics(line in "(?s)[:#\\[\\] =,;%a-c0-9é]{0,40}") {
            let parsed = CommandLine::parse(&line);
            prop_assert!(parsed.is_none() || CommandLine::may_start(line.as_bytes()));
        }
    }
}
