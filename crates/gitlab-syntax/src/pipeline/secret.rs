//! Secrets and identity tokens. Source: "CI/CD YAML syntax reference", sections `secrets` and
//! `id_tokens`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of `id_tokens`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdToken {
    /// Whom the token is for; may hold variables.
    pub audiences: Vec<String>,
}

/// One of `secrets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    /// Where it is kept.
    pub provider: SecretProvider,
    /// Whether the variable holds the path of a file with it (so if not said) or itself.
    pub file: bool,
    /// The variable with the identity token that opens it, with its `$`.
    pub token: Option<String>,
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretProvider {
    /// HashiCorp Vault.
    Vault {
        /// Kind of the secrets engine: `kv-v2` if not said.
        engine: String,
        /// Where that engine is mounted: `kv-v2` if not said.
        mount: String,
        /// Path of the secret.
        path: String,
        /// Its field.
        field: String,
    },
    /// A provider of another kind: its keyword and what was written there.
    Other {
        /// E.g. `azure_key_vault`.
        keyword: String,
        /// As written.
        settings: Value,
    },
}
