//! Which files `windlass check` looks at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use windlass_github_rules::FileKind;

use crate::exit::Failure;

/// How deep below a folder files are looked for.
const DEEPEST: usize = 4;

/// Folders that hold other people's files.
const NOT_OURS: [&str; 4] = ["node_modules", "target", "vendor", "dist"];

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its name in messages: as the user would type it.
    pub shown: String,
    /// The root of its project.
    pub root: PathBuf,
    /// Its path from the root.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
}

/// The files at some paths, sorted, each once; without paths those of the project around here.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Candidate>, Failure> {
    let mut found = Vec::new();
    if paths.is_empty() {
        let here = std::env::current_dir().map_err(Failure::environment)?;
        let root = root_of(&here);
        below_root(&root, &mut found);
    }
    for path in paths {
        if path.is_dir() && path.join(".github").is_dir() {
            below_root(path, &mut found);
        } else if path.is_dir() {
            in_folder(path, &mut found);
        } else if path.exists() {
            found.push(candidate(path, kind(path)));
        } else {
            let path = path.display();
            return Err(Failure::refused_because(format!("there is no file or folder {path}")));
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Failure::refused_because(
            "no workflow files here: name some, or go to a project with .github/workflows",
        ));
    }
    Ok(found)
}

/// The nearest folder upwards that is a project; the folder itself where none is.
fn root_of(folder: &Path) -> PathBuf {
    let is_project =
        |folder: &&Path| folder.join(".github").is_dir() || folder.join(".git").exists();
    folder.ancestors().find(is_project).unwrap_or(folder).to_owned()
}

fn kind(path: &Path) -> FileKind {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("action.yml" | "action.yaml") => FileKind::Action,
        _ => FileKind::Workflow,
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yml" || end == "yaml")
}

fn candidate(path: &Path, kind: FileKind) -> Candidate {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let root = root_of(absolute.parent().unwrap_or(&absolute));
    let inside = absolute.strip_prefix(&root).unwrap_or(&absolute).to_string_lossy().into_owned();
    let here = std::env::current_dir().unwrap_or_default();
    let shown = absolute.strip_prefix(here).unwrap_or(path).to_string_lossy().into_owned();
    Candidate { shown, root, path: inside, kind }
}

/// The workflows and actions of a project.
fn below_root(root: &Path, found: &mut Vec<Candidate>) {
    for path in entries(&root.join(".github/workflows")) {
        if is_yaml(&path) && path.is_file() {
            found.push(candidate(&path, FileKind::Workflow));
        }
    }
    below(root, 0, found, &|path| is_action(path).then_some(FileKind::Action));
}

/// The files of a folder that is named: those directly in it, and below it what looks like a
/// workflow or an action.
fn in_folder(folder: &Path, found: &mut Vec<Candidate>) {
    below(folder, 0, found, &|path| {
        let is_wanted = is_action(path)
            || is_yaml(path) && (path.parent() == Some(folder) || looks_like_a_workflow(path));
        is_wanted.then(|| kind(path))
    });
}

/// The files in a folder and below it that `choose` takes, and as what.
fn below(
    folder: &Path,
    depth: usize,
    found: &mut Vec<Candidate>,
    choose: &dyn Fn(&Path) -> Option<FileKind>,
) {
    let Ok(listing) = fs::read_dir(folder) else { return };
    for entry in listing.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_ours = (!name.starts_with('.') || name == ".github") && !NOT_OURS.contains(&&*name);
        if is_folder && is_ours && depth < DEEPEST {
            below(&entry.path(), depth + 1, found, choose);
        } else if !is_folder && let Some(kind) = choose(&entry.path()) {
            found.push(candidate(&entry.path(), kind));
        }
    }
}

fn is_action(path: &Path) -> bool {
    kind(path) == FileKind::Action
}

/// Whether a line of the file begins with `jobs:`, as in every workflow that has its usual form.
fn looks_like_a_workflow(path: &Path) -> bool {
    fs::read(path).is_ok_and(|text| {
        text.starts_with(b"jobs:") || memchr::memmem::find(&text, b"\njobs:").is_some()
    })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|listing| listing.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}
