//! `github/run`: workflows of one repository root, run by the real program.
//!
//! `cases.tsv` names for each case the event, whether the run ends well, and options. The root is
//! copied into a new Git repository with one commit for each case, as the corpus asks.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{CorpusResult, program};

/// Where the corpus comes from; its cases read the owner.
const REMOTE: &str = "https://github.com/nektos/act";

/// One line of `cases.tsv`.
struct Case {
    folder: String,
    event: String,
    ends_well: bool,
    options: Vec<(String, String)>,
}

/// Runs every case of the folder.
///
/// # Errors
/// When the folder cannot be read or the program cannot be started.
pub fn run(folder: &Path) -> io::Result<CorpusResult> {
    let windlass = program::windlass()?;
    let mut result = CorpusResult::default();
    for line in fs::read_to_string(folder.join("cases.tsv"))?.lines().skip(1) {
        let Some(case) = Case::parse(line) else { continue };
        let place = std::env::temp_dir().join(format!("windlass-cases-{}", std::process::id()));
        let outcome = case.run(&windlass, folder, &place);
        fs::remove_dir_all(&place)?;
        result.record(&case.folder, outcome?);
    }
    Ok(result)
}

impl Case {
    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.split('\t');
        let (folder, event, expected) = (cells.next()?, cells.next()?, cells.next()?);
        let options = cells.next().unwrap_or_default().split(' ').filter_map(|option| {
            let (name, value) = option.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Some(Case {
            folder: folder.to_owned(),
            event: event.to_owned(),
            ends_well: expected == "ok",
            options: options.collect(),
        })
    }

    /// `Err` outside for what keeps the case from being run, inside for a wrong end.
    fn run(&self, windlass: &Path, root: &Path, place: &Path) -> io::Result<Result<(), String>> {
        let repository = place.join("repository");
        program::copy(root, &repository)?;
        program::commit_everything(&repository, REMOTE)?;
        let mut command = Command::new(windlass);
        command.arg("-C").arg(&repository).arg("run");
        command.args(workflows(&repository, &self.folder)?);
        command.args(["--event", &self.event, "--approve", "*"]);
        for (name, value) in &self.options {
            command.args(self.words(name, value, &repository));
        }
        command.current_dir(&repository).env("WINDLASS_STATE_DIR", place.join("state"));
        let output = program::output(command, &place.join("output"))?;
        let ended_well = output.status.success();
        if ended_well == self.ends_well && output.status.code().is_some() {
            return Ok(Ok(()));
        }
        Ok(Err(format!(
            "-{}\n+{}\n{}{}",
            if self.ends_well { "ends well" } else { "ends badly" },
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )))
    }

    fn words(&self, name: &str, value: &str, repository: &Path) -> Vec<String> {
        let file = || {
            let own = repository.join(&self.folder).join(value);
            let path = if own.exists() { own } else { repository.join(value) };
            path.display().to_string()
        };
        match name {
            "actor" => vec!["--actor".into(), value.into()],
            "event_file" => vec!["--event-file".into(), file()],
            "env_file" => vec!["--env-file".into(), file()],
            "secret_file" => vec!["--secret-file".into(), file()],
            name => match name.strip_prefix("input.") {
                Some(input) => vec!["--input".into(), format!("{input}={value}")],
                None => vec!["--secret".into(), format!("{name}={value}")],
            },
        }
    }
}

/// The workflow files directly in a case's folder: those that have `jobs`.
fn workflows(repository: &Path, folder: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(repository.join(folder))? {
        let path = entry?.path();
        let is_yaml = path.extension().is_some_and(|it| it == "yml" || it == "yaml");
        if is_yaml && fs::read_to_string(&path)?.lines().any(|line| line.starts_with("jobs:")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
