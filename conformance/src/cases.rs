//! Files of a corpus, and differences as people read them.

use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use windlass_diagnostics::{Diagnostic, Severity};

/// Every file below a folder whose name ends in `.yml` or `.yaml`, sorted, with its path below the
/// folder.
///
/// # Errors
/// A folder cannot be listed.
pub fn yaml_files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_yaml = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
            if is_yaml && let Ok(name) = path.strip_prefix(folder) {
                found.push((name.to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The lines that differ, with some around them.
#[must_use]
pub fn difference(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual).unified_diff().context_radius(3).to_string()
}

/// The errors among some diagnostics, one a line.
#[must_use]
pub fn errors(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            let place = diagnostic.primary.as_ref().map_or_else(String::new, |label| {
                format!("{}:{}: ", label.span.start.line, label.span.start.column)
            });
            format!("+ {place}{} [{}]\n", diagnostic.message, diagnostic.code)
        })
        .collect()
}
