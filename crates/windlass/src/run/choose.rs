//! Which workflows run: those that are named, else all that the event starts.

use std::path::Path;

use windlass_github::{
    event::{ChangedFiles, Decision, Event},
    launch::{Compiled, WorkflowFile, workflow_files},
};
use windlass_github_syntax::workflow::{EventKind, Triggers};

use crate::exit::Failure;

/// A workflow with the decision on it.
pub struct Chosen {
    /// The workflow and what it calls.
    pub compiled: Compiled,
    /// Whether the event starts it; `None` where its file gives no workflow.
    pub decision: Option<Decision>,
}

/// The files that the user named, by path, by file name, or by the workflow's name.
pub fn named_files(root: &Path, wanted: &[String]) -> Result<Vec<WorkflowFile>, Failure> {
    let all = || {
        let files = workflow_files(root).map_err(Failure::environment)?;
        if files.is_empty() {
            let folder = root.join(".github/workflows");
            return Err(Failure::refused_because(format!(
                "there is no workflow in {}: none of its files ends with .yml or .yaml",
                folder.display()
            )));
        }
        Ok(files)
    };
    if wanted.is_empty() {
        return all();
    }
    let mut chosen: Vec<WorkflowFile> = Vec::new();
    for name in wanted {
        let found = match file_at(root, name)? {
            Some(file) => vec![file],
            None => all()?.into_iter().filter(|file| is_named(file, name)).collect(),
        };
        if found.is_empty() {
            let names: Vec<String> = all()?.into_iter().map(|file| file.name).collect();
            return Err(Failure::refused_because(format!(
                "no workflow '{name}' here; there are: {}",
                names.join(", ")
            )));
        }
        for file in found {
            if !chosen.contains(&file) {
                chosen.push(file);
            }
        }
    }
    Ok(chosen)
}

/// The file at a path: one that was typed from where the user stands, or from the project's root.
fn file_at(root: &Path, name: &str) -> Result<Option<WorkflowFile>, Failure> {
    let path = [Path::new(name).to_owned(), root.join(name)].into_iter().find(|it| it.is_file());
    let Some(path) = path.and_then(|path| path.canonicalize().ok()) else { return Ok(None) };
    let Ok(inside) = path.strip_prefix(root) else {
        return Err(Failure::refused_because(format!(
            "{} lies outside the project {}",
            path.display(),
            root.display()
        )));
    };
    let file = WorkflowFile::read(root, &inside.to_string_lossy());
    file.map(Some).map_err(|error| {
        Failure::refused_because(format!("cannot read {}: {error}", path.display()))
    })
}

fn is_named(file: &WorkflowFile, name: &str) -> bool {
    let path = name.strip_prefix("./").unwrap_or(name);
    let own = file.name.rsplit('/').next().unwrap_or(&file.name);
    let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
    let title = windlass_github::sources::title(&file.text);
    file.name == path || own == path || stem == path || title.as_deref() == Some(name)
}

/// Decides on a compiled workflow. A file without `on` is started by the event that is asked for.
pub fn decide(compiled: Compiled, event: &Event, files: &dyn Fn() -> ChangedFiles) -> Chosen {
    let decision = compiled.workflow().map(|workflow| {
        if workflow.on.span.is_none() {
            return Decision::Runs;
        }
        let changed = if has_path_filter(&workflow.on, &event.name) {
            files()
        } else {
            ChangedFiles::Unknown
        };
        windlass_github::event::decide(&workflow.on, event, &changed)
    });
    Chosen { compiled, decision }
}

fn has_path_filter(on: &Triggers, event: &str) -> bool {
    on.events.get(event).is_some_and(|trigger| match &trigger.kind {
        EventKind::Webhook(filter) => filter.paths.is_some(),
        _ => false,
    })
}
