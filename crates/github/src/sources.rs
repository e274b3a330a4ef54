//! Workflow texts, parsed, each with the map that its spans point into.

use windlass_diagnostics::{Diagnostic, SourceMap};
use windlass_github_syntax::{parse_workflow, workflow::Workflow};

/// One workflow file, read.
pub struct ParsedSource {
    /// Its text.
    pub text: String,
    /// The map for its diagnostics' spans; it holds this source alone.
    pub map: SourceMap,
    /// The workflow, as far as the text gives one.
    pub workflow: Option<Workflow>,
    /// Everything that is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a workflow's text. `name` is what messages call it.
pub fn parse(name: &str, text: &str) -> ParsedSource {
    let mut map = SourceMap::new();
    let source = map.add(name, text);
    let parsed = parse_workflow(source, name, text);
    let diagnostics = parsed.diagnostics();
    ParsedSource { text: text.to_owned(), map, workflow: parsed.tree, diagnostics }
}

/// The name that a workflow's text gives it, for finding it by that name.
pub fn title(text: &str) -> Option<String> {
    let mut map = SourceMap::new();
    let source = map.add("", text);
    let workflow = parse_workflow(source, "", text).tree?;
    workflow.name.map(|name| name.value)
}
