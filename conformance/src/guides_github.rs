//! `guides/github`: workflows printed in guides are read, planned and run.
//!
//! Those without `on` are told so, refused by a run, and run when the event is named. What the
//! guides leave out (scripts, actions, cloud programs) is stood in for; workflows that need
//! services or containers are only planned.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use windlass_diagnostics::SourceId;
use windlass_github_syntax::{
    ProblemKind, parse_workflow,
    workflow::{JobBody, Workflow},
};

use crate::{
    CorpusResult,
    cases::{errors, yaml_files},
    program,
    stand_ins::StandIns,
};

/// Reads, plans and runs every workflow.
///
/// # Errors
/// When a file cannot be read or the program cannot be started.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let windlass = program::windlass()?;
    let place = std::env::temp_dir().join(format!("windlass-guides-{}", std::process::id()));
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        let guide = Guide::open(directory, &name, &path, &windlass, &place)?;
        let outcome = guide.check();
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        result.record(&name, outcome?);
    }
    Ok(result)
}

/// One workflow in a repository of its own.
struct Guide<'a> {
    windlass: &'a Path,
    place: &'a Path,
    repository: PathBuf,
    /// The file as the repository has it.
    file: String,
    text: String,
    stand_ins: StandIns,
}

impl<'a> Guide<'a> {
    fn open(
        directory: &Path,
        name: &str,
        path: &Path,
        windlass: &'a Path,
        place: &'a Path,
    ) -> io::Result<Self> {
        let (folder, file) = name.split_once('/').unwrap_or(("", name));
        let repository = place.join("repository");
        let stand_ins = StandIns::write(&place.join("stand-ins"))?;
        program::copy(&directory.join(folder), &repository)?;
        stand_ins.fill(&repository)?;
        program::commit_everything(&repository, "https://github.com/guide/shop")?;
        let (file, text) = (file.to_owned(), fs::read_to_string(path)?);
        Ok(Guide { windlass, place, repository, file, text, stand_ins })
    }

    /// `Err` outside for what keeps the guide from being checked, inside for what differs.
    fn check(&self) -> io::Result<Result<(), String>> {
        let parsed = parse_workflow(SourceId(0), &self.file, &self.text);
        let told = parsed.problems.iter().any(|found| found.kind == ProblemKind::OnMissing);
        let others: Vec<_> = parsed
            .problems
            .iter()
            .filter(|found| found.kind != ProblemKind::OnMissing)
            .map(windlass_github_syntax::Problem::to_diagnostic)
            .collect();
        let mut difference = errors(&others);
        let has_on = self.text.lines().any(|line| line.starts_with("on:"));
        if has_on == told {
            difference
                .push_str("the missing `on` is told exactly where it is missing: it is not\n");
        }
        let Some(workflow) = &parsed.tree else { return Ok(Err(difference)) };
        if !has_on {
            difference.push_str(&self.expect(2, &[])?);
        }
        let words = event(workflow);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        difference.push_str(&self.expect(0, &[&words[..], &["--dry-run"]].concat())?);
        if !needs_containers(workflow) {
            difference.push_str(&self.expect(0, &words)?);
        }
        Ok(if difference.is_empty() { Ok(()) } else { Err(difference) })
    }

    /// Runs the program; what it printed, when it ends with another code.
    fn expect(&self, code: i32, words: &[&str]) -> io::Result<String> {
        let mut command = Command::new(self.windlass);
        command.arg("-C").arg(&self.repository).args(["run", &self.file, "--approve", "*"]);
        command.args(words).args(self.stand_ins.actions(&self.text));
        command.env("PATH", self.stand_ins.path());
        command.env("WINDLASS_STATE_DIR", self.place.join("state"));
        let output = program::output(command, &self.place.join("output"))?;
        if output.status.code() == Some(code) {
            return Ok(String::new());
        }
        let words = words.join(" ");
        let printed = String::from_utf8_lossy(&output.stdout);
        Ok(format!("-exit code {code} of {words}\n+{}\n{printed}\n", output.status))
    }
}

/// The words for an event that starts the workflow, with the inputs that it requires.
fn event(workflow: &Workflow) -> Vec<String> {
    let known = ["push", "pull_request", "workflow_dispatch", "schedule", "workflow_call"];
    let event = known.into_iter().find(|event| workflow.on.contains(event)).unwrap_or("push");
    let mut words = vec!["--event".to_owned(), event.to_owned()];
    let dispatch = workflow.on.workflow_dispatch().filter(|_| event == "workflow_dispatch");
    for input in dispatch.iter().flat_map(|it| it.inputs.values()) {
        let option = input.options.first().map_or("staging", |option| option.value.as_str());
        if input.required && input.default.is_none() {
            words.extend(["--input".to_owned(), format!("{}={option}", input.name.value)]);
        }
    }
    let call = workflow.on.workflow_call().filter(|_| event == "workflow_call");
    for input in call.iter().flat_map(|it| it.inputs.values()).filter(|input| input.required) {
        words.extend(["--input".to_owned(), format!("{}=staging", input.name.value)]);
    }
    words
}

fn needs_containers(workflow: &Workflow) -> bool {
    workflow.jobs.values().any(|job| match &job.body {
        JobBody::Steps(steps) => steps.container.is_some() || steps.services.is_some(),
        JobBody::Reusable(_) => false,
    })
}
