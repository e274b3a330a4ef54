//! Diagnostics as annotations of a job on GitHub: one workflow command each.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", sections "Setting an error
//! message" and "Using workflow commands": a message and its properties are percent-encoded.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// One diagnostic as one line, without a line break at its end.
#[must_use]
pub fn render_github(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut line = format!("::{command} ");
    if let Some(label) = &diagnostic.primary {
        let (start, end) = (label.span.start, label.span.end);
        let file = property(sources.name(label.span.source));
        let _ = write!(line, "file={file},line={},endLine={},", start.line, end.line);
        if start.line == end.line {
            let _ = write!(line, "col={},endColumn={},", start.column, end.column);
        }
    }
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let message = message(&format!("{}{help}", diagnostic.message));
    let _ = write!(line, "title={}::{message}", property(diagnostic.code));
    line
}

/// A notice about a file as a whole.
#[must_use]
pub fn github_notice(file: &str, text: &str) -> String {
    format!("::notice file={}::{}", property(file), message(text))
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_cannot_be_forged() {
        assert_eq!(property("a\n::b,c%"), "a%0A%3A%3Ab%2Cc%25");
        assert_eq!(message("a: b,\n"), "a: b,%0A");
    }
}
