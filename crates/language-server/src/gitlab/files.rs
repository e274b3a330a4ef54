//! The files of a configuration: the project's own, and what it includes by `local`.

use std::collections::BTreeSet;

use windlass_gitlab_syntax::{MOST_INCLUDES, local::LocalFiles as _, path_pattern::PathPattern};

use crate::outline::{Node, Outline};
use crate::workspace::ProjectFiles;

/// The configuration of a project that names no other. Source: "CI/CD YAML syntax reference".
pub const CONFIGURATION: &str = ".gitlab-ci.yml";

/// A file with its text.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the project's root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Whether a path is that of a whole configuration, at the root or in a folder.
#[must_use]
pub fn is_configuration(path: &str) -> bool {
    path.rsplit('/').next() == Some(CONFIGURATION)
}

/// The configuration that a file is part of: the project's, if that includes it, else itself.
#[must_use]
pub fn main_of<'path>(path: &'path str, files: &ProjectFiles<'_>) -> &'path str {
    let is_part = || read(CONFIGURATION, files).iter().any(|file| file.path == path);
    if !is_configuration(path) && is_part() { CONFIGURATION } else { path }
}

/// A configuration and all that it includes by `local`, as far as it can be read. Conditions and
/// inputs of an include are not looked at.
#[must_use]
pub fn read(main: &str, files: &ProjectFiles<'_>) -> Vec<File> {
    let mut pending = vec![main.to_owned()];
    let mut seen: BTreeSet<String> = pending.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(path) = pending.pop() {
        let Ok(text) = files.read(&path) else { continue };
        for named in included(&Outline::new(&text).root) {
            for path in paths(named, files) {
                if seen.len() <= MOST_INCLUDES && seen.insert(path.clone()) {
                    pending.push(path);
                }
            }
        }
        found.push(File { path, text });
    }
    found
}

/// What `include` names by `local`, or by a text alone that is no address.
///
/// Source: "CI/CD YAML syntax reference", section `include:local`.
fn included<'text>(root: &Node<'text>) -> Vec<&'text str> {
    let Some(include) = root.get("include") else { return Vec::new() };
    let entries = std::iter::once(include).chain(include.items());
    let named = entries.filter_map(|entry| entry.get("local").unwrap_or(entry).as_str());
    named.filter(|name| !name.contains("://")).collect()
}

/// The files that a name of `include:local` means.
#[must_use]
pub fn paths(name: &str, files: &ProjectFiles<'_>) -> Vec<String> {
    let name = name.trim_start_matches('/');
    if !name.contains('*') {
        return vec![name.to_owned()];
    }
    let Some(pattern) = PathPattern::of_include(name) else { return Vec::new() };
    files.paths().into_iter().filter(|path| pattern.matches(path)).collect()
}
