//! Measures the program beside bash, which is the floor, and beside act where it is installed.
//!
//! Whole processes from their start to their end, the history on, the contenders in turns so that
//! a busy machine slows all of them; what is printed are medians. What is measured is listed in
//! `works`; what the figures mean is told in docs/reference/figures.md.

mod contenders;
mod keystroke;
mod measure;
mod repositories;
mod table;
mod works;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::shell;
use contenders::Contenders;
use works::Work;

/// Where everything is made: on the disk that the project is on, as a user's history would be.
const PLACE: &str = "target/bench";

/// Measures the works whose names contain `filter` and prints the table.
pub fn run(filter: Option<&str>, runs: usize) -> Result<()> {
    let works: Vec<Work> = works::all();
    let wanted = |work: &&Work| filter.is_none_or(|part| work.name.contains(part));
    let chosen: Vec<&Work> = works.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = works.iter().map(|work| work.name).collect();
        bail!("no benchmark has that in its name; there are: {}", names.join(", "));
    }
    let contenders = Contenders::find()?;
    let place = Place::make(Path::new(PLACE))?;
    let mut figures = Vec::new();
    for work in chosen {
        shell::say(&format!("bench: {}", work.name));
        let folder = place.path.join(work.file_name());
        let figure = measure::measure(work, &contenders, &folder, runs.max(1));
        figures.push((work, figure.map_err(|error| format!("{error:#}"))));
        // A gigabyte of log is not to lie about until the end.
        remove(&folder)?;
    }
    io::Write::write_all(&mut io::stdout(), table::render(&figures).as_bytes())?;
    let failed = figures.iter().filter(|(_, figure)| figure.is_err()).count();
    if failed > 0 {
        bail!("{failed} of {} benchmarks could not be measured", figures.len());
    }
    Ok(())
}

/// A folder that is gone when the benchmarks end.
struct Place {
    path: PathBuf,
}

impl Place {
    /// Makes the folder, without what an interrupted measurement may have left in it.
    fn make(path: &Path) -> Result<Place> {
        remove(path)?;
        fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        Ok(Place { path: path.canonicalize()? })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            shell::say(&format!("bench: {error:#}"));
        }
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
