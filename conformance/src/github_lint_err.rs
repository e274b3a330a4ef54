//! `github/lint-err` and `github/lint-examples`: mistakes are found on the lines where a linter
//! finds them.
//!
//! What counts is a distinct pair of file and line with an expectation of one of the kinds below;
//! it passes when a finding of severity error stands on that line. The words are Windlass' own.
//! Errors on lines where nothing at all is expected are listed as failures of their own and count
//! as cases that did not pass.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use windlass_diagnostics::{Diagnostic, Severity};

use crate::CorpusResult;
use crate::cases::yaml_files;
use crate::checked::findings_of_workflow;

/// Kinds that other tools or other means find: shells, Python, labels of somebody's own runners.
const OTHER_KINDS: &[&str] = &["shellcheck", "pyflakes", "runner-label"];

/// Cases that do not count, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "assign_expression.yaml:7",
        "it takes `required: ${{ true }}` of a dispatch input for right; GitHub allows no \
         expression there",
    ),
    (
        "invalid_json_in_fromjson.yaml:9",
        "it has `null:` for a key of a matrix entry, which GitHub reads as an empty name and refuses",
    ),
    (
        "invalid_ids_in_needs.yaml:8",
        "it expects the error at the job; GitHub and Windlass give it at the id in `needs`",
    ),
    (
        "invalid_ids_in_needs.yaml:9",
        "it expects the error at the job; GitHub and Windlass give it at the id in `needs`",
    ),
    (
        "schedule_invalid_timezone.yaml:6",
        "`UTC` is a name of the IANA database, which GitHub takes",
    ),
    ("outdated_popular_action.yaml:8", OUTDATED),
    ("outdated_popular_action.yaml:10", OUTDATED),
    ("detect_outdated_popular_actions.yaml:8", OUTDATED),
];

const OUTDATED: &str = "GitHub runs actions for removed versions of Node.js with a newer one, and its \
                        own templates use such actions: Windlass warns of them";

/// Expected lines of a file (0 for an expectation without one): the first expectation that counts, if one does, and all kinds.
type Expected = BTreeMap<u32, Option<String>>;

/// Checks every workflow.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        let out = path.with_extension("out");
        if !out.is_file() {
            continue;
        }
        let expected = expected(&std::fs::read_to_string(out)?);
        let text = std::fs::read(&path)?;
        let found = findings_of_workflow("test.yaml", &String::from_utf8_lossy(&text));
        compare(&name, &expected, &found, &mut result);
    }
    Ok(result)
}

fn compare(name: &str, expected: &Expected, found: &[Diagnostic], result: &mut CorpusResult) {
    let line =
        |finding: &Diagnostic| finding.primary.as_ref().map_or(0, |label| label.span.start.line);
    let errors: Vec<&Diagnostic> =
        found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    for (wanted, words) in expected {
        let Some(words) = words else { continue };
        let is_found = errors.iter().any(|finding| line(finding) == *wanted);
        let missed = || format!("- {wanted}: {words}\n{}", beside(*wanted, found));
        record(result, &format!("{name}:{wanted}"), if is_found { Ok(()) } else { Err(missed()) });
    }
    if expected.contains_key(&0) {
        // Something is expected without a place: it may be any of these.
        return;
    }
    for finding in errors {
        if !expected.contains_key(&line(finding)) {
            let difference = format!("+ {}: {} [{}]", line(finding), finding.message, finding.code);
            record(result, &format!("{name}:{}", line(finding)), Err(difference));
        }
    }
}

/// Counts a case, or notes it when it came out as the exceptions say.
fn record(result: &mut CorpusResult, case: &str, outcome: Result<(), String>) {
    match EXCEPTIONS.iter().find(|(excepted, _)| *excepted == case) {
        Some((_, reason)) if outcome.is_err() => result.except(case, reason),
        _ => result.record(case, outcome),
    }
}

/// What is found on a line that is no error.
fn beside(line: u32, found: &[Diagnostic]) -> String {
    let on_line = found.iter().filter(|finding| {
        finding.primary.as_ref().is_some_and(|label| label.span.start.line == line)
    });
    on_line
        .map(|finding| format!("  found there: {} [{}]\n", finding.message, finding.code))
        .collect()
}

/// Reads `file:line:column: message [kind]`; between slashes the same as a regular expression.
fn expected(out: &str) -> Expected {
    let mut lines = Expected::new();
    for entry in out.lines() {
        let entry = entry.trim().trim_start_matches('/').trim_end_matches('/');
        let entry = entry.replace("\\.", ".").replace("\\[", "[").replace("\\]", "]");
        let mut parts = entry.splitn(4, ':').skip(1);
        let line: u32 = parts.next().and_then(|line| line.parse().ok()).unwrap_or(0);
        if line == 0 {
            lines.insert(0, None);
            continue;
        }
        let kind = entry.rsplit_once('[').map_or("", |(_, kind)| kind.trim_end_matches(']'));
        let counts = !OTHER_KINDS.contains(&kind);
        let words = lines.entry(line).or_insert(None);
        if counts && words.is_none() {
            *words = Some(entry);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_expectations() {
        let out = "test.yaml:0:0: no place [syntax-check]\ntest.yaml:7:3: a [id]\n\
                   /test\\.yaml:7:9: label .+ \\[runner-label\\]/\ntest.yaml:9:1: b [shellcheck]\n";
        let lines = expected(out);
        assert_eq!(lines.keys().copied().collect::<Vec<_>>(), [0, 7, 9]);
        assert_eq!(lines[&7].as_deref(), Some("test.yaml:7:3: a [id]"));
        assert_eq!(lines[&9], None);
    }
}
