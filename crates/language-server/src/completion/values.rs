//! Values: words of the schema, ids and names of the file, files of the project.

use windlass_github_rules::FileKind;
use windlass_github_syntax::schema::Shape;

use super::{Completion, CompletionKind, Cursor};
use crate::descriptions;
use crate::outline::Node;

/// Labels of runners that GitHub hosts. Source: GitHub Docs, "GitHub-hosted runners reference".
const RUNNER_LABELS: &[&str] = &[
    "ubuntu-latest",
    "ubuntu-24.04",
    "ubuntu-22.04",
    "ubuntu-slim",
    "ubuntu-24.04-arm",
    "ubuntu-22.04-arm",
    "windows-latest",
    "windows-2025",
    "windows-2022",
    "windows-11-arm",
    "macos-latest",
    "macos-26",
    "macos-15",
    "macos-15-intel",
    "macos-14",
    "self-hosted",
];

/// Shells that have a name. Source: GitHub Docs, "Workflow syntax for GitHub Actions",
/// `jobs.<job_id>.steps[*].shell`.
const SHELLS: &[&str] = &["bash", "sh", "pwsh", "powershell", "cmd", "python"];

/// What fits where the cursor is.
pub(super) fn choices(cursor: &Cursor<'_, '_, '_>) -> Vec<Completion> {
    let mut found = words(cursor);
    let way = cursor.accepted.way.as_str();
    let of = |kind, names: &[&str]| -> Vec<Completion> {
        names.iter().map(|name| Completion::new(*name, kind)).collect()
    };
    found.extend(match way {
        "jobs.*.needs" | "jobs.*.needs[]" => of(CompletionKind::Name, &needs(cursor)),
        "jobs.*.runs-on"
        | "jobs.*.runs-on[]"
        | "jobs.*.runs-on.labels"
        | "jobs.*.runs-on.labels[]" => of(CompletionKind::Word, RUNNER_LABELS),
        "jobs.*.uses" => files(cursor.subject.files.workflows()),
        _ if way.ends_with(".shell") => of(CompletionKind::Word, SHELLS),
        _ if way.ends_with("].uses") => files(cursor.subject.files.actions()),
        _ if way.ends_with("].wait") || way.ends_with("].wait[]") || way.ends_with("].cancel") => {
            of(CompletionKind::Name, &background_steps(cursor))
        }
        _ => Vec::new(),
    });
    found
}

/// The words of the schema.
fn words(cursor: &Cursor<'_, '_, '_>) -> Vec<Completion> {
    let mut found: Vec<Completion> = Vec::new();
    for shape in &cursor.accepted.shapes {
        let words: &[&str] = match shape {
            Shape::Words(words) => words,
            Shape::Boolean => &["true", "false"],
            _ => continue,
        };
        for word in words {
            if !found.iter().any(|known| known.label == *word) {
                let is_event = cursor.subject.kind == FileKind::Workflow
                    && matches!(cursor.accepted.way.as_str(), "on" | "on[]");
                let description = is_event.then(|| descriptions::event(word)).flatten();
                let word = Completion::new(*word, CompletionKind::Word).described(description);
                found.push(word);
            }
        }
    }
    found
}

/// The other jobs, without those that are needed already.
fn needs<'text>(cursor: &Cursor<'_, '_, 'text>) -> Vec<&'text str> {
    let jobs = cursor.outline.root.get("jobs").map(Node::entries).unwrap_or_default();
    let (own, listed) = cursor.place.job().map_or(("", Vec::new()), |(id, job)| {
        let listed = job.get("needs").into_iter().flat_map(Node::one_or_more);
        (id, listed.filter_map(Node::as_str).collect())
    });
    let others = jobs.iter().map(|job| job.key);
    others.filter(|id| *id != own && !listed.contains(id)).collect()
}

/// The ids of the steps that run in the background.
fn background_steps<'text>(cursor: &Cursor<'_, '_, 'text>) -> Vec<&'text str> {
    let steps = cursor.place.job().and_then(|(_, job)| job.get("steps"));
    let steps = steps.map(Node::items).unwrap_or_default();
    let in_background =
        steps.iter().filter(|step| step.get("background").and_then(Node::as_str) == Some("true"));
    in_background.filter_map(|step| step.get("id")?.as_str()).collect()
}

fn files(paths: Vec<String>) -> Vec<Completion> {
    let local = paths.into_iter().map(|path| format!("./{path}"));
    local.map(|path| Completion::new(path, CompletionKind::File)).collect()
}
