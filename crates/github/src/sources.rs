//! Workflow texts, parsed.

use windlass_diagnostics::SourceMap;
use windlass_github_syntax::{
    Parsed, parse_workflow,
    problem::{Problem, ProblemKind},
    workflow::Workflow,
};

/// Reads a workflow's text into the map that its spans point into. `name` is what messages and
/// other workflows call it.
pub fn parse(map: &mut SourceMap, name: &str, text: &str) -> Parsed<Workflow> {
    let source = map.add(name, text);
    parse_workflow(source, name, text)
}

/// Whether a workflow with this problem can still be run. GitHub refuses such a file, but what it
/// means is plain, so it is said as a warning: a missing `on` (the event is named on the command
/// line then), a missing `type` of an input (a string then), and a secret that the called workflow does
/// not declare (it is handed over all the same).
pub fn can_be_run_with(problem: &Problem) -> bool {
    match &problem.kind {
        ProblemKind::OnMissing => true,
        ProblemKind::MissingKey { key, .. } => *key == "type",
        ProblemKind::UndefinedSecret { .. } => true,
        _ => !problem.to_diagnostic().is_error(),
    }
}

/// The name that a workflow's text gives it, for finding it by that name.
pub fn title(text: &str) -> Option<String> {
    let workflow = parse(&mut SourceMap::new(), "", text).tree?;
    workflow.name.map(|name| name.value)
}
