//! How a pipeline was asked for, as far as a rerun and a resume do the same again.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_container::{PullPolicy, StandIn};

use crate::{arguments::ImageUse, exit::Failure};

/// What is kept of the command line beside the run's inputs. Secrets are not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `--env` and `--env-file`.
    pub environment: IndexMap<String, String>,
    /// `--project`.
    pub projects: Vec<(String, String)>,
    /// `--in-place`.
    pub in_place: bool,
    /// `--image`.
    pub image: ImageUse,
    /// `--pull` over `run.pull`.
    pub pull: PullPolicy,
    /// `--service` over `[services]`.
    pub services: IndexMap<String, StandIn>,
    /// `--keep`.
    pub keep: bool,
}

impl Settings {
    /// Reads them back from the history.
    pub fn read(stored: &Value) -> Result<Self, Failure> {
        Settings::deserialize(stored).map_err(Failure::refused)
    }
}
