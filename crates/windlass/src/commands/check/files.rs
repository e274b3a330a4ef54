//! Which files `windlass check` looks at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use windlass_github_rules::FileKind;

use crate::{exit::Failure, gitlab::CONFIGURATION};

/// How deep below a folder files are looked for.
const DEEPEST: usize = 4;

/// Folders that hold other people's files.
const NOT_OURS: [&str; 4] = ["node_modules", "target", "vendor", "dist"];

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A workflow or action of GitHub.
    Github(FileKind),
    /// A configuration of GitLab.
    Gitlab,
}

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
    pub kind: Kind,
}

/// The files at some paths, sorted, each once; without paths those of the project around here.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Candidate>, Failure> {
    let here = std::env::current_dir().map_err(Failure::environment)?;
    let mut search = Search { here: &here, folder: None, found: Vec::new() };
    if paths.is_empty() {
        search.below_root(root_of(&here));
    }
    for path in paths {
        let absolute = std::path::absolute(path).map_err(Failure::environment)?;
        if absolute.is_dir() && is_project(&absolute) {
            search.below_root(&absolute);
        } else if absolute.is_dir() {
            search.in_folder(&absolute);
        } else if absolute.exists() {
            search.add(&absolute, kind(&absolute));
        } else {
            let path = path.display();
            return Err(Failure::refused_because(format!("there is no file or folder {path}")));
        }
    }
    let mut found = search.found;
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Failure::refused_because(
            "no workflow files here: name some, or go to a project with .github/workflows or .gitlab-ci.yml",
        ));
    }
    Ok(found)
}

/// The nearest folder upwards that is a project; the folder itself where none is.
fn root_of(folder: &Path) -> &Path {
    let is_root = |folder: &&Path| is_project(folder) || folder.join(".git").exists();
    folder.ancestors().find(is_root).unwrap_or(folder)
}

/// Whether pipelines of a folder's own are in it.
fn is_project(folder: &Path) -> bool {
    folder.join(".github").is_dir() || folder.join(CONFIGURATION).is_file()
}

fn kind(path: &Path) -> Kind {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("action.yml" | "action.yaml") => Kind::Github(FileKind::Action),
        Some(name) if name.ends_with(CONFIGURATION) => Kind::Gitlab,
        _ => Kind::Github(FileKind::Workflow),
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yml" || end == "yaml")
}

/// What was found so far. All paths are absolute.
struct Search<'here> {
    here: &'here Path,
    /// The folder of the last file, and the root of its project: files come by folders.
    folder: Option<(PathBuf, PathBuf)>,
    found: Vec<Candidate>,
}

impl Search<'_> {
    fn add(&mut self, path: &Path, kind: Kind) {
        let folder = path.parent().unwrap_or(path);
        let (_, root) = match self.folder.take().filter(|(known, _)| known == folder) {
            Some(known) => self.folder.insert(known),
            None => self.folder.insert((folder.to_owned(), root_of(folder).to_owned())),
        };
        let text = |path: &Path| path.to_string_lossy().into_owned();
        self.found.push(Candidate {
            shown: text(path.strip_prefix(self.here).unwrap_or(path)),
            path: text(path.strip_prefix(&*root).unwrap_or(path)),
            root: root.clone(),
            kind,
        });
    }

    /// The workflows and actions of a project.
    fn below_root(&mut self, root: &Path) {
        let listing = fs::read_dir(root.join(".github/workflows")).into_iter().flatten();
        for entry in listing.flatten() {
            let path = entry.path();
            // A named pipe would never end, and only a link has to be followed to know.
            let is_file = entry
                .file_type()
                .is_ok_and(|kind| kind.is_file() || kind.is_symlink() && path.is_file());
            if is_yaml(&path) && is_file {
                self.add(&path, Kind::Github(FileKind::Workflow));
            }
        }
        self.below(root, 0, &|path| is_action(path).then_some(Kind::Github(FileKind::Action)));
        let configuration = root.join(CONFIGURATION);
        if configuration.is_file() {
            self.add(&configuration, Kind::Gitlab);
        }
    }

    /// The files of a folder that is named: those directly in it, and below it what looks like a
    /// workflow or an action.
    fn in_folder(&mut self, folder: &Path) {
        self.below(folder, 0, &|path| {
            let is_wanted = is_action(path)
                || is_yaml(path) && (path.parent() == Some(folder) || looks_like_a_workflow(path));
            is_wanted.then(|| kind(path))
        });
    }

    /// The files in a folder and below it that `choose` takes, and as what.
    fn below(&mut self, folder: &Path, depth: usize, choose: &dyn Fn(&Path) -> Option<Kind>) {
        let Ok(listing) = fs::read_dir(folder) else { return };
        for entry in listing.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_ours =
                (!name.starts_with('.') || name == ".github") && !NOT_OURS.contains(&&*name);
            if is_folder && is_ours && depth < DEEPEST {
                self.below(&entry.path(), depth + 1, choose);
            } else if !is_folder && let Some(kind) = choose(&entry.path()) {
                self.add(&entry.path(), kind);
            }
        }
    }
}

fn is_action(path: &Path) -> bool {
    kind(path) == Kind::Github(FileKind::Action)
}

/// Whether a line of the file begins with `jobs:`, as in every workflow that has its usual form.
fn looks_like_a_workflow(path: &Path) -> bool {
    fs::read(path).is_ok_and(|text| {
        text.starts_with(b"jobs:") || memchr::memmem::find(&text, b"\njobs:").is_some()
    })
}
