//! A file as `windlass check` sees it when it stands alone: the reader's problems and the rules'.

use windlass_diagnostics::{Diagnostic, SourceId};
use windlass_github_rules::{NoProject, check_workflow};
use windlass_github_syntax::parse_workflow;

/// Every finding in a workflow.
#[must_use]
pub fn findings_of_workflow(name: &str, text: &str) -> Vec<Diagnostic> {
    let parsed = parse_workflow(SourceId(0), name, text);
    let mut found = parsed.diagnostics();
    if let Some(workflow) = &parsed.tree {
        found.extend(check_workflow(workflow, text, &NoProject));
    }
    found
}
