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
pub mod rules;
mod texts;
mod watch;

use std::{
    io::{self, BufWriter, Write},
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
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
use look::{Criteria, Looker};
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
    let criteria = Criteria::new(arguments, candidates)?;
    let mending = Mending::new(arguments);
    let form = Form {
        format: arguments.format,
        colours: surface::appearance(color).colours,
        notes: arguments.notes,
    };
    let out = BufWriter::new(io::stdout().lock());
    match check_all(candidates, &criteria, mending, form, out) {
        Ok(count) => Ok(count.exit(arguments.fail_on.map_or_else(|| criteria.fail_on(), severity))),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

fn check_all(
    candidates: &[Candidate],
    criteria: &Criteria,
    mending: Mending,
    form: Form,
    out: impl Write,
) -> io::Result<Count> {
    let mut printer = Printer::begin(form, out)?;
    let mut count = Count::default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for batch in candidates.chunks(threads * BATCH) {
        let look = |looker: &Looker, it: &Candidate| report::of(it, looker, mending, form);
        for report in side_by_side(batch, threads, || Looker::new(criteria), look) {
            printer.report(&report)?;
            count.add(&report);
        }
    }
    for report in criteria.about_settings(form) {
        printer.report(&report)?;
        count.add(&report);
    }
    printer.end(&count)?;
    Ok(count)
}

/// The reports of some files in their order. Each thread has a state of its own and takes the next
/// file when it is done with one, for some take far longer than others.
fn side_by_side<State>(
    batch: &[Candidate],
    threads: usize,
    state: impl Fn() -> State + Sync,
    report: impl Fn(&State, &Candidate) -> Report + Sync,
) -> Vec<Report> {
    let next = AtomicUsize::new(0);
    let work = || {
        let state = state();
        let mut reports = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(candidate) = batch.get(place) else { return reports };
            reports.push((place, report(&state, candidate)));
        }
    };
    let mut reports = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(batch.len())).map(|_| scope.spawn(work)).collect();
        let mut reports = work();
        for other in others {
            // A panic of a thread goes on here.
            reports.extend(other.join().unwrap_or_else(|cause| resume_unwind(cause)));
        }
        reports
    });
    reports.sort_unstable_by_key(|(place, _)| *place);
    reports.into_iter().map(|(_, report)| report).collect()
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
