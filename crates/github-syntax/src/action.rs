//! The syntax tree of action metadata (`action.yml`): inputs, outputs and how the action runs.
//!
//! Source: GitHub Docs, "Metadata syntax reference".

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::{SourceId, Spanned};

use crate::template::Template;
use crate::workflow::{Condition, Step};

/// One `action.yml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Action {
    /// The source it was read from.
    pub source: SourceId,
    /// The file's name as given to the reader.
    pub source_name: String,
    /// `name`.
    pub name: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `branding`, which only the Marketplace reads.
    pub branding: Option<Template>,
    /// `inputs` by name.
    pub inputs: IndexMap<String, ActionInput>,
    /// `outputs` by name.
    pub outputs: IndexMap<String, ActionOutput>,
    /// `runs`.
    pub runs: ActionRuns,
}

/// One input of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActionInput {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<String>,
    /// `required`; GitHub does not enforce it.
    pub required: bool,
    /// `default`.
    pub default: Option<Template>,
    /// `deprecationMessage`: a warning when the input is given.
    pub deprecation_message: Option<String>,
}

/// One output of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActionOutput {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<String>,
    /// `value`, of composite actions alone.
    pub value: Option<Template>,
}

/// `runs`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionRuns {
    /// `using: node20` and its like.
    JavaScript {
        /// The word after `using`, e.g. `node20`.
        using: String,
        /// `main`, relative to the action.
        main: String,
        /// `pre`.
        pre: Option<String>,
        /// `pre-if`, `always()` when absent.
        pre_if: Option<Condition>,
        /// `post`.
        post: Option<String>,
        /// `post-if`, `always()` when absent.
        post_if: Option<Condition>,
    },
    /// `using: docker`.
    Docker {
        /// `image`: `Dockerfile`, a path, or `docker://image`.
        image: String,
        /// `entrypoint`.
        entrypoint: Option<String>,
        /// `args`, a list of strings.
        args: Option<Template>,
        /// `env`, a mapping of strings.
        env: Option<Template>,
        /// `pre-entrypoint`.
        pre_entrypoint: Option<String>,
        /// `pre-if`, `always()` when absent.
        pre_if: Option<Condition>,
        /// `post-entrypoint`.
        post_entrypoint: Option<String>,
        /// `post-if`, `always()` when absent.
        post_if: Option<Condition>,
    },
    /// `using: composite`.
    Composite {
        /// `steps`; `run` steps name their shell.
        steps: Vec<Step>,
    },
}
