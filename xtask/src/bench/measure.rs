//! Measuring one benchmark: the contenders in turns, then Windlass once more for its memory.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{
    contenders::{Contender, Contenders, prepare},
    keystroke,
    works::Work,
};

/// How often a process is asked for its memory.
const MEMORY_PERIOD: Duration = Duration::from_millis(1);

/// What one benchmark gave.
pub struct Figure {
    /// The median of each contender's times, in milliseconds.
    pub milliseconds: Vec<(Contender, f64)>,
    /// The most memory that Windlass's own process had resident, in mebibytes; `None` where the
    /// system does not tell.
    pub mebibytes: Option<f64>,
}

impl Figure {
    /// The median of one contender.
    pub fn of(&self, contender: Contender) -> Option<f64> {
        let found = self.milliseconds.iter().find(|(other, _)| *other == contender);
        found.map(|(_, milliseconds)| *milliseconds)
    }
}

/// Measures a work in a folder of its own: one turn to warm up, then so many that count.
pub fn measure(work: &Work, with: &Contenders, folder: &Path, runs: usize) -> Result<Figure> {
    prepare(work, folder)?;
    let contenders = with.of(work);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for turn in 0..=runs.min(work.most_runs) {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let command = with.command(*contender, work, folder);
            let took = match work.windlass {
                ["lsp"] => keystroke::time(command, folder)?,
                _ => time(command, folder, may_find(work))?,
            };
            if turn > 0 {
                times.push(took.as_secs_f64() * 1e3);
            }
            if *contender == Contender::Windlass && work.stored > 0 {
                check_stored(work.stored, &folder.join("state"))?;
            }
        }
    }
    let command = with.command(Contender::Windlass, work, folder);
    let mebibytes = match work.windlass {
        ["lsp"] => None,
        _ => memory(command, folder, may_find(work))?,
    };
    let medians = times.into_iter().map(median);
    Ok(Figure { milliseconds: contenders.into_iter().zip(medians).collect(), mebibytes })
}

/// Runs a command to its end. What it says goes nowhere, but for the reason of a failure.
fn time(command: Command, folder: &Path, may_find: bool) -> Result<Duration> {
    let began = Instant::now();
    let child = start(command, folder)?;
    end(child, folder, may_find)?;
    Ok(began.elapsed())
}

/// Runs a command and asks the system all the time for the largest memory it has had. This
/// disturbs the command a little and so is never done while times are taken.
fn memory(command: Command, folder: &Path, may_find: bool) -> Result<Option<f64>> {
    let mut child = start(command, folder)?;
    let mut largest = None;
    while child.try_wait()?.is_none() {
        largest = peak(child.id()).or(largest);
        thread::sleep(MEMORY_PERIOD);
    }
    end(child, folder, may_find)?;
    Ok(largest)
}

/// `VmHWM` of proc_pid_status(5), which only ever grows, in mebibytes.
fn peak(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}

fn start(mut command: Command, folder: &Path) -> Result<Child> {
    let errors = File::create(folder.join("errors"))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::from(errors));
    command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// Whether a check may end with 1, which says that it has found something.
fn may_find(work: &Work) -> bool {
    work.windlass.first() == Some(&"check")
}

fn end(mut child: Child, folder: &Path, may_find: bool) -> Result<()> {
    let status = child.wait()?;
    let is_end = status.success() || may_find && status.code() == Some(1);
    if !is_end {
        let errors = fs::read(folder.join("errors")).unwrap_or_default();
        bail!("{status}: {}", String::from_utf8_lossy(&errors).trim());
    }
    Ok(())
}

/// Checks that what a step printed or uploaded was kept, and removes it, so that the disk does not
/// fill.
fn check_stored(given: u64, state: &Path) -> Result<()> {
    let blobs = state.join("blobs");
    let stored = size(&blobs)?;
    if stored < given {
        bail!("{given} bytes were given and {stored} stored");
    }
    for kind in fs::read_dir(blobs)? {
        for entry in fs::read_dir(kind?.path())?.flatten() {
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            }
        }
    }
    Ok(())
}

fn size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        sum += if data.is_dir() { size(&entry.path())? } else { data.len() };
    }
    Ok(sum)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(upper), 0) => f64::midpoint(values[middle - 1], *upper),
        (Some(only), _) => *only,
        (None, _) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_middles() {
        assert!((median(vec![9.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(vec![9.0, 1.0, 2.0, 4.0]) - 3.0).abs() < 1e-9);
        assert!(median(Vec::new()).is_nan());
    }
}
