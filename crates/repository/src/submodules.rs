//! The submodules of a repository that lie on this machine, from where jobs are served.
//!
//! Source: gitmodules(5), git-submodule(1), gitrepository-layout(5) (`modules`). Beside this:
//! where Git keeps a repository is in [`git_directory`](crate::git_directory).

use std::path::{Component, Path, PathBuf};

use crate::git::Git;
use crate::git_directory::GitDirectory;

/// How deep submodules of submodules are followed.
const DEPTH: usize = 8;

/// A submodule, as `.gitmodules` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submodule {
    /// `submodule.<name>`.
    pub name: String,
    /// Where it lies below the top of the working tree.
    pub path: PathBuf,
    /// Its address as it is written.
    pub url: String,
    /// Git's directory of it on this machine, where it was brought or where the repository beside
    /// the one that `origin` names is it.
    pub git_directory: Option<PathBuf>,
}

impl Submodule {
    /// The submodules of the working tree with this top; none where `.gitmodules` cannot be read.
    /// Names and paths that lead elsewhere are left out, as Git leaves them out.
    #[must_use]
    pub fn all(top: &Path) -> Vec<Self> {
        if !top.join(".gitmodules").is_file() {
            return Vec::new();
        }
        let keys = r"^submodule\..*\.(path|url)$";
        let words = ["config", "--file", ".gitmodules", "--null", "--get-regexp", keys];
        let read = Git::new(top).arguments(words).run().unwrap_or_default();
        let mut found: Vec<Self> = Vec::new();
        for (key, value) in String::from_utf8_lossy(&read).split('\0').filter_map(entry) {
            let Some((name, key)) = key.rsplit_once('.') else { continue };
            let position = found.iter().position(|it| it.name == name).unwrap_or_else(|| {
                let path = PathBuf::new();
                found.push(Submodule {
                    name: name.into(),
                    path,
                    url: "".into(),
                    git_directory: None,
                });
                found.len() - 1
            });
            match key {
                "path" => found[position].path = value.into(),
                _ => found[position].url = value.to_owned(),
            }
        }
        found.retain(|it| stays_below(Path::new(&it.name)) && stays_below(&it.path));
        for submodule in &mut found {
            submodule.git_directory = submodule.find(top);
        }
        found
    }

    /// Whether the address counts from that of the repository it is in.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.url.starts_with("./") || self.url.starts_with("../")
    }

    /// Where Git keeps it.
    fn find(&self, top: &Path) -> Option<PathBuf> {
        if let Some(brought) = GitDirectory::of(&top.join(&self.path)) {
            return Some(brought.own);
        }
        let parent = GitDirectory::of(top)?;
        let kept = [parent.own, parent.shared].map(|it| it.join("modules").join(&self.name));
        let kept = kept.into_iter().find(|it| it.join("HEAD").is_file());
        kept.or_else(|| self.beside_origin(top))
    }

    /// The neighbour of the repository that `origin` names, where that is a directory.
    fn beside_origin(&self, top: &Path) -> Option<PathBuf> {
        let name = Path::new(self.url.strip_prefix("../")?);
        if !stays_below(name) || name.components().count() != 1 {
            return None;
        }
        let origin =
            Git::new(top).arguments(["config", "--get", "remote.origin.url"]).run().ok()?;
        let origin = String::from_utf8(origin).ok()?;
        let origin = top.join(origin.trim_end().trim_start_matches("file://"));
        let beside = origin.parent()?.join(name);
        // `git clone` takes an address without the ending, too.
        let mut with_ending = beside.clone().into_os_string();
        with_ending.push(".git");
        let is_repository = |it: &PathBuf| it.join("HEAD").is_file() || it.join(".git").exists();
        [beside, with_ending.into()].into_iter().find(is_repository)
    }
}

