//! The texts that a checked file refers to: of its project, and of actions that a run has fetched.

use std::{
    cell::OnceCell,
    env,
    path::{Component, Path, PathBuf},
};

use windlass_github::launch::WorkflowFile;
use windlass_github_rules::{ACTION_FILES, Texts};
use windlass_repository::SourceCache;

use crate::run::driver::source_cache;

/// Files below a root, and those in the cache of sources.
pub struct FilesBelow {
    root: PathBuf,
    /// What runs have fetched, if they have.
    sources: OnceCell<Option<SourceCache>>,
}

impl FilesBelow {
    pub fn new(root: &Path) -> Self {
        FilesBelow { root: root.to_owned(), sources: OnceCell::new() }
    }
}

impl Texts for FilesBelow {
    fn file(&self, path: &str) -> Option<String> {
        WorkflowFile::read(&self.root, path).ok().map(|file| file.text)
    }

    fn fetched_action(&self, name: &str, reference: &str) -> Option<String> {
        let existing = || Some(source_cache()).filter(|cache| cache.directory().is_dir());
        let cache = self.sources.get_or_init(existing).as_ref()?;
        let mut parts = name.splitn(3, '/');
        let (owner, repository) = (parts.next()?, parts.next()?);
        let folder = PathBuf::from(parts.next().unwrap_or_default());
        if !folder.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let server = env::var("WINDLASS_ACTIONS_URL");
        let server = server.as_deref().unwrap_or("https://github.com");
        let tree = cache.kept(&format!("{server}/{owner}/{repository}"), reference)?;
        let read = |file: &&str| WorkflowFile::read(&tree, folder.join(file).to_str()?).ok();
        ACTION_FILES.iter().find_map(read).map(|file| file.text)
    }
}
