//! How findings are printed: for people, as JSON lines, as a SARIF log, or as annotations of
//! GitHub.

use std::io::{self, Write};

use windlass_diagnostics::{
    Diagnostic, SarifLog, SarifRule, Severity, SourceMap, github_notice, render_github,
    render_json, render_sarif, render_text,
};

use super::{
    explain,
    report::{Count, Report},
    rules::every_rule,
};
use crate::{arguments::CheckFormat, commands::completions::one_line};

/// A form, and what of it is shown.
#[derive(Clone, Copy)]
pub struct Form {
    pub format: CheckFormat,
    pub colours: bool,
    /// Whether people are shown notes, too.
    pub notes: bool,
}

impl Form {
    /// Whether a finding is printed at all. Programs get everything.
    pub fn shows(self, finding: &Diagnostic) -> bool {
        let for_programs = matches!(self.format, CheckFormat::Json | CheckFormat::Sarif);
        for_programs || self.notes || finding.severity > Severity::Note
    }

    /// One finding, without a line break at its end.
    pub fn finding(self, finding: &Diagnostic, map: &SourceMap) -> String {
        match self.format {
            CheckFormat::Text => render_text(finding, map, self.colours) + "\n",
            CheckFormat::Json => render_json(finding, map).unwrap_or_default(),
            CheckFormat::Sarif => render_sarif(finding, map),
            CheckFormat::Github => render_github(finding, map),
        }
    }

    /// That a file has more findings than are shown.
    pub fn more(self, file: &str, more: usize) -> Option<String> {
        let findings = counted(more, "more finding");
        match self.format {
            CheckFormat::Text => Some(format!("{} has {findings}, not shown\n", one_line(file))),
            CheckFormat::Json => {
                Some(serde_json::json!({ "file": file, "more": more }).to_string())
            }
            CheckFormat::Github => Some(github_notice(file, &format!("{findings}, not shown"))),
            CheckFormat::Sarif => None,
        }
    }

    /// The last line for people.
    fn summary(self, count: &Count) -> Option<String> {
        if self.format != CheckFormat::Text {
            return None;
        }
        let mut line = format!(
            "checked {}: {}, {}",
            counted(count.files, "file"),
            counted(count.errors, "error"),
            counted(count.warnings, "warning")
        );
        if count.notes > 0 {
            line += &format!(", {}", counted(count.notes, "note"));
            line += if self.notes { "" } else { " (shown by --notes)" };
        }
        for (number, what) in [(count.suppressed, "suppressed"), (count.mended, "mended")] {
            if number > 0 {
                line += &format!(", {number} {what}");
            }
        }
        Some(line)
    }
}

/// Where findings go.
pub struct Printer<W: Write> {
    form: Form,
    out: Sink<W>,
}

enum Sink<W: Write> {
    Lines(W),
    Sarif(SarifLog<W>),
}

impl<W: Write> Printer<W> {
    pub fn begin(form: Form, out: W) -> io::Result<Self> {
        let out = match form.format {
            CheckFormat::Sarif => {
                Sink::Sarif(SarifLog::begin(out, crate::version::SHORT, rules())?)
            }
            _ => Sink::Lines(out),
        };
        Ok(Printer { form, out })
    }

    pub fn report(&mut self, report: &Report) -> io::Result<()> {
        if let Some(complaint) = &report.complaint {
            writeln!(io::stderr(), "{complaint}")?;
        }
        for finding in &report.shown {
            match &mut self.out {
                Sink::Lines(out) => writeln!(out, "{finding}")?,
                Sink::Sarif(log) => log.add(finding)?,
            }
        }
        Ok(())
    }

    pub fn end(self, count: &Count) -> io::Result<()> {
        let mut out = match self.out {
            Sink::Lines(out) => out,
            Sink::Sarif(log) => log.end()?,
        };
        if let Some(summary) = self.form.summary(count) {
            writeln!(out, "{summary}")?;
        }
        out.flush()
    }
}

fn rules() -> impl Iterator<Item = SarifRule> {
    every_rule()
        .into_iter()
        .map(|rule| SarifRule { rule, page: explain::page_of(&rule).unwrap_or_default() })
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
