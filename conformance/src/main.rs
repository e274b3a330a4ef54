//! `windlass-conformance [--cases DIR] [CORPUS…]`: runs the corpora and compares with the recorded
//! rates. Exit code 1 when a rate is not reached, 2 when the arguments make no sense.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command that prints its results")]

use std::path::PathBuf;
use std::process::ExitCode;

use windlass_conformance::{CORPORA, CorpusResult, default_cases, rates};

fn main() -> ExitCode {
    let (mut cases, mut wanted) = (default_cases(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--cases" => match arguments.next() {
                Some(folder) => cases = PathBuf::from(folder),
                None => return usage("`--cases` needs a folder"),
            },
            option if option.starts_with('-') => {
                return usage(&format!("there is no option `{option}`"));
            }
            corpus if CORPORA.iter().any(|known| known.name == corpus) => {
                wanted.push(corpus.to_owned());
            }
            corpus => return usage(&format!("there is no corpus `{corpus}`")),
        }
    }
    let mut lines = Vec::new();
    let mut reached = true;
    for corpus in CORPORA {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == corpus.name) {
            continue;
        }
        let folder = cases.join(corpus.name);
        if !folder.is_dir() {
            lines.push(format!("{} left out: {} is not there", corpus.name, folder.display()));
            continue;
        }
        match (corpus.run)(&folder) {
            Ok(result) => {
                print_details(corpus.name, &result);
                let enough = result.passed * 1000 >= rates::recorded(corpus.name) * result.total;
                reached &= enough;
                let note = if enough { "" } else { "  BELOW THE RECORDED RATE" };
                lines.push(format!("{} {}/{}{note}", corpus.name, result.passed, result.total));
            }
            Err(error) => {
                reached = false;
                lines.push(format!("{} could not be run: {error}", corpus.name));
            }
        }
    }
    for line in lines {
        println!("{line}");
    }
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_details(corpus: &str, result: &CorpusResult) {
    for (case, reason) in &result.excepted {
        println!("{corpus} {case} does not count: {reason}");
    }
    for failure in &result.failures {
        println!("=== {corpus} {}\n{}", failure.case, failure.difference.trim_end());
    }
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("{problem}\nusage: windlass-conformance [--cases DIR] [CORPUS…]");
    for corpus in CORPORA {
        eprintln!("  {}", corpus.name);
    }
    ExitCode::from(2)
}
