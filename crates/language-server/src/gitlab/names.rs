//! What a value names: stages, jobs and files; and where those are written.

use std::ops::Range;

use windlass_gitlab_syntax::keywords::TOP;

use super::files::File;
use crate::outline::Outline;
use crate::symbols::{Symbol, SymbolKind};

/// What a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A stage.
    Stage,
    /// A job that runs.
    Job,
    /// A job or a hidden one.
    Parent,
    /// A file of the project.
    File,
}

/// A name and where it is written.
#[derive(Debug)]
pub struct Name<'files> {
    /// The name.
    pub name: &'files str,
    /// The file.
    pub path: &'files str,
    /// Its bytes there.
    pub range: Range<usize>,
}

impl Named {
    /// What is named by the value at the end of a way, see [`super::schema::Accepted::way`].
    ///
    /// Source: "CI/CD YAML syntax reference", sections `stage`, `needs`, `dependencies`, `extends`,
    /// `environment:on_stop`, `include:local` and `trigger:include`.
    #[must_use]
    pub fn at(way: &str) -> Option<Self> {
        match way.strip_prefix("*.rules[].").or_else(|| way.strip_prefix("*.")).unwrap_or(way) {
            "stage" => Some(Self::Stage),
            "needs[]" | "needs[].job" | "dependencies[]" | "environment.on_stop" => Some(Self::Job),
            "extends" | "extends[]" => Some(Self::Parent),
            "include"
            | "include[]"
            | "include.local"
            | "include[].local"
            | "trigger.include"
            | "trigger.include[]"
            | "trigger.include.local"
            | "trigger.include[].local" => Some(Self::File),
            _ => None,
        }
    }

    /// All that is so named in the files of a configuration, in their order. None for files.
    #[must_use]
    pub fn all(self, files: &[File]) -> Vec<Name<'_>> {
        let mut found = Vec::new();
        for File { path, text } in files {
            let outline = Outline::new(text);
            let mut keep = |name, range: &Range<usize>| {
                found.push(Name { name, path, range: range.clone() });
            };
            match self {
                Self::Stage => {
                    let stages = outline.root.get("stages").into_iter();
                    for stage in stages.flat_map(|stages| stages.items()) {
                        stage.as_str().into_iter().for_each(|name| keep(name, &stage.range));
                    }
                }
                Self::Job | Self::Parent => {
                    let entries = outline.root.entries().iter();
                    let jobs = entries.filter(|entry| {
                        is_job(entry.key) && (self == Self::Parent || !entry.key.starts_with('.'))
                    });
                    jobs.for_each(|entry| keep(entry.key, &entry.key_range));
                }
                Self::File => {}
            }
        }
        found
    }
}

/// The jobs of a text, hidden ones included.
#[must_use]
pub fn symbols(text: &str) -> Vec<Symbol> {
    let outline = Outline::new(text);
    let jobs = outline.root.entries().iter().filter(|entry| is_job(entry.key));
    jobs.map(|job| Symbol::of(job, SymbolKind::Job)).collect()
}

/// Whether a key at the top is that of a job, a hidden one included.
fn is_job(key: &str) -> bool {
    !key.is_empty() && TOP.keys().is_some_and(|keys| keys.iter().all(|keyword| keyword.name != key))
}
