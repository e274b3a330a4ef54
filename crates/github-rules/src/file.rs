//! Everything that is wrong in one file: what the reader refuses, calls that do not fit what they
//! call, and what the rules find.

use windlass_diagnostics::{Diagnostic, SourceId};
use windlass_github_syntax::{parse_action, parse_workflow};

use crate::neighbours::Neighbours;
use crate::{check_action, check_workflow};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A workflow.
    Workflow,
    /// The metadata of an action.
    Action,
}

/// The findings in one file, in the order of the text. `path` is its path from the project's root.
#[must_use]
pub fn check_file(
    kind: FileKind,
    source: SourceId,
    path: &str,
    text: &str,
    neighbours: &Neighbours<'_>,
) -> Vec<Diagnostic> {
    let mut found = match kind {
        FileKind::Workflow => {
            let parsed = parse_workflow(source, path, text);
            let mut found = parsed.diagnostics();
            if let Some(workflow) = &parsed.tree {
                found.extend(neighbours.calls(workflow, parsed.size));
                found.extend(check_workflow(workflow, text, neighbours));
            }
            found
        }
        FileKind::Action => {
            let parsed = parse_action(source, path, text);
            let mut found = parsed.diagnostics();
            if let Some(action) = &parsed.tree {
                found.extend(check_action(action, text, neighbours));
            }
            found
        }
    };
    found
        .sort_by_key(|finding| finding.primary.as_ref().map_or(0, |label| label.span.start.offset));
    found
}
