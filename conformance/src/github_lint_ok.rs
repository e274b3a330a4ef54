//! `github/lint-ok`: workflows that a linter finds nothing wrong with are checked without an error.

use std::io;
use std::path::Path;

use crate::CorpusResult;
use crate::cases::{errors, yaml_files};
use crate::checked::findings_of_workflow;

/// Cases that do not count, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "workflow_call_job.yaml",
    "it calls `${{ 'oooops' }}`, which is the text `oooops` and no workflow; GitHub refuses it",
)];

/// Reads every workflow.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        let text = std::fs::read_to_string(&path)?;
        let found = errors(&findings_of_workflow(&name, &text));
        match EXCEPTIONS.iter().find(|(case, _)| *case == name) {
            Some((_, reason)) if !found.is_empty() => result.except(&name, reason),
            _ => result.record(&name, if found.is_empty() { Ok(()) } else { Err(found) }),
        }
    }
    Ok(result)
}
