//! What a job runs, and in what.

use indexmap::IndexMap;

use crate::pipeline::{IdToken, Image, PullPolicy, RunStep, Secret, SecretProvider, Service};
use crate::reading::{json_by_name, text, texts, variables};
use crate::value::Value;

/// `image`: its name, or all about it.
pub(crate) fn image(value: &Value) -> Option<Image> {
    if let Some(name) = value.as_scalar() {
        return Some(Image { name, ..Image::default() });
    }
    let platform = |key: &str| value.get("docker").and_then(|docker| text(docker, key));
    let kubernetes_user = value.get("kubernetes").and_then(|kubernetes| text(kubernetes, "user"));
    Some(Image {
        name: text(value, "name")?,
        entrypoint: value.get("entrypoint").map(Value::texts),
        user: platform("user").or(kubernetes_user),
        platform: platform("platform"),
        pull_policy: texts(value, "pull_policy").iter().filter_map(|it| pull_policy(it)).collect(),
    })
}

fn pull_policy(word: &str) -> Option<PullPolicy> {
    match word {
        "always" => Some(PullPolicy::Always),
        "if-not-present" => Some(PullPolicy::IfNotPresent),
        "never" => Some(PullPolicy::Never),
        _ => None,
    }
}

/// `services`.
pub(crate) fn services(value: &Value) -> Vec<Service> {
    let service = |value: &Value| {
        let aliases = text(value, "alias").unwrap_or_default();
        Some(Service {
            image: image(value)?,
            // Several aliases stand in one text.
            aliases: aliases
                .split([',', ' '])
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            command: value.get("command").map(Value::texts),
            variables: variables(value.get("variables")),
        })
    };
    value.flattened().into_iter().filter_map(service).collect()
}

/// `id_tokens`.
pub(crate) fn id_tokens(value: &Value) -> IndexMap<String, IdToken> {
    let tokens = value.as_mapping().into_iter().flat_map(|tokens| tokens.iter());
    tokens
        .map(|(name, value)| (name.to_owned(), IdToken { audiences: texts(value, "aud") }))
        .collect()
}

/// `secrets`.
pub(crate) fn secrets(value: &Value) -> IndexMap<String, Secret> {
    let secrets = value.as_mapping().into_iter().flat_map(|secrets| secrets.iter());
    secrets
        .filter_map(|(name, value)| {
            let secret = Secret {
                provider: provider(value)?,
                file: value.get("file").and_then(Value::as_boolean).unwrap_or(true),
                token: text(value, "token"),
            };
            Some((name.to_owned(), secret))
        })
        .collect()
}

fn provider(value: &Value) -> Option<SecretProvider> {
    let mut keywords = value.as_mapping()?.iter();
    let (keyword, settings) = keywords.find(|(key, _)| !matches!(*key, "file" | "token"))?;
    if keyword != "vault" {
        let keyword = keyword.to_owned();
        return Some(SecretProvider::Other { keyword, settings: settings.to_json() });
    }
    if let Some(short) = settings.as_scalar() {
        // `path/to/secret/field@mount`
        let (place, mount) = match short.rsplit_once('@') {
            Some((place, mount)) => (place.to_owned(), mount.to_owned()),
            None => (short, "kv-v2".to_owned()),
        };
        let (path, field) = place.rsplit_once('/')?;
        let (path, field) = (path.to_owned(), field.to_owned());
        return Some(SecretProvider::Vault { engine: "kv-v2".to_owned(), mount, path, field });
    }
    let engine = |key: &str| settings.get("engine").and_then(|engine| text(engine, key));
    Some(SecretProvider::Vault {
        engine: engine("name").unwrap_or_else(|| "kv-v2".to_owned()),
        mount: engine("path").unwrap_or_else(|| "kv-v2".to_owned()),
        path: text(settings, "path")?,
        field: text(settings, "field")?,
    })
}

/// `run`.
pub(crate) fn steps(value: &Value) -> Vec<RunStep> {
    let step = |value: &Value| RunStep {
        name: text(value, "name").unwrap_or_default(),
        script: text(value, "script"),
        step: value.get("step").or_else(|| value.get("func")).map(Value::to_json),
        env: variables(value.get("env")).0.into_iter().map(|(name, it)| (name, it.value)).collect(),
        inputs: json_by_name(value, "inputs"),
    };
    value.flattened().into_iter().map(step).collect()
}
