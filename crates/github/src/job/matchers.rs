//! Problem matchers: patterns that find errors and warnings in what tools print.
//!
//! Source: actions/toolkit, "Problem Matchers" (docs/problem-matchers.md); rules of validation as
//! actions/runner's `IssueMatcher`. This file reads and checks definitions, [`matching`] applies
//! them to lines. A job has one list of definitions; each step matches with a state of its own.

pub(crate) mod matching;

use fancy_regex::{Regex, RegexBuilder};
use serde::Deserialize;
use thiserror::Error;

/// The most bytes of a file with matchers.
pub(crate) const FILE_LIMIT: u64 = 1024 * 1024;
/// How often a pattern may backtrack on one line before the line is given up.
const BACKTRACK_LIMIT: usize = 200_000;

/// Why a file with matchers cannot be used.
#[derive(Debug, Error)]
pub(crate) enum MatcherError {
    /// It is not the JSON that it should be.
    #[error("not a problem matcher file: {0}")]
    Json(#[from] serde_json::Error),
    /// A matcher breaks a rule.
    #[error("matcher '{owner}': {rule}")]
    Rule {
        /// The matcher's owner.
        owner: String,
        /// What is wrong with it.
        rule: String,
    },
}

/// One matcher, checked and compiled.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The name under which it can be removed.
    pub owner: String,
    /// The severity of matches that say none; empty for `error`.
    pub severity: String,
    /// Its patterns, at least one; each matches a line after the one before.
    pub patterns: Vec<Pattern>,
}

/// One pattern, and which of its groups mean what.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub regex: Regex,
    pub repeats: bool,
    pub groups: Groups,
}

/// The numbers of the groups that hold something.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Groups {
    pub file: Option<usize>,
    pub from_path: Option<usize>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub severity: Option<usize>,
    pub code: Option<usize>,
    pub message: Option<usize>,
}

#[derive(Deserialize)]
struct WrittenFile {
    #[serde(rename = "problemMatcher", default)]
    matchers: Vec<WrittenMatcher>,
}

#[derive(Deserialize)]
struct WrittenMatcher {
    #[serde(default)]
    owner: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    pattern: Vec<WrittenPattern>,
}

#[derive(Deserialize)]
struct WrittenPattern {
    #[serde(default, alias = "pattern")]
    regexp: String,
    #[serde(default, rename = "loop")]
    repeats: bool,
    #[serde(flatten)]
    groups: Groups,
}

/// The owners that a file names, for removal.
///
/// # Errors
/// When the file is not JSON of the right shape.
pub(crate) fn owners(file: &[u8]) -> Result<Vec<String>, MatcherError> {
    let file: WrittenFile = serde_json::from_slice(without_mark(file))?;
    Ok(file.matchers.into_iter().map(|matcher| matcher.owner).collect())
}

/// Reads and checks all matchers of a file.
///
/// # Errors
/// At the first matcher that breaks a rule; none of the file is used then, as on GitHub.
pub(crate) fn parse(file: &[u8]) -> Result<Vec<Definition>, MatcherError> {
    let file: WrittenFile = serde_json::from_slice(without_mark(file))?;
    let mut definitions: Vec<Definition> = Vec::with_capacity(file.matchers.len());
    for matcher in file.matchers {
        let owner = matcher.owner.clone();
        let is_known = definitions.iter().any(|other| other.owner.eq_ignore_ascii_case(&owner));
        let definition = if is_known {
            Err("another matcher of the file has the same owner".to_owned())
        } else {
            compile(matcher)
        };
        definitions.push(definition.map_err(|rule| MatcherError::Rule { owner, rule })?);
    }
    Ok(definitions)
}

fn without_mark(file: &[u8]) -> &[u8] {
    file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file)
}

