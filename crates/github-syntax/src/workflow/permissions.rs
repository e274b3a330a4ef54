//! What the token of a job may do: `permissions` at workflow and job level.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", section `permissions`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::Span;

/// How far a permission goes; ordered, `None` < `Read` < `Write`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PermissionLevel {
    /// No access.
    #[default]
    None,
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
}

impl PermissionLevel {
    /// The word used in workflow files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// Reads the word used in workflow files.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }
}

/// One `permissions` value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Where it was written.
    pub span: Span,
    /// What it says.
    pub grant: PermissionGrant,
}

/// The two ways to write `permissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PermissionGrant {
    /// `read-all` or `write-all`.
    All(PermissionLevel),
    /// A mapping; every scope it does not name has no access.
    Scopes(IndexMap<String, PermissionLevel>),
}

impl Permissions {
    /// The level of one scope, e.g. `contents`.
    #[must_use]
    pub fn level(&self, scope: &str) -> PermissionLevel {
        match &self.grant {
            PermissionGrant::All(level) => *level,
            PermissionGrant::Scopes(scopes) => scopes.get(scope).copied().unwrap_or_default(),
        }
    }
}
