//! The release a job makes. Source: "CI/CD YAML syntax reference", section `release`.

use serde::{Deserialize, Serialize};

/// `release`; all texts may hold variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The tag it belongs to.
    pub tag_name: String,
    /// The message of a tag that is made for it.
    pub tag_message: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it says, or the path of a file that says it.
    pub description: String,
    /// The commit of a tag that is made for it.
    pub reference: Option<String>,
    /// Titles of milestones.
    pub milestones: Vec<String>,
    /// When it is published, ISO 8601.
    pub released_at: Option<String>,
    /// Links to files.
    pub links: Vec<ReleaseLink>,
}

/// One of `release:assets:links`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseLink {
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub url: String,
    /// The path of a permanent address.
    pub filepath: Option<String>,
    /// `runbook`, `package`, `image` or `other`.
    pub link_type: Option<String>,
}
