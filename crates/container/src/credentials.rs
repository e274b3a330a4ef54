//! Who pulls an image: the credentials of Docker's own configuration.
//!
//! Source: Docker Docs, "docker login", "Credential stores" and "Credential helpers": `auths`,
//! `credsStore` and `credHelpers` of `config.json`. A helper is a program
//! `docker-credential-<name>` that is told the registry on its standard input and answers JSON.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;

/// How Docker's own registry is called in its configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// How long a helper may take.
const HELPER_PATIENCE: Duration = Duration::from_secs(30);

/// Name and password for a registry.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The name.
    pub username: Option<String>,
    /// The password or token.
    pub password: Option<String>,
    /// A token in place of both.
    pub identity_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    /// Never shows a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// `config.json`, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    auths: std::collections::HashMap<String, Entry>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
    #[serde(rename = "credHelpers")]
    helpers: std::collections::HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    identitytoken: Option<String>,
}

/// A helper's answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

impl Credentials {
    /// A name and a password.
    #[must_use]
    pub fn new(username: String, password: String) -> Self {
        let (username, password) = (Some(username), Some(password));
        Credentials { username, password, identity_token: None }
    }

    /// What Docker would use for an image; `None` when it knows nobody there.
    pub async fn of_docker(image: &str) -> Option<Self> {
        let path = configuration_directory()?.join("config.json");
        let configuration: Configuration =
            serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let registry = registry_of(image);
        let names = names_of(&registry);
        let helper = names.iter().find_map(|name| configuration.helpers.get(name));
        if let Some(helper) = helper.or(configuration.store.as_ref()) {
            for name in &names {
                if let Some(found) = ask(helper, name).await {
                    return Some(found);
                }
            }
        }
        names.iter().find_map(|name| configuration.auths.get(name)).and_then(Entry::credentials)
    }
}

impl Entry {
    fn credentials(&self) -> Option<Credentials> {
        if let Some(token) = self.identitytoken.clone().filter(|token| !token.is_empty()) {
            return Some(Credentials { identity_token: Some(token), ..Credentials::default() });
        }
        let decoded = BASE64.decode(self.auth.as_ref()?.trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (name, password) = text.split_once(':')?;
        Some(Credentials::new(name.to_owned(), password.trim_end_matches('\0').to_owned()))
    }
}

/// Where Docker keeps its configuration: DOCKER_CONFIG, else `~/.docker`.
pub(crate) fn configuration_directory() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".docker"));
    set("DOCKER_CONFIG").map(PathBuf::from).or_else(home)
}

/// The registry of an image's name: its first part when that looks like a host.
fn registry_of(image: &str) -> String {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first.to_owned(),
        _ => DOCKER_HUB.to_owned(),
    }
}

/// How a registry may be called in the configuration.
fn names_of(registry: &str) -> Vec<String> {
    if registry == DOCKER_HUB || registry == "docker.io" || registry == "index.docker.io" {
        return [DOCKER_HUB, "docker.io", "index.docker.io"].map(str::to_owned).to_vec();
    }
    vec![registry.to_owned(), format!("https://{registry}"), format!("https://{registry}/")]
}

async fn ask(helper: &str, registry: &str) -> Option<Credentials> {
    // The name becomes part of a program's name, nothing else.
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if helper.is_empty() || !helper.chars().all(is_name) {
        return None;
    }
    let mut child = tokio::process::Command::new(format!("docker-credential-{helper}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let answer = async {
        stdin.write_all(registry.as_bytes()).await.ok()?;
        drop(stdin);
        child.wait_with_output().await.ok()
    };
    let output = tokio::time::timeout(HELPER_PATIENCE, answer).await.ok()??;
    let answer: Answer =
        output.status.success().then(|| serde_json::from_slice(&output.stdout).ok())??;
    Some(if answer.username == "<token>" {
        Credentials { identity_token: Some(answer.secret), ..Credentials::default() }
    } else {
        Credentials::new(answer.username, answer.secret)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_of_images() {
        assert_eq!(registry_of("postgres:15"), DOCKER_HUB);
        assert_eq!(registry_of("bitnami/redis"), DOCKER_HUB);
        assert_eq!(registry_of("ghcr.io/a/b:1"), "ghcr.io");
        assert_eq!(registry_of("localhost:5000/a"), "localhost:5000");
    }

    #[test]
    fn an_entry_holds_name_and_password_or_a_token() {
        let entry = |json: &str| serde_json::from_str::<Entry>(json).unwrap().credentials();
        let plain = entry(r#"{"auth": "bWU6aHVudGVyMg=="}"#).unwrap();
        assert_eq!(plain, Credentials::new("me".to_owned(), "hunter2".to_owned()));
        assert!(!format!("{plain:?}").contains("hunter2"));
        let token = entry(r#"{"auth": "", "identitytoken": "t"}"#).unwrap();
        assert_eq!(token.identity_token.as_deref(), Some("t"));
        assert_eq!(entry("{}"), None);
    }
}
