//! A file whose lines have all moved to the left, as text copied from a page does.
//!
//! What YAML makes of such a file is a mistake somewhere in its middle; this says what happened.

use windlass_diagnostics::{Position, SourceId, Span};

use crate::problem::{Problem, ProblemKind};

/// Keys that only stand inside of a job.
const KEYS: [&str; 4] = ["needs", "runs-on", "steps", "uses"];

/// The first key of a job, when no line of the text is indented.
pub(crate) fn lost(source: SourceId, text: &str) -> Option<Problem> {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    if text.lines().filter(is_content).any(|line| line.starts_with([' ', '\t'])) {
        return None;
    }
    text.lines().find(|line| line.split('#').next().is_some_and(|line| line.trim() == "jobs:"))?;
    let start = Position { offset: 0, line: 1, column: 1 };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split_once(':').map(|(key, _)| key);
        if let Some(key) = KEYS.into_iter().find(|known| Some(*known) == key) {
            let start = start.advanced(text, offset);
            let end = start.advanced(text, offset + key.len());
            return Some(Problem::new(
                Span { source, start, end },
                ProblemKind::IndentationLost { key },
            ));
        }
        offset += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_workflow;

    #[test]
    fn a_file_without_indentation_says_so_and_nothing_else() {
        let text = "on: push\njobs:\n# first\na:\nruns-on: x\nsteps:\n- name: b\nrun: c\n";
        let found = parse_workflow(SourceId(0), "ci.yml", text).diagnostics();
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one.code, one.primary.as_ref().unwrap().span.start.line))
            .collect();
        assert_eq!(shown, [("gh/indentation-lost", 5)]);
    }

    #[test]
    fn one_indented_line_is_enough_to_be_silent() {
        let text = "on: push\njobs:\n  a:\nruns-on: x\n";
        assert!(lost(SourceId(0), text).is_none());
        assert!(lost(SourceId(0), "jobs: {}\nruns-on: x\n").is_none());
    }
}
