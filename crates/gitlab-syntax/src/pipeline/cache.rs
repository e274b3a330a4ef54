//! The caches of a job. Source: "CI/CD YAML syntax reference", section `cache`.

use serde::{Deserialize, Serialize};

use super::SaveWhen;

/// One cache.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// What it is found by.
    pub key: CacheKey,
    /// Paths and globs below the project; may hold variables.
    pub paths: Vec<String>,
    /// Whether it is downloaded, uploaded or both: a word that [`CachePolicy::from_word`] reads
    /// once its variables are expanded.
    pub policy: String,
    /// After which end of the job it is uploaded.
    pub when: SaveWhen,
    /// Whether files that Git does not track are in it.
    pub untracked: bool,
    /// Whether protected and unprotected branches share it.
    pub unprotect: bool,
    /// Keys to try when there is no cache by the first; may hold variables.
    pub fallback_keys: Vec<String>,
}

/// `cache:key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKey {
    /// A text that may hold variables.
    Text(String),
    /// The contents of up to two files, behind a prefix.
    Files {
        /// Paths below the project.
        files: Vec<String>,
        /// May hold variables.
        prefix: Option<String>,
    },
    /// The latest commits that changed up to two files, behind a prefix.
    FilesCommits {
        /// Paths below the project.
        files: Vec<String>,
        /// May hold variables.
        prefix: Option<String>,
    },
}

impl Default for CacheKey {
    /// The key of a cache that names none.
    fn default() -> Self {
        Self::Text("default".to_owned())
    }
}

/// `cache:policy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CachePolicy {
    /// Downloaded before the job, uploaded after it.
    #[default]
    PullPush,
    /// Only downloaded.
    Pull,
    /// Only uploaded.
    Push,
}

impl CachePolicy {
    /// Reads the word of the keyword, `None` for any other.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "pull-push" => Some(Self::PullPush),
            "pull" => Some(Self::Pull),
            "push" => Some(Self::Push),
            _ => None,
        }
    }
}
