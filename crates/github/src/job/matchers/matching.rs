//! Applying problem matchers to lines of output.

use std::sync::Arc;

use fancy_regex::Captures;
use windlass_kernel::AnnotationLevel;

use super::{Definition, Groups};

/// A line longer than this many bytes is not looked at.
pub(crate) const LINE_LIMIT: usize = 64 * 1024;
/// A matcher whose patterns gave up on so many lines is dropped.
const PATIENCE: u32 = 3;

/// What a matcher found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub file: Option<String>,
    pub from_path: Option<String>,
    pub line: Option<String>,
    pub column: Option<String>,
    pub severity: Option<String>,
    pub code: Option<String>,
    pub message: Option<String>,
}

impl Found {
    /// The level, or `None` when the severity is none that GitHub knows.
    pub fn level(&self) -> Option<AnnotationLevel> {
        match self.severity.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
            "" | "error" => Some(AnnotationLevel::Error),
            "warning" => Some(AnnotationLevel::Warning),
            "notice" => Some(AnnotationLevel::Notice),
            _ => None,
        }
    }

    /// What an earlier line found stays, what it lacks comes from this one.
    fn extended(earlier: Option<&Found>, groups: &Groups, captures: &Captures<'_, str>) -> Self {
        let take = |before: Option<&String>, group: Option<usize>| {
            let found = || group.map(|number| text(captures, number));
            before.cloned().or_else(found)
        };
        Found {
            file: take(earlier.and_then(|found| found.file.as_ref()), groups.file),
            from_path: take(earlier.and_then(|found| found.from_path.as_ref()), groups.from_path),
            line: take(earlier.and_then(|found| found.line.as_ref()), groups.line),
            column: take(earlier.and_then(|found| found.column.as_ref()), groups.column),
            severity: take(earlier.and_then(|found| found.severity.as_ref()), groups.severity),
            code: take(earlier.and_then(|found| found.code.as_ref()), groups.code),
            message: take(earlier.and_then(|found| found.message.as_ref()), groups.message),
        }
    }
}

fn text(captures: &Captures<'_, str>, number: usize) -> String {
    captures.get(number).map_or_else(String::new, |group| group.as_str().to_owned())
}

/// The matchers of one step with what they are in the middle of.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    active: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    definition: Arc<Definition>,
    /// What the first patterns of several have found so far.
    running: Vec<Option<Found>>,
    failures: u32,
}

/// What matching a line came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What was found, by the first matcher that found something worth telling.
    pub found: Option<Found>,
    /// Matchers that were dropped because their patterns take too long.
    pub dropped: Vec<String>,
}

impl Matching {
    /// A fresh state for these definitions.
    pub fn new(definitions: &[Arc<Definition>]) -> Self {
        let mut matching = Matching::default();
        definitions.iter().rev().for_each(|definition| matching.add(definition.clone()));
        matching
    }

    /// Whether there is nothing to match.
    pub fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Puts a matcher before all others, in place of the one of the same owner.
    pub fn add(&mut self, definition: Arc<Definition>) {
        self.remove(&definition.owner);
        let running = vec![None; definition.patterns.len() - 1];
        self.active.insert(0, Active { definition, running, failures: 0 });
    }

    /// Drops the matcher of an owner.
    pub fn remove(&mut self, owner: &str) {
        self.active.retain(|active| !active.definition.owner.eq_ignore_ascii_case(owner));
    }

    /// Matches a line, given without colour codes and line end.
    pub fn match_line(&mut self, line: &str) -> Outcome {
        let mut outcome = Outcome::default();
        for index in 0..self.active.len() {
            let Ok(found) = self.active[index].match_line(line) else {
                self.active[index].failures += 1;
                continue;
            };
            let Some(found) = found else { continue };
            for (other, active) in self.active.iter_mut().enumerate() {
                if other != index {
                    active.running.fill(None);
                }
            }
            let says_something =
                found.message.as_deref().is_some_and(|text| !text.trim().is_empty());
            if says_something && found.level().is_some() {
                outcome.found = Some(found);
                break;
            }
        }
        self.active.retain(|active| {
            let stays = active.failures < PATIENCE;
            if !stays {
                outcome.dropped.push(active.definition.owner.clone());
            }
            stays
        });
        outcome
    }
}

