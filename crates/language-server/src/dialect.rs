//! Whose file a document is. What an editor asks is handed to that side here, and nowhere else.

use windlass_diagnostics::{Diagnostic, Policy, SourceId};
use windlass_github_rules::{FileKind, Neighbours, check_file};

use crate::completion::{Completions, complete};
use crate::definition::{Definition, definition};
use crate::documents::Document;
use crate::gitlab::{self, FileFindings};
use crate::hover::{Hover, hover};
use crate::subject::{Files as _, Subject};
use crate::symbols::{Symbol, symbols};
use crate::text::Text;
use crate::workspace::ProjectFiles;

/// Whose file a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A workflow or the metadata of an action.
    GitHub(FileKind),
    /// A configuration of GitLab, or a file that one includes.
    GitLab,
}

/// The file that is asked about.
pub struct Asked<'run> {
    /// Whose it is.
    pub dialect: Dialect,
    /// Its path from the project's root.
    pub path: &'run str,
    /// Its text as it is now.
    pub text: &'run Text,
    /// The project's files.
    pub files: &'run ProjectFiles<'run>,
}

impl<'run> Asked<'run> {
    /// A document that is open, in a project.
    #[must_use]
    pub fn new(document: &'run Document, files: &'run ProjectFiles<'run>) -> Self {
        let identity = &document.identity;
        Self { dialect: identity.dialect, path: &identity.path, text: &document.text, files }
    }

    fn subject(&self, kind: FileKind) -> Subject<'run> {
        Subject::new(kind, self.path, self.text, self.files)
    }

    /// What is wrong in it, as far as the project lets it be said, and in files that it belongs to
    /// or includes and that are not open. Places in a file have the source `own`.
    #[must_use]
    pub fn check(&self, own: SourceId, policy: &Policy) -> (Vec<Diagnostic>, Vec<FileFindings>) {
        let (path, text) = (self.path, self.text.as_str());
        let (found, mut elsewhere) = match self.dialect {
            Dialect::GitHub(kind) => {
                let neighbours = Neighbours::new(|path: &str| self.files.read(path));
                (check_file(kind, own, path, text, &neighbours), Vec::new())
            }
            Dialect::GitLab => {
                let (here, elsewhere): (Vec<_>, Vec<_>) =
                    gitlab::check(self, own).into_iter().partition(|file| file.path == path);
                (here.into_iter().flat_map(|file| file.findings).collect(), elsewhere)
            }
        };
        // A template has a name, but is no file of the project.
        elsewhere.retain(|file| self.files.read(&file.path).as_ref() == Some(&file.text));
        for file in &mut elsewhere {
            let found = std::mem::take(&mut file.findings);
            file.findings = policy.judge(found, own, &file.path, &file.text).reported;
        }
        (policy.judge(found, own, path, text).reported, elsewhere)
    }

    /// The choices at a byte.
    #[must_use]
    pub fn complete(&self, offset: usize) -> Completions {
        match self.dialect {
            Dialect::GitHub(kind) => complete(&self.subject(kind), offset),
            Dialect::GitLab => gitlab::completion::complete(self, offset),
        }
    }

    /// What there is to say about the word at a byte.
    #[must_use]
    pub fn hover(&self, offset: usize) -> Option<Hover> {
        match self.dialect {
            Dialect::GitHub(kind) => hover(&self.subject(kind), offset),
            Dialect::GitLab => gitlab::looking::hover(self.text.as_str(), offset),
        }
    }

    /// Where the thing named at a byte is defined.
    #[must_use]
    pub fn definition(&self, offset: usize) -> Option<Definition> {
        match self.dialect {
            Dialect::GitHub(kind) => definition(&self.subject(kind), offset),
            Dialect::GitLab => gitlab::looking::definition(self, offset),
        }
    }

    /// The outline of the file.
    #[must_use]
    pub fn symbols(&self) -> Vec<Symbol> {
        match self.dialect {
            Dialect::GitHub(kind) => symbols(kind, self.text.as_str()),
            Dialect::GitLab => gitlab::names::symbols(self.text.as_str()),
        }
    }
}
