//! Where files are: addresses of the protocol, projects on the disk, and texts that are open.

use std::{
    collections::BTreeSet,
    fs,
    io::Read as _,
    path::{Component, Path, PathBuf},
    str::FromStr as _,
};

use lsp_types::Uri;
use percent_encoding::percent_decode_str;
use windlass_diagnostics::uri::encoded_path;
use windlass_github_rules::FileKind;
use windlass_gitlab_syntax::local::LocalFiles;

use crate::dialect::Dialect;
use crate::documents::Documents;
use crate::gitlab::files::{CONFIGURATION, main_of};
use crate::subject::Files;

/// The largest file beside the open ones that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// How deep below a project's root actions are looked for.
const DEEPEST: usize = 4;

/// The most folders that are looked into for actions.
const MOST_FOLDERS: usize = 2_000;

/// About the most files that are listed of a project.
const MOST_FILES: usize = 100_000;

/// Folders that hold other people's files.
const NOT_OURS: [&str; 4] = ["node_modules", "target", "vendor", "dist"];

/// Which file of which project a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The root of the project.
    pub root: PathBuf,
    /// The path from there, with `/`.
    pub path: String,
    /// Whose file it is.
    pub dialect: Dialect,
}

impl Identity {
    /// The identity of the document at an address; `None` when it is neither a workflow nor the
    /// metadata of an action nor part of a configuration of GitLab.
    #[must_use]
    pub fn of(uri: &Uri, documents: &Documents) -> Option<Self> {
        let file = path_of(uri)?;
        Self::of_github(&file).or_else(|| Self::of_gitlab(&file, documents))
    }

    fn of_github(file: &Path) -> Option<Self> {
        let name = file.file_name()?.to_str()?;
        let folder = file.parent()?;
        if folder.ends_with(".github/workflows")
            && (name.ends_with(".yml") || name.ends_with(".yaml"))
        {
            let root = folder.ancestors().nth(2)?;
            let path = format!(".github/workflows/{name}");
            return Some(Self {
                root: root.to_owned(),
                path,
                dialect: Dialect::GitHub(FileKind::Workflow),
            });
        }
        if !matches!(name, "action.yml" | "action.yaml") {
            return None;
        }
        let is_project =
            |folder: &&Path| folder.join(".github").is_dir() || folder.join(".git").exists();
        let root = folder.ancestors().find(is_project).unwrap_or(folder);
        let path = file.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        Some(Self { root: root.to_owned(), path, dialect: Dialect::GitHub(FileKind::Action) })
    }

    /// A file with the name of a configuration, or one that the project's configuration includes.
    fn of_gitlab(file: &Path, documents: &Documents) -> Option<Self> {
        let name = file.file_name()?.to_str()?;
        if !(name.ends_with(".yml") || name.ends_with(".yaml")) {
            return None;
        }
        let folder = file.parent()?;
        let holding = |name: &str| folder.ancestors().find(|it| it.join(name).exists());
        let root = holding(".git").or_else(|| holding(CONFIGURATION)).unwrap_or(folder);
        let path = file.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        let files = ProjectFiles { root, documents };
        let is_ours = name.ends_with(CONFIGURATION) || main_of(&path, &files) != path;
        is_ours.then(|| Self { root: root.to_owned(), path, dialect: Dialect::GitLab })
    }

    /// Where the file is.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.root.join(&self.path)
    }
}

/// The file at an address.
#[must_use]
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // An authority, which is mostly empty, comes before the path.
    let path = &rest[rest.find('/')?..];
    let path = percent_decode_str(path).decode_utf8().ok()?;
    Some(PathBuf::from(path.as_ref()))
}

/// The address of a file.
#[must_use]
pub fn uri_of(file: &Path) -> Option<Uri> {
    let path = file.to_str()?;
    Uri::from_str(&format!("file://{}", encoded_path(path))).ok()
}

