//! What a job keeps. Source: "CI/CD YAML syntax reference", sections `artifacts` and "CI/CD
//! artifacts reports types".

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// `artifacts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifacts {
    /// Paths and globs below the project; may hold variables.
    pub paths: Vec<String>,
    /// Paths and globs that are left out.
    pub exclude: Vec<String>,
    /// Name of the archive; may hold variables. `artifacts` if not said.
    pub name: Option<String>,
    /// Whether files that Git does not track are kept as well.
    pub untracked: bool,
    /// After which end of the job they are kept.
    pub when: SaveWhen,
    /// How long they are kept.
    pub expire_in: Option<Expiry>,
    /// The words they are shown under in a merge request.
    pub expose_as: Option<String>,
    /// Who may read them: `all`, `developer`, `maintainer`, `none`.
    pub access: Option<String>,
    /// What else is kept, and read.
    pub reports: Reports,
}

/// After which end of a job something is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaveWhen {
    /// Only when the job succeeds.
    #[default]
    OnSuccess,
    /// Only when the job fails.
    OnFailure,
    /// Always, but for a job that timed out.
    Always,
}

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Until somebody removes it.
    Never,
    /// So long after the job ended.
    After(Duration),
}

/// `artifacts:reports`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    /// JUnit files.
    pub junit: Vec<String>,
    /// Files of variables for later jobs.
    pub dotenv: Vec<String>,
    /// Lines that tests cover.
    pub coverage_report: Option<CoverageReport>,
    /// All others by their keyword (`sast`, `codequality`, …): kept and shown.
    pub others: IndexMap<String, Vec<String>>,
}

/// `artifacts:reports:coverage_report`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// `cobertura` or `jacoco`.
    pub format: String,
    /// Path or glob of the files.
    pub path: String,
}
