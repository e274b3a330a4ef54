//! For the tests of the rules: a workflow in, its findings out, one a line.

use windlass_diagnostics::fix::apply;
use windlass_diagnostics::{Diagnostic, Severity, SourceId};
use windlass_github_syntax::parse_workflow;

use super::missing_timeout;
use crate::{NoProject, check_workflow};

/// The findings of a workflow that the reader accepts, advice left out.
pub(crate) fn findings(text: &str) -> String {
    let parsed = parse_workflow(SourceId(0), "ci.yml", text);
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics());
    let mut found = check_workflow(&parsed.tree.unwrap(), text, &NoProject);
    found.retain(|finding| finding.severity > Severity::Note);
    shown(found)
}

/// The findings of one step of a job, given as its lines.
pub(crate) fn of_step(step: &str) -> String {
    findings(&format!(
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    ))
}

/// The findings of one rule in a workflow.
pub(crate) fn of_rule(code: &str, text: &str) -> String {
    shown(found_by(code, text))
}

/// The findings of one rule with their severity and further places.
pub(crate) fn detailed(code: &str, text: &str) -> String {
    let mut lines = Vec::new();
    for finding in found_by(code, text) {
        let further: Vec<String> = finding
            .secondary
            .iter()
            .map(|label| format!("  {}: {}", label.span.start.line, label.text))
            .collect();
        let severity = format!("{:?} ", finding.severity).to_lowercase();
        lines.push(severity + &shown(vec![finding]));
        lines.extend(further);
    }
    lines.join("\n")
}

/// A workflow after the edits that one rule offers.
pub(crate) fn mended(code: &str, text: &str) -> String {
    let found = found_by(code, text);
    apply(text, found.iter().filter_map(|finding| finding.fix.as_ref())).0
}

fn found_by(code: &str, text: &str) -> Vec<Diagnostic> {
    let parsed = parse_workflow(SourceId(0), "ci.yml", text);
    let mut found = check_workflow(&parsed.tree.unwrap(), text, &NoProject);
    found.retain(|finding| finding.code == code);
    found
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
