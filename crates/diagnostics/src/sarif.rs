//! Diagnostics as a SARIF 2.1.0 log, written result by result, so that memory does not grow with
//! their number.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections
//! 3.13 to 3.58; GitHub Docs, "SARIF support for code scanning", for what is read there. Columns
//! count characters, which the log says by `columnKind`.

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::fix::Fix;
use crate::rule::Rule;
use crate::source::{SourceMap, Span};
use crate::uri::encoded_path;

/// A rule as the log describes it.
#[derive(Debug, Clone)]
pub struct SarifRule {
    /// The rule.
    pub rule: Rule,
    /// Its page in Markdown; may be empty.
    pub page: String,
}

/// A log that is being written.
#[derive(Debug)]
pub struct SarifLog<W> {
    out: W,
    has_results: bool,
}

impl<W: Write> SarifLog<W> {
    /// Begins a log of one run of this program.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(
        mut out: W,
        version: &str,
        rules: impl IntoIterator<Item = SarifRule>,
    ) -> io::Result<Self> {
        let rules: Vec<Value> = rules.into_iter().map(described).collect();
        let driver = json!({ "name": "windlass", "version": version, "rules": rules });
        let tool = json!({ "driver": driver });
        write!(
            out,
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\
             \"version\":\"2.1.0\",\"runs\":[{{\"tool\":{tool},\
             \"columnKind\":\"unicodeCodePoints\",\"results\":["
        )?;
        Ok(Self { out, has_results: false })
    }

    /// Adds one finding, as [`render_sarif`] gives it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, result: &str) -> io::Result<()> {
        let separator = if self.has_results { ",\n" } else { "\n" };
        self.has_results = true;
        write!(self.out, "{separator}{result}")
    }

    /// Ends the log and hands back where it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        writeln!(self.out, "\n]}}]}}")?;
        Ok(self.out)
    }
}

fn described(described: SarifRule) -> Value {
    let SarifRule { rule, page } = described;
    let mut described = json!({
        "id": rule.code,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": full_description(&rule, &page) },
        "defaultConfiguration": { "level": level(rule.severity) },
    });
    if !page.is_empty() {
        described["help"] = json!({ "text": page, "markdown": page });
    }
    described
}

/// Why it matters, which GitHub wants of every rule: what a page says first, behind its title and
/// the summary.
fn full_description(rule: &Rule, page: &str) -> String {
    let first = page.split("\n\n").nth(2).filter(|text| !text.starts_with("Found:"));
    first.map_or_else(|| rule.summary.to_owned(), |text| text.replace('\n', " "))
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// One finding as a `result` of a log.
#[must_use]
pub fn render_sarif(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    result(diagnostic, sources).to_string()
}

fn result(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!("\n\n{help}"));
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": { "text": format!("{}{help}", diagnostic.message) },
    });
    if let Some(primary) = &diagnostic.primary {
        result["locations"] = json!([location(primary, sources)]);
        let fingerprint = fingerprint(diagnostic.code, primary.span, sources);
        result["partialFingerprints"] = json!({ "windlass/v1": fingerprint });
    }
    if !diagnostic.secondary.is_empty() {
        let related: Vec<Value> =
            diagnostic.secondary.iter().map(|label| location(label, sources)).collect();
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = &diagnostic.fix {
        result["fixes"] = json!([change(fix, sources)]);
    }
    result
}

fn location(label: &Label, sources: &SourceMap) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(label.span, sources),
        "region": region(label.span),
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

fn artifact(span: Span, sources: &SourceMap) -> Value {
    let path = sources.name(span.source).replace('\\', "/");
    json!({ "uri": encoded_path(&path) })
}

fn region(span: Span) -> Value {
    json!({
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
        "byteOffset": span.start.offset,
        "byteLength": span.end.offset.saturating_sub(span.start.offset),
    })
}

fn change(fix: &Fix, sources: &SourceMap) -> Value {
    let changes: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "artifactLocation": artifact(edit.span, sources),
                "replacements": [{
                    "deletedRegion": region(edit.span),
                    "insertedContent": { "text": edit.replacement },
                }],
            })
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// The same for the same finding on the same words, wherever in the file they have moved.
fn fingerprint(code: &str, span: Span, sources: &SourceMap) -> String {
    let text = sources.text(span.source);
    let at = (span.start.offset as usize).min(text.len());
    let line = text.get(..at).map_or("", |before| {
        let from = before.rfind('\n').map_or(0, |newline| newline + 1);
        text[from..].lines().next().unwrap_or_default().trim()
    });
    let mut hash = Sha256::new();
    for part in [code, sources.name(span.source), line] {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
