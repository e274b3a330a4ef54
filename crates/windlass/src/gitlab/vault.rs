//! `secrets:vault`: secrets that HashiCorp Vault keeps.
//!
//! Source: "Use HashiCorp Vault secrets in GitLab CI/CD" for the variables, and Vault's
//! documentation, "JWT/OIDC auth method (API)" and "KV secrets engine version 2 (API)".

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use windlass_gitlab::job::SecretStore;
use windlass_gitlab_syntax::pipeline::SecretProvider;
use windlass_secrets::SecretValue;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The Vault that the variables of a job name.
pub struct Vault;

#[async_trait]
impl SecretStore for Vault {
    async fn open(
        &self,
        provider: &SecretProvider,
        token: Option<&str>,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<SecretValue, String> {
        let SecretProvider::Vault { engine, mount, path, field } = provider else {
            return Err("of the providers of secrets, Windlass knows `vault`".to_owned());
        };
        let missing = |name: &str| format!("the variable {name} does not say where Vault is");
        let server = variable("VAULT_SERVER_URL").ok_or_else(|| missing("VAULT_SERVER_URL"))?;
        let token = token.ok_or("no `id_tokens` of the job opens it; name one by `token`")?;
        let method = variable("VAULT_AUTH_PATH").unwrap_or_else(|| "jwt".to_owned());
        let login = json!({ "jwt": token, "role": variable("VAULT_AUTH_ROLE") });
        let client = reqwest::Client::builder().timeout(PATIENCE).build();
        let client = client.map_err(|error| error.to_string())?;
        let namespace = variable("VAULT_NAMESPACE").unwrap_or_default();
        let ask = |request: reqwest::RequestBuilder| {
            let namespaced = !namespace.is_empty();
            if namespaced { request.header("X-Vault-Namespace", &namespace) } else { request }
        };
        let server = server.trim_end_matches('/');
        let entered = client.post(format!("{server}/v1/auth/{method}/login")).json(&login);
        let entered = answer(ask(entered)).await?;
        let key = entered["auth"]["client_token"].as_str().unwrap_or_default();
        let data = if engine == "kv-v2" { "/data" } else { "" };
        let secret = client.get(format!("{server}/v1/{mount}{data}/{path}"));
        let secret = answer(ask(secret).header("X-Vault-Token", key)).await?;
        let fields = if engine == "kv-v2" { &secret["data"]["data"] } else { &secret["data"] };
        match &fields[field] {
            Value::Null => Err(format!("{mount}/{path} has no field '{field}'")),
            Value::String(text) => Ok(SecretValue::new(text.clone())),
            other => Ok(SecretValue::new(other.to_string())),
        }
    }
}

/// The answer to a request; what Vault says of a refusal goes on, and never what was sent.
async fn answer(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let told = |error: reqwest::Error| format!("Vault does not answer: {}", error.without_url());
    let answer = request.send().await.map_err(told)?;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    let errors = body["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let errors: Vec<&str> = errors.collect();
    Err(format!("Vault answers {status} {}", errors.join("; ")))
}
