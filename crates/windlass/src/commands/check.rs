//! `windlass check`: what is wrong with workflows and actions, before anything runs.
//!
//! Files are looked at in batches, so that memory does not grow with their number, and reported in
//! their order. Nothing is fetched or stored; shellcheck is started where it is installed.

mod explain;
mod files;
mod form;
mod look;
mod mend;
mod report;
mod texts;
mod watch;

use std::{
    io::{self, BufWriter, Write},
    thread,
};

use windlass_diagnostics::Severity;

use crate::{
    arguments::{Check, ColorChoice, FailOn},
    exit::{Exit, Failure, Outcome},
    run::surface,
};
use files::Candidate;
use form::{Form, Printer};
use look::Looker;
use mend::Mending;
use report::{Count, Report};

/// How many files a thread looks at before what was found is printed.
const BATCH: usize = 32;

/// Checks the files that are named, else those of the project.
pub fn check(arguments: &Check, color: ColorChoice) -> Outcome {
    if let Some(code) = &arguments.explain {
        return explain::explain(code, color);
    }
    if arguments.watch {
        return watch::watch(arguments, color);
    }
    let candidates = files::find(&arguments.paths)?;
    round(arguments, &candidates, color)
}

/// Checks some files once.
fn round(arguments: &Check, candidates: &[Candidate], color: ColorChoice) -> Outcome {
    let looker = Looker::new(arguments, candidates)?;
    let mending = Mending::new(arguments);
    let form = Form {
        format: arguments.format,
        colours: surface::appearance(color).colours,
        notes: arguments.notes,
    };
    let out = BufWriter::new(io::stdout().lock());
    match check_all(candidates, &looker, mending, form, out) {
        Ok(count) => Ok(count.exit(arguments.fail_on.map_or_else(|| looker.fail_on(), severity))),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

fn check_all(
    candidates: &[Candidate],
    looker: &Looker,
    mending: Mending,
    form: Form,
    out: impl Write,
) -> io::Result<Count> {
    let mut printer = Printer::begin(form, out)?;
    let mut count = Count::default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for batch in candidates.chunks(threads * BATCH) {
        for report in side_by_side(batch, threads, |it| report::of(it, looker, mending, form)) {
            printer.report(&report)?;
            count.add(&report);
        }
    }
    for report in looker.about_settings(form) {
        printer.report(&report)?;
        count.add(&report);
    }
    printer.end(&count)?;
    Ok(count)
}

/// The reports of some files in their order, made by several threads where there are several files.
fn side_by_side(
    batch: &[Candidate],
    threads: usize,
    report: impl Fn(&Candidate) -> Report + Sync,
) -> Vec<Report> {
    let report = &report;
    if batch.len() == 1 || threads == 1 {
        return batch.iter().map(report).collect();
    }
    thread::scope(|scope| {
        let parts = batch.chunks(batch.len().div_ceil(threads));
        let started: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(report).collect::<Vec<Report>>()))
            .collect();
        let joined = started.into_iter().map(thread::ScopedJoinHandle::join);
        // A panic of a thread goes on here.
        joined
            .flat_map(|reports| reports.unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            .collect()
    })
}

const fn severity(fail_on: FailOn) -> Severity {
    match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    }
}

impl Count {
    /// How the program ends when findings of this severity and worse are failures.
    fn exit(&self, fail_on: Severity) -> Exit {
        let worst = match fail_on {
            Severity::Error => self.errors,
            Severity::Warning => self.errors + self.warnings,
            Severity::Note => self.errors + self.warnings + self.notes,
        };
        match (self.unreadable, worst) {
            (0, 0) => Exit::Success,
            (0, _) => Exit::RunFailed,
            _ => Exit::Refused,
        }
    }
}
