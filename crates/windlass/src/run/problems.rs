//! Showing what is wrong with workflow files before anything runs.

use std::io::{self, Write};

use windlass_diagnostics::Severity;
use windlass_github::{launch::Compiled, sources::can_be_run_with};
use windlass_github_syntax::problem::told_once;

/// Prints the findings of a workflow and of what it calls; whether it can be run.
pub fn show(compiled: &Compiled, colours: bool) -> io::Result<bool> {
    let problems = compiled.problems();
    let mut text = String::new();
    for problem in told_once(&problems) {
        let mut diagnostic = problem.to_diagnostic();
        if can_be_run_with(problem) {
            diagnostic.severity = Severity::Warning;
        }
        text.push_str(&windlass_diagnostics::render_text(&diagnostic, &compiled.map, colours));
        text.push('\n');
    }
    io::stderr().write_all(text.as_bytes())?;
    Ok(compiled.workflow().is_some() && problems.iter().all(can_be_run_with))
}
