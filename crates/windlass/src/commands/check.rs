//! `windlass check`: what is wrong with workflows and actions, before anything runs.
//!
//! One file at a time, so that memory does not grow with their number. Nothing is started, fetched
//! or stored.

mod called;
mod explain;
mod files;
mod form;

use std::io::{self, BufWriter, Write};

use windlass_diagnostics::{Diagnostic, Severity, SourceMap};
use windlass_github::launch::WorkflowFile;
use windlass_github_rules::{check_action, check_workflow};
use windlass_github_syntax::{parse_action, parse_workflow};

use crate::{
    arguments::{Check, ColorChoice},
    commands::completions::one_line,
    exit::{Exit, Failure, Outcome},
    run::surface,
};
use called::Neighbours;
use files::{Candidate, Kind};
use form::Form;

/// The most findings of one file that are shown.
const MOST_SHOWN: usize = 100;

/// What was seen so far.
#[derive(Default)]
struct Count {
    files: usize,
    errors: usize,
    warnings: usize,
    unreadable: usize,
}

/// Checks the files that are named, else those of the project.
pub fn check(arguments: &Check, color: ColorChoice) -> Outcome {
    if let Some(code) = &arguments.explain {
        return explain::explain(code, color);
    }
    let candidates = files::find(&arguments.paths)?;
    let form = Form { format: arguments.format, colours: surface::appearance(color).colours };
    let mut out = BufWriter::new(io::stdout().lock());
    match check_all(&candidates, form, &mut out) {
        Ok(count) if count.unreadable > 0 => Ok(Exit::Refused),
        Ok(count) if count.errors > 0 => Ok(Exit::RunFailed),
        Ok(_) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

fn check_all(candidates: &[Candidate], form: Form, out: &mut impl Write) -> io::Result<Count> {
    let mut count = Count::default();
    for candidate in candidates {
        match WorkflowFile::read(&candidate.root, &candidate.path) {
            Ok(file) => {
                count.files += 1;
                let mut map = SourceMap::new();
                let found = findings(candidate, &file.text, &mut map);
                show(&found, &map, candidate, form, &mut count, out)?;
            }
            Err(error) => {
                count.unreadable += 1;
                let message = format!("error: cannot read {}: {error}", candidate.shown);
                writeln!(io::stderr(), "{}", one_line(&message))?;
            }
        }
    }
    form.end(&count, out)?;
    out.flush()?;
    Ok(count)
}

/// The findings in one file, in the order of the text.
fn findings(candidate: &Candidate, text: &str, map: &mut SourceMap) -> Vec<Diagnostic> {
    let source = map.add(candidate.shown.as_str(), text);
    let neighbours = Neighbours::new(&candidate.root);
    let mut found = match candidate.kind {
        Kind::Workflow => {
            let parsed = parse_workflow(source, &candidate.path, text);
            let mut found = parsed.diagnostics();
            if let Some(workflow) = &parsed.tree {
                found.extend(neighbours.calls(workflow, parsed.size));
                found.extend(check_workflow(workflow, text, &neighbours));
            }
            found
        }
        Kind::Action => {
            let parsed = parse_action(source, &candidate.path, text);
            let mut found = parsed.diagnostics();
            if let Some(action) = &parsed.tree {
                found.extend(check_action(action, text, &neighbours));
            }
            found
        }
    };
    found
        .sort_by_key(|finding| finding.primary.as_ref().map_or(0, |label| label.span.start.offset));
    found
}

fn show(
    found: &[Diagnostic],
    map: &SourceMap,
    candidate: &Candidate,
    form: Form,
    count: &mut Count,
    out: &mut impl Write,
) -> io::Result<()> {
    for (position, finding) in found.iter().enumerate() {
        match finding.severity {
            Severity::Error => count.errors += 1,
            Severity::Warning => count.warnings += 1,
            Severity::Note => {}
        }
        if position < MOST_SHOWN {
            form.finding(finding, map, out)?;
        }
    }
    let more = found.len().saturating_sub(MOST_SHOWN);
    if more > 0 { form.more(&candidate.shown, more, out) } else { Ok(()) }
}
