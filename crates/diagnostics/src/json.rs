//! Diagnostics for machines: one JSON object each.
//!
//! Keys and meaning are stable: `code`, `severity`, `message`, `help`, `primary` and `secondary`
//! places with `file`, `line`, `column`, `endLine`, `endColumn` (from 1, columns in characters, end
//! exclusive), `offset`, `endOffset` (bytes from 0) and `label`; `fix` with `title`, `safe` and `edits`, each a place
//! and the `replacement` of what stands there.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::fix::Fix;
use crate::source::{SourceMap, Span};

/// A diagnostic with its places resolved to files.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary: Vec<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonFix<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    replacement: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPlace<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    offset: u32,
    end_offset: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
}

impl<'a> JsonDiagnostic<'a> {
    /// Resolves the places of a diagnostic.
    #[must_use]
    pub fn new(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Self {
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            primary: diagnostic.primary.as_ref().map(|label| JsonPlace::new(label, sources)),
            secondary: diagnostic
                .secondary
                .iter()
                .map(|label| JsonPlace::new(label, sources))
                .collect(),
            fix: diagnostic.fix.as_ref().map(|fix| JsonFix::new(fix, sources)),
        }
    }
}

impl<'a> JsonFix<'a> {
    fn new(fix: &'a Fix, sources: &'a SourceMap) -> Self {
        let edits = fix.edits.iter().map(|edit| JsonEdit {
            place: JsonPlace::at(edit.span, "", sources),
            replacement: &edit.replacement,
        });
        Self { title: &fix.title, safe: fix.is_safe, edits: edits.collect() }
    }
}

impl<'a> JsonPlace<'a> {
    fn new(label: &'a Label, sources: &'a SourceMap) -> Self {
        Self::at(label.span, &label.text, sources)
    }

    fn at(span: Span, label: &'a str, sources: &'a SourceMap) -> Self {
        let (start, end) = (span.start, span.end);
        Self {
            file: sources.name(span.source),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            offset: start.offset,
            end_offset: end.offset,
            label,
        }
    }
}

/// One diagnostic as one line of JSON.
///
/// # Errors
/// Never for diagnostics as they are; the signature follows the JSON library.
pub fn render_json(diagnostic: &Diagnostic, sources: &SourceMap) -> serde_json::Result<String> {
    serde_json::to_string(&JsonDiagnostic::new(diagnostic, sources))
}
