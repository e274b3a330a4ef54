//! Where secrets come from: the environment, files, the command line.

use std::{env, fs, path::Path};

use indexmap::IndexMap;
use windlass_secrets::env_file;

use crate::exit::Failure;

/// Variables of the program's environment with this prefix are secrets by the rest of the name.
const PREFIX: &str = "WINDLASS_SECRET_";

/// The secrets of a run: the environment first, files over it, the command line over both.
///
/// Names are upper case everywhere, as GitHub stores them.
pub fn gather(
    given: &[String],
    files: &[impl AsRef<Path>],
) -> Result<IndexMap<String, String>, Failure> {
    let mut secrets = IndexMap::new();
    for (name, value) in env::vars_os() {
        let name = name.to_string_lossy();
        if let (Some(name), Some(value)) = (name.strip_prefix(PREFIX), value.to_str()) {
            secrets.insert(name.to_uppercase(), value.to_owned());
        }
    }
    for file in files {
        for (name, value) in read_pairs(file.as_ref())? {
            secrets.insert(name.to_uppercase(), value);
        }
    }
    for secret in given {
        let (name, value) = match secret.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (secret.as_str(), from_environment(secret)?),
        };
        secrets.insert(name.to_uppercase(), value);
    }
    Ok(secrets)
}

fn from_environment(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|_| {
        Failure::refused_because(format!(
            "secret {name} has no value: set {name} in the environment, or use --secret-file"
        ))
    })
}

/// The `NAME=VALUE` lines of a file.
pub fn read_pairs(file: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::refused_because(format!("cannot read {}: {error}", file.display()))
    })?;
    let entries = env_file::parse(&text)
        .map_err(|error| Failure::refused_because(format!("{}: {error}", file.display())))?;
    Ok(entries.into_iter().map(|entry| (entry.name, entry.value)).collect())
}
