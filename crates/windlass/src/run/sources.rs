//! Bringing the workflows that a workflow calls: from the project, or from elsewhere by Git.

use std::{collections::HashMap, path::Path};

use windlass_github::launch::{Compiled, Missing, WorkflowFile, remote_parts};
use windlass_github_syntax::workflow::WorkflowReference;
use windlass_repository::{SourceCache, SourceOverride};

use crate::exit::Failure;

/// The most workflows that one run may reach, as GitHub limits them ("Reuse workflows").
const MOST_WORKFLOWS: usize = 50;

/// Where called workflows come from.
pub struct Sources<'a> {
    /// The project's root.
    pub root: &'a Path,
    /// Trees from elsewhere.
    pub cache: &'a SourceCache,
    /// Replacements by `owner/repo` in lower case.
    pub overrides: &'a HashMap<String, SourceOverride>,
    /// The forge, without a slash at the end.
    pub server_url: &'a str,
}

impl Sources<'_> {
    /// Adds everything that a workflow calls. What cannot be had stays missing, with its reason.
    pub fn complete(&self, compiled: &mut Compiled) -> Result<(), Failure> {
        while let Some(missing) = compiled.missing() {
            if compiled.sources.len() >= MOST_WORKFLOWS {
                return Err(Failure::refused_because(format!(
                    "'{}' reaches more than {MOST_WORKFLOWS} workflows",
                    compiled.name
                )));
            }
            let text = self.fetch(&missing, compiled)?;
            compiled.add(&missing.name, &text);
        }
        Ok(())
    }

    fn fetch(&self, missing: &Missing, compiled: &mut Compiled) -> Result<String, Failure> {
        let refuse = |reason: String| {
            Failure::refused_because(format!(
                "'{}' calls '{}', which cannot be read: {reason}",
                missing.caller, missing.name
            ))
        };
        let (repository, path, reference) = match &missing.reference {
            WorkflowReference::Remote { owner, repository, path, reference } => {
                (format!("{owner}/{repository}"), path.clone(), reference.clone())
            }
            WorkflowReference::Local { path } => match remote_parts(&missing.name) {
                Some((repository, reference)) => {
                    (repository.to_owned(), path.clone(), reference.to_owned())
                }
                None => {
                    let file = WorkflowFile::read(self.root, path);
                    return file.map(|file| file.text).map_err(|error| refuse(error.to_string()));
                }
            },
        };
        let tree = self.tree(&repository, &reference).map_err(|error| refuse(error.to_string()))?;
        if let Some(pinned) = &tree.pinned {
            compiled.pins.insert(missing.name.clone(), pinned.sha.clone());
        }
        let file = WorkflowFile::read(&tree.path, &path);
        file.map(|file| file.text).map_err(|error| refuse(format!("{path}: {error}")))
    }

    fn tree(
        &self,
        repository: &str,
        reference: &str,
    ) -> Result<windlass_repository::FetchedTree, windlass_repository::SourceError> {
        match self.overrides.get(&repository.to_lowercase()) {
            Some(replacement) => self.cache.fetch_override(replacement, reference),
            None => self.cache.fetch(&format!("{}/{repository}", self.server_url), reference),
        }
    }
}

/// `--action owner/repo=PATH|URL` with absolute paths, so that a rerun from elsewhere finds them.
pub fn settled_places(given: &[(String, String)]) -> Vec<(String, String)> {
    let pairs = given.iter().map(|(name, place)| {
        let absolute = std::path::absolute(place).ok().filter(|_| !is_address(place));
        (name.clone(), absolute.map_or_else(|| place.clone(), |it| it.display().to_string()))
    });
    pairs.collect()
}

/// `--action owner/repo=PATH|URL`, as the source cache wants it.
pub fn overrides(given: &[(String, String)]) -> HashMap<String, SourceOverride> {
    let pairs = given.iter().map(|(name, place)| {
        let replacement = if is_address(place) {
            SourceOverride::Git(place.clone())
        } else {
            SourceOverride::Folder(std::path::absolute(place).unwrap_or_else(|_| place.into()))
        };
        (name.to_lowercase(), replacement)
    });
    pairs.collect()
}

/// Whether a place is one for git to fetch from, and no folder.
pub fn is_address(place: &str) -> bool {
    place.contains("://") || (place.contains(':') && !Path::new(place).exists())
}
