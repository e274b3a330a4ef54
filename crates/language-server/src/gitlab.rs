//! What an editor asks about configurations of GitLab.
//!
//! Findings are those of `gitlab-syntax` for a push to the default branch; nothing is fetched.

pub mod completion;
pub mod files;
pub mod looking;
pub mod names;
pub mod schema;

use std::collections::HashSet;

use indexmap::IndexMap;
use windlass_diagnostics::{Diagnostic, Label, SourceId};
use windlass_gitlab_syntax::local;

use crate::dialect::Asked;
use crate::subject::Files as _;

/// What is wrong in one file.
#[derive(Debug)]
pub struct FileFindings {
    /// Its path from the project's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What was found.
    pub findings: Vec<Diagnostic>,
}

/// What cannot be said of a file that no configuration here includes: others may bring the rest.
const NEEDS_THE_WHOLE: [&str; 9] = [
    "gl/empty",
    "gl/extends",
    "gl/input",
    "gl/job-needs",
    "gl/no-script",
    "gl/reference",
    "gl/unknown-stage",
    "gl/unknown-stop-job",
    "gl/wrong-stop-job",
];

/// What is wrong in the files of the configuration that a file is part of, by their paths; those
/// without findings are left out. All places have the source `own`.
#[must_use]
pub fn check(asked: &Asked<'_>, own: SourceId) -> Vec<FileFindings> {
    let main = files::main_of(asked.path, asked.files);
    let Some(text) = asked.files.read(main) else { return Vec::new() };
    let is_part = main == asked.path && !files::is_configuration(main);
    let compiled = local::check(asked.files, main, &text);
    let mut files: IndexMap<&str, FileFindings> = IndexMap::new();
    let mut told = HashSet::new();
    for finding in compiled.diagnostics {
        let place = finding.primary.as_ref().map(|label| label.span);
        // What has no place is said of the whole, which comes first.
        let source = place.map_or(SourceId::default(), |span| span.source);
        let Some(file) = compiled.texts.get(source) else { continue };
        // A file that is included twice is read twice.
        let bytes = place.map(|span| span.start.offset..span.end.offset);
        let is_said = !(is_part && NEEDS_THE_WHOLE.contains(&finding.code))
            && told.insert((file.name(), finding.code, bytes, finding.message.clone()));
        if is_said {
            let found = files.entry(file.name()).or_insert_with(|| FileFindings {
                path: file.name().to_owned(),
                text: file.text().to_owned(),
                findings: Vec::new(),
            });
            found.findings.push(moved(finding, source, own));
        }
    }
    files.into_values().collect()
}

/// A finding whose places in `from` are in `to`; those in other texts are left out.
fn moved(mut finding: Diagnostic, from: SourceId, to: SourceId) -> Diagnostic {
    let place = |label: &mut Label| label.span.source = to;
    finding.secondary.retain(|label| label.span.source == from);
    finding.secondary.iter_mut().chain(&mut finding.primary).for_each(place);
    for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.span.source = to;
    }
    finding
}
