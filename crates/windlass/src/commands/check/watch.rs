//! `--watch`: checks again whenever a file changes, until it is stopped.

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use notify::{Event, EventKind, RecursiveMode, Watcher};

use super::files::{self, Candidate};
use crate::{
    arguments::{Check, ColorChoice},
    exit::{Failure, Outcome},
    settings::FILE_NAME,
};

/// Changes that come this close together are one: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(40);

/// Checks, waits for a change, and so on. Ends only by a failure or a signal.
pub fn watch(arguments: &Check, color: ColorChoice) -> Outcome {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matters(&event)) {
            // The receiver is gone only when the program ends.
            let _ = sender.send(());
        }
    })
    .map_err(Failure::environment)?;
    let mut watched = BTreeSet::new();
    loop {
        let candidates = files::find(&arguments.paths)?;
        for folder in folders(&candidates) {
            if watched.insert(folder.clone()) {
                let result = watcher.watch(&folder, RecursiveMode::NonRecursive);
                result.map_err(Failure::environment)?;
            }
        }
        clear_screen().map_err(Failure::environment)?;
        match super::round(arguments, &candidates, color) {
            Ok(crate::exit::Exit::ClosedOutput) => return Ok(crate::exit::Exit::ClosedOutput),
            Ok(_) => {}
            // Settings that are being written may make no sense for a moment.
            Err(failure) => writeln!(io::stderr(), "error: {:#}", failure.error)
                .map_err(Failure::environment)?,
        }
        let _ = writeln!(io::stderr(), "waiting for changes; Ctrl-C ends");
        changes.recv().map_err(Failure::environment)?;
        while changes.recv_timeout(QUIET).is_ok() {}
    }
}

/// Reading a file is an event too, which must not lead to the next round.
fn matters(event: &Event) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    let is_ours = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "yml" || end == "yaml")
            || path.file_name().is_some_and(|name| name == FILE_NAME)
    };
    is_change && event.paths.iter().any(is_ours)
}

/// Where the files are, and where the settings may be.
fn folders(candidates: &[Candidate]) -> BTreeSet<PathBuf> {
    let of = |it: &Candidate| {
        [it.root.join(&it.path).parent().map(Path::to_owned), Some(it.root.clone())]
    };
    candidates.iter().flat_map(of).flatten().collect()
}

fn clear_screen() -> io::Result<()> {
    let mut out = io::stdout();
    if out.is_terminal() {
        out.write_all(b"\x1b[2J\x1b[H")?;
        out.flush()?;
    }
    Ok(())
}
