//! Showing what is wrong with workflow files before anything runs.

use std::io::{self, Write};

use windlass_diagnostics::Severity;
use windlass_github::launch::Compiled;

/// Findings that a workflow can still be run with: GitHub refuses the file, but what it means is
/// plain. Shown as warnings.
const RUNS_ALL_THE_SAME: &[&str] = &["gh/on-missing", "gh/input-type-missing"];

/// Prints the findings of a workflow and of what it calls; whether it can be run.
pub fn show(compiled: &Compiled, colours: bool) -> io::Result<bool> {
    let mut runs = compiled.workflow().is_some();
    let mut text = String::new();
    for (source, diagnostic) in compiled.diagnostics() {
        let excused = RUNS_ALL_THE_SAME.contains(&diagnostic.code.as_ref());
        runs &= excused || diagnostic.severity != Severity::Error;
        let _ = colours;
        if let Some(label) = &diagnostic.primary {
            let at = label.span.start;
            let name = source.map.name(label.span.source);
            text.push_str(&format!("{name}:{}:{}: {}\n", at.line, at.column, diagnostic.message));
        }
    }
    io::stderr().write_all(text.as_bytes())?;
    Ok(runs)
}
