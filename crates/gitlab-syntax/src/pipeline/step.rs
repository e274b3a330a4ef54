//! Steps in place of a script. Source: "CI/CD YAML syntax reference", section `run`, and "CI/CD
//! steps".

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of `run`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunStep {
    /// Its name.
    pub name: String,
    /// The commands of a step that is a script.
    pub script: Option<String>,
    /// The step that is called, as written: a path, an address, or a mapping.
    pub step: Option<Value>,
    /// Environment variables for the step alone.
    pub env: IndexMap<String, String>,
    /// Inputs of the called step.
    pub inputs: IndexMap<String, Value>,
}
