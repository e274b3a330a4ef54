//! The image of a job and its services. Source: "CI/CD YAML syntax reference", sections `image`
//! and `services`.

use serde::{Deserialize, Serialize};

use crate::variables::Variables;

/// `image`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Name with registry and tag; may hold variables.
    pub name: String,
    /// What is run in place of the image's own entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Who it runs as.
    pub user: Option<String>,
    /// The platform to pull it for, e.g. `linux/arm64`.
    pub platform: Option<String>,
    /// When it is pulled, in order of preference; empty for the runner's own choice.
    pub pull_policy: Vec<PullPolicy>,
}

/// One of `services`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its image.
    pub image: Image,
    /// Names it is reached by besides those that come from the image's name.
    pub aliases: Vec<String>,
    /// The command in place of the image's own.
    pub command: Option<Vec<String>>,
    /// Variables for the service alone.
    pub variables: Variables,
}

/// `pull_policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullPolicy {
    /// Pulled each time.
    Always,
    /// Pulled when it is not there.
    IfNotPresent,
    /// Never pulled.
    Never,
}
