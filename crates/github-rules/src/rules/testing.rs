//! For the tests of the rules: a workflow in, its findings out, one a line.

use windlass_diagnostics::{Diagnostic, SourceId};
use windlass_github_syntax::parse_workflow;

use super::missing_timeout;
use crate::{NoProject, check_workflow};

/// The findings of a workflow that the reader accepts.
pub(crate) fn findings(text: &str) -> String {
    let parsed = parse_workflow(SourceId(0), "ci.yml", text);
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics());
    shown(check_workflow(&parsed.tree.unwrap(), text, &NoProject))
}

/// The findings of one step of a job, given as its lines.
pub(crate) fn of_step(step: &str) -> String {
    findings(&format!(
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    ))
}

pub(crate) fn shown(found: Vec<Diagnostic>) -> String {
    let line = |finding: Diagnostic| {
        let start = finding.primary.unwrap().span.start;
        format!("{}:{} {} {}", start.line, start.column, finding.code, finding.message)
    };
    // The jobs of tests need no limit; the rule has tests of its own.
    let is_meant = |finding: &Diagnostic| finding.code != missing_timeout::RULE.code;
    found.into_iter().filter(is_meant).map(line).collect::<Vec<_>>().join("\n")
}