/// The repositories that jobs find beside their own by relative addresses of submodules, as far as
/// they lie on this machine: names such as `octo/other`, and Git's directories. `repository` is the
/// name of the own one, of which `top` is the working tree.
#[must_use]
pub fn siblings(top: &Path, repository: &str) -> Vec<(String, PathBuf)> {
    let (mut found, mut open) = (Vec::new(), vec![(top.to_owned(), repository.to_owned(), 0)]);
    while let Some((top, repository, depth)) = open.pop() {
        for submodule in Submodule::all(&top) {
            let Some(name) = resolve(&repository, &submodule.url) else { continue };
            if depth < DEPTH {
                open.push((top.join(&submodule.path), name.clone(), depth + 1));
            }
            found.extend(submodule.git_directory.map(|directory| (name, directory)));
        }
    }
    found
}

/// `submodule.NAME.KEY`, a line break, the value.
fn entry(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once('\n')?;
    Some((key.strip_prefix("submodule.")?, value))
}

fn stays_below(path: &Path) -> bool {
    path.components().next().is_some()
        && path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// What a relative address means in a repository of this name (git-submodule(1), `add`).
fn resolve(repository: &str, url: &str) -> Option<String> {
    let mut parts: Vec<&str> = repository.split('/').collect();
    let mut rest = url;
    let mut is_relative = false;
    while let Some((step, after)) = rest.split_once('/') {
        match step {
            ".." => drop(parts.pop()?),
            "." => {}
            _ => break,
        }
        (rest, is_relative) = (after, true);
    }
    let rest = rest.trim_end_matches('/');
    parts.push(rest.strip_suffix(".git").unwrap_or(rest));
    is_relative.then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_count_from_the_repository() {
        let of = |url| resolve("octo/shop", url);
        assert_eq!(of("../other.git").as_deref(), Some("octo/other"));
        assert_eq!(of("../../acme/lib/").as_deref(), Some("acme/lib"));
        assert_eq!(of("./../other").as_deref(), Some("octo/other"));
        assert_eq!(of("../../../../x"), None);
        assert_eq!(of("https://example.com/octo/other.git"), None);
        assert_eq!(of("git@example.com:octo/other.git"), None);
        assert_eq!(of("other"), None);
    }

    #[test]
    fn a_neighbour_of_origin_is_found_and_nothing_further_away() {
        let directory = tempfile::tempdir().expect("a directory");
        let top = directory.path().join("work/shop");
        let git = |words: &[&str]| Git::new(&top).arguments(words).run().map(drop).expect("git");
        std::fs::create_dir_all(&top).expect("a directory");
        for name in ["served/lib.v2.git", "elsewhere/lib.git"] {
            let name = directory.path().join(name).display().to_string();
            git(&["init", "--quiet", "--bare", &name]);
        }
        git(&["init", "--quiet"]);
        let origin = directory.path().join("served/shop.git").display().to_string();
        git(&["remote", "add", "origin", &origin]);
        let entry = |name: &str, url: &str| {
            format!("[submodule \"{name}\"]\n\tpath = {name}\n\turl = {url}\n")
        };
        let text = entry("near", "../lib.v2") + &entry("far", "../../elsewhere/lib.git");
        std::fs::write(top.join(".gitmodules"), text).expect("a file");
        let near = ("octo/lib.v2".to_owned(), directory.path().join("served/lib.v2.git"));
        assert_eq!(siblings(&top, "octo/shop"), [near]);
    }

    #[test]
    fn what_leads_elsewhere_is_no_submodule() {
        let directory = tempfile::tempdir().expect("a directory");
        let entry = |name: &str, path: &str| {
            format!("[submodule \"{name}\"]\n\tpath = {path}\n\turl = ../x.git\n")
        };
        let text = [
            entry("../../evil", "a"),
            entry("b", "../b"),
            entry("/c", "c"),
            entry("libs/d.e", "libs/d"),
        ];
        std::fs::write(directory.path().join(".gitmodules"), text.concat()).expect("a file");
        let found = Submodule::all(directory.path());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].name.as_str(), found[0].url.as_str()), ("libs/d.e", "../x.git"));
    }
}
