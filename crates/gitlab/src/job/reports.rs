//! The reports of a job: variables for later jobs are read, the others kept and counted.
//!
//! Source: "CI/CD artifacts reports types". Reports are taken whatever became of the script.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use windlass_gitlab_syntax::pipeline::Reports;
use windlass_gitlab_syntax::{Variable, Variables};

use super::files::Choice;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// The most variables that later jobs get, and the most bytes they are read from.
const MOST_VARIABLES: usize = 150;
const LARGEST_DOTENV: usize = 5 << 10;

/// What was found in the reports of a job.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The variables for later jobs.
    pub dotenv: Variables,
    /// What surfaces may show: `tests`, `coverage-report`, `codequality`, `sast`, …
    pub attributes: Vec<(String, String)>,
    /// The files of each kind.
    pub files: Vec<(String, BTreeSet<PathBuf>)>,
    /// What is wrong with them.
    pub warnings: Vec<String>,
}

/// Reads the reports of a job.
pub(crate) fn take(reports: &Reports, project: &Path, variables: &Variables) -> Found {
    let mut found = Found::default();
    let mut texts = |paths: &[String], kind: &str| {
        let paths = paths.iter().map(|path| variables.expand(path)).collect();
        let chosen = Choice { paths, ..Choice::default() }.search(project);
        found.warnings.extend(chosen.warnings.iter().map(|warning| format!("{kind}: {warning}")));
        let whole = |file: &PathBuf| project.join(file);
        let files = chosen.files.iter().filter(|file| {
            whole(file).symlink_metadata().is_ok_and(|data| data.is_file() && data.len() <= LARGEST)
        });
        let texts: Vec<String> = files
            .filter_map(|file| std::fs::read(whole(file)).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        if !chosen.files.is_empty() {
            found.files.push((kind.to_owned(), chosen.files));
        }
        texts
    };
    let dotenv =
        if reports.dotenv.is_empty() { Vec::new() } else { texts(&reports.dotenv, "dotenv") };
    let junit = if reports.junit.is_empty() { Vec::new() } else { texts(&reports.junit, "junit") };
    let coverage = reports.coverage_report.as_ref().map(|report| {
        (report.format.as_str(), texts(std::slice::from_ref(&report.path), "coverage_report"))
    });
    let others: Vec<(&str, Vec<String>)> =
        reports.others.iter().map(|(kind, paths)| (kind.as_str(), texts(paths, kind))).collect();
    for text in dotenv {
        read_dotenv(&text, &mut found);
    }
    if !junit.is_empty() {
        let tests = junit.iter().fold(Tests::default(), |tests, text| tests.with(text));
        found.attributes.push(("tests".to_owned(), tests.to_string()));
    }
    if let Some((format, texts)) = coverage
        && let Some(rate) = texts.iter().find_map(|text| line_rate(text))
    {
        found.attributes.push(("coverage-report".to_owned(), format!("{format}: {rate}")));
    }
    for (kind, texts) in others {
        let count: usize = texts.iter().filter_map(|text| count_findings(text)).sum();
        if !texts.is_empty() {
            found.attributes.push((kind.to_owned(), format!("{count} findings")));
        }
    }
    found
}

/// Reads variables: one `NAME=VALUE` a line, the value as it stands ("CI/CD artifacts reports
/// types", `artifacts:reports:dotenv`).
fn read_dotenv(text: &str, found: &mut Found) {
    if text.len() > LARGEST_DOTENV {
        found
            .warnings
            .push(format!("dotenv: larger than {LARGEST_DOTENV} bytes, so it is left out"));
        return;
    }
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let pair = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        match pair {
            Some((name, value)) if is_name(name) => {
                if found.dotenv.0.len() < MOST_VARIABLES {
                    found.dotenv.insert(name, Variable::literal(value));
                } else {
                    found.warnings.push(format!("dotenv: more than {MOST_VARIABLES} variables"));
                    return;
                }
            }
            _ => found.warnings.push(format!("dotenv: '{line}' is no NAME=VALUE")),
        }
    }
}

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tests {
    all: usize,
    failed: usize,
    skipped: usize,
}

impl Tests {
    /// Counts the test cases of a JUnit file, as far as it can be read.
    fn with(mut self, text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let mut is_in_case = false;
        loop {
            match reader.read_event() {
                Ok(Event::Start(element)) => {
                    is_in_case |= element.name().as_ref() == "testcase";
                    self.count(&element, is_in_case);
                }
                Ok(Event::Empty(element)) => self.count(&element, is_in_case),
                Ok(Event::End(element)) if element.name().as_ref() == "testcase" => {
                    is_in_case = false;
                }
                Ok(Event::Eof) | Err(_) => return self,
                Ok(_) => {}
            }
        }
    }

    fn count(&mut self, element: &BytesStart<'_>, is_in_case: bool) {
        match element.name().as_ref() {
            "testcase" => self.all += 1,
            "failure" | "error" if is_in_case => self.failed += 1,
            "skipped" if is_in_case => self.skipped += 1,
            _ => {}
        }
    }
}

impl std::fmt::Display for Tests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Tests { all, failed, skipped } = self;
        write!(f, "{all} tests, {failed} failed, {skipped} skipped")
    }
}

/// The share of covered lines in a Cobertura file, as a percentage.
fn line_rate(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element)
                if element.name().as_ref() == "coverage" =>
            {
                let attribute = element.try_get_attribute("line-rate").ok()??;
                let rate: f64 = attribute.value.trim().parse().ok()?;
                return Some(format!("{:.2} %", rate * 100.0));
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// How many entries a report in JSON has: of the list itself, or of its `vulnerabilities`.
fn count_findings(text: &str) -> Option<usize> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let list = value.as_array().or_else(|| value.get("vulnerabilities")?.as_array());
    list.map(Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_by_case() {
        let text = "<testsuites><testsuite><testcase name='a'/><testcase name='b'><failure/>\
             <system-out>x</system-out></testcase><testcase><skipped/></testcase>\
             </testsuite></testsuites>";
        let tests = Tests::default().with(text);
        assert_eq!(tests, Tests { all: 3, failed: 1, skipped: 1 });
        assert_eq!(Tests::default().with("<<<"), Tests::default());
    }

    #[test]
    fn variables_are_read_line_by_line() {
        let mut found = Found::default();
        read_dotenv("A=1\n\n B = two words \nbad line\nC=x=y\n", &mut found);
        let pairs: Vec<_> =
            found.dotenv.iter().map(|(name, it)| (name, it.value.as_str())).collect();
        assert_eq!(pairs, [("A", "1"), ("B", "two words"), ("C", "x=y")]);
        assert_eq!(found.warnings, ["dotenv: 'bad line' is no NAME=VALUE"]);
    }

    #[test]
    fn rates_and_findings_are_told() {
        assert_eq!(
            line_rate("<?xml version='1.0'?><coverage line-rate='0.856'/>").as_deref(),
            Some("85.60 %")
        );
        assert_eq!(count_findings("[{}, {}]"), Some(2));
        assert_eq!(count_findings("{\"vulnerabilities\": [{}]}"), Some(1));
    }
}
