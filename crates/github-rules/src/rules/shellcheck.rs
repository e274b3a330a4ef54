//! What shellcheck says of the scripts of a file.
//!
//! The program is run by the caller; here its comments become findings.

use windlass_diagnostics::{Diagnostic, Rule, Severity};

use crate::scripts::Script;

pub(crate) const RULE: Rule = Rule {
    code: "gh/shellcheck",
    severity: Severity::Warning,
    summary: "shellcheck has something to say of a script",
};

/// The finding for a comment on a script of `file`: `number` as in `SC2086`, `level` as shellcheck
/// names it. Its errors are warnings here, since what an expression gives is not known.
#[must_use]
pub fn shellcheck_finding(
    script: &Script,
    file: &str,
    number: u32,
    level: &str,
    message: &str,
    place: ((usize, usize), (usize, usize)),
) -> Diagnostic {
    let span = script.span(file, place.0, place.1);
    let mut finding = RULE.finding(span, format!("SC{number}: {message}"));
    if !matches!(level, "error" | "warning") {
        finding.severity = Severity::Note;
    }
    finding.with_help(format!("see https://www.shellcheck.net/wiki/SC{number}"))
}
