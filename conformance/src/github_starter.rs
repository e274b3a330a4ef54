//! `github/starter`: real workflow templates are checked without an error.
//!
//! They hold placeholders that GitHub fills in when a template is used.

use std::io;
use std::path::Path;

use crate::CorpusResult;
use crate::cases::{errors, yaml_files};
use crate::checked::findings_of_workflow;

/// What GitHub puts in place of a placeholder when a template is used.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("$default-branch", "\"main\""),
    ("$protected-branches", "\"main\""),
    ("$cron-daily", "\"30 5 * * *\""),
    ("$cron-weekly", "\"30 5 * * 1\""),
    ("$cron-monthly", "\"30 5 1 * *\""),
    ("$codeql-languages-matrix", "include: [ { language: actions, build-mode: none } ]"),
    ("$supported-codeql-languages", "actions"),
    ("$detected-codeql-languages", "\"actions\""),
];

/// Reads every template.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        let text = fill_in(&std::fs::read_to_string(&path)?);
        let found = errors(&findings_of_workflow(&name, &text));
        result.record(&name, if found.is_empty() { Ok(()) } else { Err(found) });
    }
    Ok(result)
}

/// A placeholder inside quotes is replaced by the bare value; `{{ name }}` as a whole value, which
/// some templates ask their user to replace, by its name.
fn fill_in(text: &str) -> String {
    let text = text.replace(": {{ ", ": '{{ ").replace(" }} ", " }}' ");
    PLACEHOLDERS.iter().fold(text.to_owned(), |text, (placeholder, value)| {
        let bare = value.trim_matches('"');
        text.replace(&format!("\"{placeholder}\""), &format!("\"{bare}\""))
            .replace(&format!("'{placeholder}'"), &format!("'{bare}'"))
            .replace(placeholder, value)
    })
}