impl Active {
    fn match_line(&mut self, line: &str) -> Result<Option<Found>, fancy_regex::Error> {
        let definition = self.definition.clone();
        let last = definition.patterns.len() - 1;
        for (index, pattern) in definition.patterns.iter().enumerate().rev() {
            let earlier = index.checked_sub(1).and_then(|before| self.running[before].clone());
            if index > 0 && earlier.is_none() {
                continue;
            }
            let captures = pattern.regex.captures(line)?;
            match captures {
                Some(captures) => {
                    let mut found = Found::extended(earlier.as_ref(), &pattern.groups, &captures);
                    if index < last {
                        self.running[index] = Some(found);
                        continue;
                    }
                    self.running.fill(None);
                    if pattern.repeats && index > 0 {
                        self.running[index - 1] = earlier;
                    }
                    if found.severity.as_deref().unwrap_or_default().is_empty() {
                        found.severity = Some(definition.severity.clone());
                    }
                    return Ok(Some(found));
                }
                None if index == last && index > 0 => self.running[index - 1] = None,
                None if index < last => self.running[index] = None,
                None => {}
            }
        }
        Ok(None)
    }
}

/// A line without ANSI colour codes.
pub(crate) fn without_colours(line: &str) -> std::borrow::Cow<'_, str> {
    const START: &str = "\u{1b}[";
    if !line.contains(START) {
        return line.into();
    }
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(START) {
        plain.push_str(&rest[..at]);
        let code = &rest[at + START.len()..];
        let end = code.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(code.len());
        rest = code[end..].strip_prefix('m').unwrap_or(&code[end..]);
    }
    plain.push_str(rest);
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::matchers::parse;

    fn matching(file: &str) -> Matching {
        let definitions: Vec<_> =
            parse(file.as_bytes()).expect("a valid file").into_iter().map(Arc::new).collect();
        Matching::new(&definitions)
    }

    const TYPESCRIPT: &str = r#"{"problemMatcher":[{"owner":"tsc","pattern":[{
        "regexp":"^(?:\\s+\\d+\\>)?([^\\s].*)\\((\\d+),(\\d+)\\)\\s*:\\s+(error|warning|info)\\s+(\\w{1,2}\\d+)\\s*:\\s*(.*)$",
        "file":1,"line":2,"column":3,"severity":4,"code":5,"message":6}]}]}"#;

    const ESLINT: &str = r#"{"problemMatcher":[{"owner":"eslint-stylish","severity":"warning","pattern":[
        {"regexp":"^([^\\s].*)$","file":1},
        {"regexp":"^\\s+(\\d+):(\\d+)\\s+(error|warning|info)?\\s+(.*)\\s\\s+(.*)$",
         "line":1,"column":2,"severity":3,"message":4,"code":5,"loop":true}]}]}"#;

    #[test]
    fn single_line() {
        let mut matching = matching(TYPESCRIPT);
        let found = matching.match_line("src/a.ts(3,9): error TS2304: Cannot find x.").found;
        let found = found.expect("a match");
        assert_eq!(found.file.as_deref(), Some("src/a.ts"));
        assert_eq!((found.line.as_deref(), found.column.as_deref()), (Some("3"), Some("9")));
        assert_eq!(found.message.as_deref(), Some("Cannot find x."));
        assert_eq!(found.level(), Some(AnnotationLevel::Error));
        assert!(matching.match_line("fine").found.is_none());
        assert!(matching.match_line("a.ts(1,2): info TS1: severity unknown").found.is_none());
    }

    #[test]
    fn several_lines_with_a_loop() {
        let mut matching = matching(ESLINT);
        let lines = [
            "test.js",
            "  1:0   error  Missing \"use strict\" statement                 strict",
            "  5:10         'addOne' is defined but never used            no-unused-vars",
            "",
            "  9:9   error  not in a file  x",
        ];
        let found: Vec<_> = lines.iter().map(|line| matching.match_line(line).found).collect();
        assert!(found[0].is_none() && found[3].is_none() && found[4].is_none());
        let first = found[1].clone().expect("a match");
        assert_eq!(first.file.as_deref(), Some("test.js"));
        assert_eq!(first.code.as_deref(), Some("strict"));
        let second = found[2].clone().expect("a match");
        assert_eq!(second.file.as_deref(), Some("test.js"));
        assert_eq!(second.level(), Some(AnnotationLevel::Warning));
    }

    #[test]
    fn a_pattern_that_takes_too_long_is_dropped() {
        let mut matching = matching(
            r#"{"problemMatcher":[{"owner":"slow","pattern":[
            {"regexp":"^(?=(a+)+$)(a+)+\\1b$","message":1}]}]}"#,
        );
        let line = format!("{}c", "a".repeat(5_000));
        let mut dropped = Vec::new();
        for _ in 0..PATIENCE + 1 {
            dropped.extend(matching.match_line(&line).dropped);
        }
        assert_ne!(matching.is_empty(), dropped.is_empty());
    }

    #[test]
    fn colours_are_no_part_of_a_line() {
        assert_eq!(without_colours("\u{1b}[31;1merror\u{1b}[0m: x"), "error: x");
        assert_eq!(without_colours("plain [0m"), "plain [0m");
    }
}
