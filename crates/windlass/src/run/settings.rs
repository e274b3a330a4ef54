//! How a run was asked for, as far as a rerun and a resume do the same again.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_container::{PullPolicy, StandIn};
use windlass_github::job::{Isolation, Platforms};

use crate::exit::Failure;

/// What is kept of the command line beside the run's inputs. Secrets are not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `--env` and `--env-file`.
    pub environment: IndexMap<String, String>,
    /// `--action`.
    pub actions: Vec<(String, String)>,
    /// `--in-place`.
    pub in_place: bool,
    /// `--strict`.
    pub strict: bool,
    /// `--strict-labels`.
    pub strict_labels: bool,
    /// `--platform` over `[run.platforms]`.
    pub platforms: Platforms,
    /// `--service` over `[services]`.
    pub services: IndexMap<String, StandIn>,
    /// `--pull` over `run.pull`.
    pub pull: PullPolicy,
    /// `[run.limits]`, and `--isolated-home` over `run.isolated-home`.
    pub isolation: Isolation,
    /// `--keep`.
    pub keep: bool,
    /// `--debug`.
    pub debug: bool,
}

impl Settings {
    /// Reads them back from the history.
    pub fn read(stored: &Value) -> Result<Self, Failure> {
        if stored.is_null() {
            return Ok(Settings::default());
        }
        Settings::deserialize(stored).map_err(Failure::refused)
    }

    /// As the history keeps them.
    pub fn to_stored(&self) -> Result<Value, Failure> {
        serde_json::to_value(self).map_err(Failure::environment)
    }
}