fn compile(matcher: WrittenMatcher) -> Result<Definition, String> {
    if matcher.owner.is_empty() {
        return Err("'owner' must not be empty".to_owned());
    }
    if !["", "error", "warning", "notice"]
        .iter()
        .any(|known| matcher.severity.eq_ignore_ascii_case(known))
    {
        return Err(format!("unexpected default severity '{}'", matcher.severity));
    }
    if matcher.pattern.is_empty() {
        return Err("it has no patterns".to_owned());
    }
    let last = matcher.pattern.len() - 1;
    let mut seen = [false; 7];
    let mut patterns = Vec::with_capacity(matcher.pattern.len());
    for (index, written) in matcher.pattern.into_iter().enumerate() {
        if written.repeats && (index == 0 || index != last) {
            return Err("only the last pattern of several may set 'loop'".to_owned());
        }
        if written.repeats && written.groups.message.is_none() {
            return Err("the pattern with 'loop' must set 'message'".to_owned());
        }
        let regex = RegexBuilder::new(&translate(&written.regexp))
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map_err(|error| format!("the pattern '{}' is invalid: {error}", written.regexp))?;
        check_groups(&written.groups, regex.captures_len(), &mut seen)?;
        patterns.push(Pattern { regex, repeats: written.repeats, groups: written.groups });
    }
    if !seen[6] {
        return Err("at least one pattern must set 'message'".to_owned());
    }
    Ok(Definition { owner: matcher.owner, severity: matcher.severity, patterns })
}

fn check_groups(groups: &Groups, count: usize, seen: &mut [bool; 7]) -> Result<(), String> {
    let named = [
        ("file", groups.file),
        ("fromPath", groups.from_path),
        ("line", groups.line),
        ("column", groups.column),
        ("severity", groups.severity),
        ("code", groups.code),
        ("message", groups.message),
    ];
    for ((name, group), seen) in named.into_iter().zip(seen) {
        let Some(group) = group else { continue };
        if std::mem::replace(seen, true) {
            return Err(format!("the property '{name}' is set twice"));
        }
        if group >= count {
            return Err(format!("the property '{name}' is set to {group}, which is out of range"));
        }
    }
    Ok(())
}

/// Makes a JavaScript pattern one of Rust's: inside `[…]` a `[` and doubled `&`, `-` and `~` are
/// plain characters in JavaScript and operators here.
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut previous = None;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                translated.push('\\');
                translated.extend(characters.next());
                previous = None;
                continue;
            }
            '[' if in_class => translated.push_str("\\["),
            '&' | '-' | '~' if in_class && previous == Some(character) => {
                translated.push('\\');
                translated.push(character);
            }
            _ => {
                in_class = match character {
                    '[' => true,
                    ']' => false,
                    _ => in_class,
                };
                translated.push(character);
            }
        }
        previous = Some(character);
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(file: &str) -> String {
        parse(file.as_bytes()).expect_err(file).to_string()
    }

    fn matcher(patterns: &str) -> String {
        format!(r#"{{"problemMatcher":[{{"owner":"o","pattern":[{patterns}]}}]}}"#)
    }

    #[test]
    fn refuses_what_github_refuses() {
        let cases = [
            (matcher(""), "no patterns"),
            (matcher(r#"{"regexp":"(a)","file":1}"#), "'message'"),
            (matcher(r#"{"regexp":"a","message":1}"#), "out of range"),
            (matcher(r#"{"regexp":"(","message":0}"#), "invalid"),
            (matcher(r#"{"regexp":"a","message":0,"loop":true}"#), "only the last"),
            (matcher(r#"{"regexp":"a","message":0},{"regexp":"b","message":0}"#), "set twice"),
            (
                matcher(r#"{"regexp":"a","message":0},{"regexp":"b","line":0,"loop":true}"#),
                "must set 'message'",
            ),
            ("3".to_owned(), "not a problem matcher file"),
            (r#"{"problemMatcher":[{"pattern":[]}]}"#.to_owned(), "must not be empty"),
        ];
        for (file, expected) in cases {
            assert!(rule(&file).contains(expected), "{file}: {}", rule(&file));
        }
    }

    #[test]
    fn translates_character_classes() {
        assert_eq!(translate(r"[^[\]]+--[--/&&]"), r"[^\[\]]+--[-\-/&\&]");
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_panics(pattern in r"[\\\[\]\(\)&~^|*+?.a-c-]{0,20}", line in ".{0,30}") {
            if let Ok(regex) = RegexBuilder::new(&translate(&pattern)).backtrack_limit(1000).build() {
                let _ = regex.captures(&line);
            }
        }
    }
}
