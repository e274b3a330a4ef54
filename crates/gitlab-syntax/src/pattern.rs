//! Regular expressions as RE2 reads them, built for the library at hand, which never backtracks
//! either.
//!
//! RE2 takes a brace that starts no repetition and a bracket within a class for themselves, knows
//! `\Q…\E`, and means ASCII by `\d`, `\s`, `\w` and `\b`. Used in conditions, `changes`, inputs and
//! for the coverage of a job.
//!
//! Source: "Specify when jobs run with `rules`", section "Compare a variable to a regular
//! expression"; the RE2 regular expression syntax it names.

use regex::{Regex, RegexBuilder};

/// `/pattern/flags` as pattern and flags; the flags are those that GitLab knows.
#[must_use]
pub fn split(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('/')?;
    let end = inner.rfind('/')?;
    let (pattern, flags) = (&inner[..end], &inner[end + 1..]);
    flags.bytes().all(|flag| b"ismU".contains(&flag)).then_some((pattern, flags))
}

/// Builds the expression of a pattern, in which slashes may be escaped.
///
/// # Errors
/// Why it is no regular expression, in a few words.
pub fn build(pattern: &str, flags: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translated(pattern))
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .swap_greed(flags.contains('U'))
        .build()
        .map_err(|error| cause(&error))
}

/// The last line of what the library says, which names the cause.
fn cause(error: &regex::Error) -> String {
    let told = error.to_string();
    let cause = told.lines().last().unwrap_or_default().trim();
    cause.strip_prefix("error: ").unwrap_or(cause).to_owned()
}

/// The pattern in the syntax of the library.
fn translated(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\\' => escape(rest, &mut translated),
            '[' => class(rest, &mut translated),
            '{' if !is_repetition(rest) => {
                translated.push_str("\\{");
                1
            }
            other => {
                translated.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    translated
}

/// Whether a text starts with `{2}`, `{2,}` or `{2,3}`.
fn is_repetition(text: &str) -> bool {
    let Some((inner, _)) = text[1..].split_once('}') else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    !least.is_empty() && is_number(least) && is_number(most)
}

/// Translates what a text starts with, a backslash, outside of a class. Returns its length.
fn escape(text: &str, translated: &mut String) -> usize {
    let Some(escaped) = text[1..].chars().next() else {
        translated.push('\\');
        return 1;
    };
    match escaped {
        'd' => translated.push_str("[0-9]"),
        'D' => translated.push_str("[^0-9]"),
        's' => translated.push_str("[\\t\\n\\f\\r ]"),
        'S' => translated.push_str("[^\\t\\n\\f\\r ]"),
        'w' => translated.push_str("[0-9A-Za-z_]"),
        'W' => translated.push_str("[^0-9A-Za-z_]"),
        'b' => translated.push_str("(?-u:\\b)"),
        'Q' => {
            let quoted = &text[2..];
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            translated.push_str(&regex::escape(&quoted[..end]));
            return 2 + (end + 2).min(quoted.len());
        }
        '/' => translated.push('/'),
        other => {
            translated.push('\\');
            translated.push(other);
        }
    }
    1 + escaped.len_utf8()
}

/// Translates the class that a text starts with. Returns its length.
fn class(text: &str, translated: &mut String) -> usize {
    translated.push('[');
    let mut at = 1;
    if text[at..].starts_with('^') {
        translated.push('^');
        at += 1;
    }
    // A bracket right at the start is one of the characters.
    if text[at..].starts_with(']') {
        translated.push_str("\\]");
        at += 1;
    }
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        at += character.len_utf8();
        match character {
            ']' => {
                translated.push(']');
                return at;
            }
            '[' if rest.starts_with("[:") && rest.contains(":]") => {
                let end = rest.find(":]").unwrap_or_default() + 2;
                translated.push_str(&rest[..end]);
                at += end - 1;
            }
            '\\' => {
                let Some(escaped) = text[at..].chars().next() else { break };
                at += escaped.len_utf8();
                match escaped {
                    'd' => translated.push_str("0-9"),
                    's' => translated.push_str("\\t\\n\\f\\r "),
                    'w' => translated.push_str("0-9A-Za-z_"),
                    '/' => translated.push('/'),
                    other => {
                        translated.push('\\');
                        translated.push(other);
                    }
                }
            }
            '[' | '&' | '~' => {
                translated.push('\\');
                translated.push(character);
            }
            '-' if rest.starts_with("--") => translated.push_str("\\-"),
            other => translated.push(other),
        }
    }
    // Not closed; the library says so.
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        build(pattern, "").unwrap_or_else(|cause| panic!("{pattern}: {cause}")).is_match(text)
    }

    #[test]
    fn what_the_library_reads_differently_is_read_as_re2_does() {
        for (pattern, text) in [
            ("^{x}$", "{x}"),
            ("^a{2}$", "aa"),
            ("^a{2,}$", "aaa"),
            ("a{,2}", "a{,2}"),
            ("^[[]$", "["),
            ("^[]a]+$", "]a"),
            ("^[a&&b]+$", "a&b"),
            ("^[[:alpha:]_]+$", "a_b"),
            (r"^\Qa.b\E+$", "a.bb"),
            (r"^a\/b$", "a/b"),
            (r"^[\w./-]+$", "a/b.c-d"),
            (r"^\d+\s\w+\b", "12 ab"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [(r"^\d$", "٣"), (r"^\w$", "ä"), (r"^\Qa.b\E$", "axb")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_re2_refuses_is_refused() {
        for pattern in ["(", "[a", "(?=a)", "(?<!a)b", r"(a)\1", "a**b{999999}", "\\"] {
            assert!(build(pattern, "").is_err(), "{pattern}");
        }
    }

    #[test]
    fn flags_stand_behind_the_last_slash() {
        assert_eq!(split("/a/b/i"), Some(("a/b", "i")));
        assert_eq!(split("/a/x"), None);
        assert_eq!(split("a/"), None);
        assert!(build("^A$", "i").is_ok_and(|pattern| pattern.is_match("a")));
    }
}
