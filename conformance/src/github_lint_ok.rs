//! `github/lint-ok`: workflows that a linter finds nothing wrong with are read without an error.

use std::io;
use std::path::Path;

use windlass_diagnostics::SourceId;
use windlass_github_syntax::parse_workflow;

use crate::CorpusResult;
use crate::cases::{errors, yaml_files};

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
        let parsed = parse_workflow(SourceId(0), &name, &std::fs::read_to_string(&path)?);
        let found = errors(&parsed.diagnostics());
        match EXCEPTIONS.iter().find(|(case, _)| *case == name) {
            Some((_, reason)) if !found.is_empty() => result.except(&name, reason),
            _ => result.record(&name, if found.is_empty() { Ok(()) } else { Err(found) }),
        }
    }
    Ok(result)
}
