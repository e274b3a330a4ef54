//! Which workflows run: those that are named, else all that the event starts.

use windlass_github::{
    event::{ChangedFiles, Decision, Event},
    launch::{Compiled, WorkflowFile},
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
pub fn named_files(
    all: Vec<WorkflowFile>,
    wanted: &[String],
) -> Result<Vec<WorkflowFile>, Failure> {
    if wanted.is_empty() {
        return Ok(all);
    }
    let mut chosen: Vec<WorkflowFile> = Vec::new();
    for name in wanted {
        let found = all.iter().filter(|file| is_named(file, name));
        let before = chosen.len();
        for file in found {
            if !chosen.contains(file) {
                chosen.push(file.clone());
            }
        }
        if chosen.len() == before && !all.iter().any(|file| is_named(file, name)) {
            let names: Vec<&str> = all.iter().map(|file| file.name.as_str()).collect();
            return Err(Failure::refused_because(format!(
                "no workflow '{name}' here; there are: {}",
                names.join(", ")
            )));
        }
    }
    Ok(chosen)
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
