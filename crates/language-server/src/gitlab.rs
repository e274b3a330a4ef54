//! What an editor asks about configurations of GitLab.
//!
//! Findings are those of `gitlab-syntax` for a push to the default branch; nothing is fetched.

pub mod completion;
pub mod files;
pub mod looking;
pub mod names;
pub mod schema;

use std::collections::HashSet;

use windlass_diagnostics::{Diagnostic, Label, SourceId};
use windlass_gitlab_syntax::local;

use crate::dialect::Asked;
use crate::subject::Files as _;

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

/// What is wrong in a file. One that the project's configuration includes is looked at as part of
/// that.
#[must_use]
pub fn check(asked: &Asked<'_>, own: SourceId) -> Vec<Diagnostic> {
    let main = files::main_of(asked.path, asked.files);
    let Some(text) = asked.files.read(main) else { return Vec::new() };
    let is_part = main == asked.path && !files::is_configuration(main);
    let compiled = local::check(asked.files, main, &text);
    // A file that is included twice is read twice.
    let sources = compiled.texts.iter().filter(|(_, file)| file.name() == asked.path);
    let sources: Vec<SourceId> = sources.map(|(source, _)| source).collect();
    let mut told = HashSet::new();
    let found = compiled.diagnostics.into_iter().filter_map(|finding| {
        let place = finding.primary.as_ref().map(|label| label.span);
        let source = match place {
            Some(span) => sources.iter().copied().find(|source| *source == span.source)?,
            None if main == asked.path => *sources.first()?,
            None => return None,
        };
        let bytes = place.map(|span| span.start.offset..span.end.offset);
        let is_said = !(is_part && NEEDS_THE_WHOLE.contains(&finding.code))
            && told.insert((finding.code, bytes, finding.message.clone()));
        is_said.then(|| moved(finding, source, own))
    });
    found.collect()
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
