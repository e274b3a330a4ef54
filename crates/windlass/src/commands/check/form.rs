//! How findings are printed: for people, as JSON lines, or as annotations of GitHub.

use std::io::{self, Write};

use windlass_diagnostics::{Diagnostic, Severity, SourceMap, render_json, render_text};

use super::Count;
use crate::{arguments::CheckFormat, commands::completions::one_line};

/// A form, and whether it has colours.
#[derive(Clone, Copy)]
pub struct Form {
    pub format: CheckFormat,
    pub colours: bool,
}

impl Form {
    /// One finding.
    pub fn finding(
        self,
        finding: &Diagnostic,
        map: &SourceMap,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match self.format {
            CheckFormat::Text => {
                writeln!(out, "{}\n", render_text(finding, map, self.colours))
            }
            CheckFormat::Json => writeln!(out, "{}", render_json(finding, map)?),
            CheckFormat::Github => annotation(finding, map, out),
        }
    }

    /// That a file has more findings than are shown.
    pub fn more(self, file: &str, more: usize, out: &mut impl Write) -> io::Result<()> {
        let findings = counted(more, "more finding");
        match self.format {
            CheckFormat::Text => {
                writeln!(out, "{} has {findings}, not shown\n", one_line(file))
            }
            CheckFormat::Json => {
                writeln!(out, "{}", serde_json::json!({ "file": file, "more": more }))
            }
            CheckFormat::Github => {
                writeln!(out, "::notice file={}::{findings}, not shown", escaped(file, true))
            }
        }
    }

    /// The last line for people.
    pub fn end(self, count: &Count, out: &mut impl Write) -> io::Result<()> {
        if self.format != CheckFormat::Text {
            return Ok(());
        }
        let files = counted(count.files, "file");
        let (errors, warnings) =
            (counted(count.errors, "error"), counted(count.warnings, "warning"));
        writeln!(out, "checked {files}: {errors}, {warnings}")
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A workflow command. Source: GitHub Docs, "Workflow commands for GitHub Actions".
fn annotation(finding: &Diagnostic, map: &SourceMap, out: &mut impl Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{command} ")?;
    if let Some(label) = &finding.primary {
        let (start, end) = (label.span.start, label.span.end);
        let file = escaped(map.name(label.span.source), true);
        write!(out, "file={file},line={},endLine={},", start.line, end.line)?;
        if start.line == end.line {
            write!(out, "col={},endColumn={},", start.column, end.column)?;
        }
    }
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let message = escaped(&format!("{}{help}", finding.message), false);
    writeln!(out, "title={}::{message}", escaped(finding.code, true))
}

fn escaped(text: &str, is_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_cannot_be_forged() {
        assert_eq!(escaped("a\n::b,c%", true), "a%0A%3A%3Ab%2Cc%25");
        assert_eq!(escaped("a: b,\n", false), "a: b,%0A");
    }
}