/// The files of one project, as they are in the editor, else on the disk.
pub struct ProjectFiles<'run> {
    /// The root of the project.
    pub root: &'run Path,
    /// What is open.
    pub documents: &'run Documents,
}

impl LocalFiles for ProjectFiles<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        Files::read(self, path).ok_or_else(|| "there is no such file".to_owned())
    }

    fn paths(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut pending = vec![String::new()];
        while let Some(folder) = pending.pop() {
            let entries = fs::read_dir(self.root.join(&folder)).into_iter().flatten().flatten();
            for entry in entries {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = format!("{folder}{name}");
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    found.insert(path);
                } else if name != ".git" {
                    pending.push(path + "/");
                }
            }
            if found.len() > MOST_FILES {
                break;
            }
        }
        found
    }
}

impl Files for ProjectFiles<'_> {
    fn read(&self, path: &str) -> Option<String> {
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(path).components().all(inside) {
            return None;
        }
        let file: PathBuf = self.root.join(path).components().collect();
        if let Some(document) = self.documents.at(&file) {
            return Some(document.text.as_str().to_owned());
        }
        // A pipe or device would never end.
        if !file.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        fs::File::open(file).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn workflows(&self) -> Vec<String> {
        let names = names(&self.root.join(".github/workflows"));
        let workflows =
            names.into_iter().filter(|name| name.ends_with(".yml") || name.ends_with(".yaml"));
        workflows.map(|name| format!(".github/workflows/{name}")).collect()
    }

    fn actions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut pending = vec![(String::new(), 0)];
        let mut looked_into = 0;
        while let Some((folder, depth)) = pending.pop() {
            looked_into += 1;
            if looked_into > MOST_FOLDERS {
                break;
            }
            for name in names(&self.root.join(&folder)) {
                if name == "action.yml" || name == "action.yaml" {
                    found.push(folder.trim_end_matches('/').to_owned());
                    continue;
                }
                let is_ours = (!name.starts_with('.') || name == ".github")
                    && !NOT_OURS.contains(&name.as_str());
                let inner = format!("{folder}{name}/");
                if is_ours && depth < DEEPEST && self.root.join(&inner).is_dir() {
                    pending.push((inner, depth + 1));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_files_and_back() {
        let file = Path::new("/a b/#ü/.github/workflows/ci.yml");
        let uri = uri_of(file).unwrap();
        assert_eq!(uri.as_str(), "file:///a%20b/%23%C3%BC/.github/workflows/ci.yml");
        let identity = Identity::of(&uri, &Documents::default()).unwrap();
        assert_eq!(identity.root, Path::new("/a b/#ü"));
        assert_eq!(
            (identity.path.as_str(), identity.dialect),
            (".github/workflows/ci.yml", Dialect::GitHub(FileKind::Workflow))
        );
        assert_eq!(identity.file(), file);
    }

    #[test]
    fn other_files_are_left_alone() {
        for address in [
            "file:///x/.github/ci.yml",
            "file:///x/docker-compose.yml",
            "untitled:1",
            "file://%FF/%FF",
        ] {
            let uri = Uri::from_str(address).unwrap();
            assert_eq!(Identity::of(&uri, &Documents::default()), None, "{address}");
        }
    }

    #[test]
    fn nothing_outside_of_the_project_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("project/a")).unwrap();
        fs::write(folder.path().join("outside"), "x").unwrap();
        fs::write(folder.path().join("project/a/action.yml"), "x").unwrap();
        let (root, documents) = (folder.path().join("project"), Documents::default());
        let files = ProjectFiles { root: &root, documents: &documents };
        assert_eq!(Files::read(&files, "../outside"), None);
        assert_eq!(Files::read(&files, "/etc/hostname"), None);
        assert_eq!(Files::read(&files, "a/action.yml").as_deref(), Some("x"));
        assert_eq!(files.actions(), ["a"]);
    }
}
