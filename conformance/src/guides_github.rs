//! `guides/github`: workflows printed in guides are read; those without `on` are told so, and
//! nothing else is wrong with them.

use std::io;
use std::path::Path;

use windlass_diagnostics::SourceId;
use windlass_github_syntax::{ProblemKind, parse_workflow};

use crate::CorpusResult;
use crate::cases::{errors, yaml_files};

/// Reads every workflow.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        let text = std::fs::read_to_string(&path)?;
        let mut parsed = parse_workflow(SourceId(0), &name, &text);
        let has_on = text.lines().any(|line| line.starts_with("on:"));
        let told = parsed.problems.iter().any(|found| found.kind == ProblemKind::OnMissing);
        parsed.problems.retain(|found| found.kind != ProblemKind::OnMissing);
        let mut difference = errors(&parsed.diagnostics());
        if has_on == told {
            difference.push_str(if told {
                "+ said that `on` is missing, but it is there\n"
            } else {
                "- the missing `on` is told\n"
            });
        }
        result.record(&name, if difference.is_empty() { Ok(()) } else { Err(difference) });
    }
    Ok(result)
}
