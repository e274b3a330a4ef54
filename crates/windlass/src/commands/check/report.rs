//! What one file gave: its findings as they are printed, and how many of which severity.

use std::io;

use windlass_diagnostics::{Diagnostic, Severity, SourceId, SourceMap};
use windlass_github::launch::WorkflowFile;

use super::{
    files::Candidate,
    form::Form,
    look::{Looked, Looker},
    mend::Mending,
};
use crate::commands::completions::one_line;

/// The most findings of one file that are shown.
const MOST_SHOWN: usize = 100;

/// One file.
#[derive(Default)]
pub struct Report {
    /// The findings, each as it is printed.
    pub shown: Vec<String>,
    /// What goes to standard error, where the file could not be read or mended.
    pub complaint: Option<String>,
    pub count: Count,
}

/// How much was seen.
#[derive(Clone, Copy, Default)]
pub struct Count {
    pub files: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub suppressed: usize,
    /// Edits made, or shown as a difference.
    pub mended: usize,
    pub unreadable: usize,
}

impl Count {
    pub fn add(&mut self, report: &Report) {
        let other = &report.count;
        self.files += other.files;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.suppressed += other.suppressed;
        self.mended += other.mended;
        self.unreadable += other.unreadable;
    }

    fn of(&mut self, found: &[Diagnostic]) {
        for finding in found {
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => self.notes += 1,
            }
        }
    }
}

/// Looks at a file, and mends it where that is asked for.
pub fn of(candidate: &Candidate, looker: &Looker, mending: Mending, form: Form) -> Report {
    match WorkflowFile::read(&candidate.root, &candidate.path) {
        Ok(file) => of_text(candidate, &file.text, looker, mending, form),
        Err(error) => unreadable(candidate, "read", &error),
    }
}

fn of_text(
    candidate: &Candidate,
    text: &str,
    looker: &Looker,
    mending: Mending,
    form: Form,
) -> Report {
    let looked = looker.look(candidate, text);
    let mended = match mending.mend(candidate, text, looked, looker) {
        Ok(mended) => mended,
        Err(error) => return unreadable(candidate, "mend", &error),
    };
    let Looked { judged, texts } = mended.looked;
    let mut report = Report { shown: mended.difference.into_iter().collect(), ..Report::default() };
    report.shown.extend(printed(&judged.reported, &texts, &candidate.shown, form));
    report.count.files = 1;
    report.count.mended = mended.edits;
    report.count.suppressed = judged.suppressed.len();
    report.count.of(&judged.reported);
    report
}

/// The findings in a file of settings, which is no file that was checked.
pub fn settings(found: &[Diagnostic], map: &SourceMap, form: Form) -> Report {
    let shown = printed(found, map, map.name(SourceId(0)), form);
    let mut report = Report { shown, ..Report::default() };
    report.count.of(found);
    report
}

fn printed(found: &[Diagnostic], map: &SourceMap, file: &str, form: Form) -> Vec<String> {
    let mut wanted = found.iter().filter(|finding| form.shows(finding));
    let mut shown: Vec<String> =
        wanted.by_ref().take(MOST_SHOWN).map(|finding| form.finding(finding, map)).collect();
    let more = wanted.count();
    if more > 0 {
        shown.extend(form.more(file, more));
    }
    shown
}

fn unreadable(candidate: &Candidate, what: &str, error: &io::Error) -> Report {
    let complaint = one_line(&format!("error: cannot {what} {}: {error}", candidate.shown));
    let count = Count { unreadable: 1, ..Count::default() };
    Report { complaint: Some(complaint), count, ..Report::default() }
}
