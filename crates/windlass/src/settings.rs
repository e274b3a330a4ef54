//! `windlass.toml`, the settings of a project. Each section belongs to the crate that obeys it;
//! here the file is read, and what nobody knows is told.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use indexmap::IndexMap;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use windlass_container::StandIn;
use windlass_diagnostics::CheckSettings;
use windlass_github::job::RunSettings;
use windlass_gitlab::inputs::ProcessMode;

use crate::{arguments::ImageUse, exit::Failure};

/// The file's name, in the root of a project.
pub const FILE_NAME: &str = "windlass.toml";

/// A project's settings; those of a project without the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `[check]`.
    pub check: CheckSettings,
    /// `[run]`.
    pub run: RunSettings,
    /// `[gitlab]`.
    pub gitlab: GitlabSettings,
    /// `[services.NAME]`: local processes in place of service containers.
    pub services: IndexMap<String, StandIn>,
}

/// `[gitlab]`: what GitLab knows and a local run cannot.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct GitlabSettings {
    /// Where other projects are, by their path: folders, from the project's root, or Git
    /// addresses.
    pub projects: IndexMap<String, String>,
    /// Who gets a resource group next, by the group's name; GitLab is told by its API.
    pub resource_groups: IndexMap<String, ProcessMode>,
    /// What the image of a job means: `if-possible`, `ignore` or `require`.
    pub image: Option<ImageUse>,
}

impl Settings {
    /// The processes that stand in for services, those of `--service` over those of the file.
    pub fn stand_ins(&self, given: &[(String, String)]) -> IndexMap<String, StandIn> {
        let mut services = self.services.clone();
        for (name, command) in given {
            services.insert(name.clone(), StandIn { command: command.clone() });
        }
        services
    }
}

/// Settings with what they were read from.
#[derive(Debug, Default)]
pub struct ReadSettings {
    pub settings: Settings,
    /// The file and its text; `None` where the project has none.
    pub file: Option<(PathBuf, String)>,
    /// Keys that nobody knows, as `section.key`.
    pub unknown: Vec<String>,
}

/// The day on which suppressions that end are looked at, in UTC: the same everywhere, and found
/// without reading a table of time zones.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Reads the settings of the project at `root`.
pub fn read(root: &Path) -> Result<ReadSettings, Failure> {
    let path = root.join(FILE_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ReadSettings::default()),
        Err(error) => {
            let error =
                anyhow::Error::new(error).context(format!("cannot read {}", path.display()));
            return Err(Failure::environment(error));
        }
    };
    let mut unknown = Vec::new();
    let settings = toml::Deserializer::parse(&text)
        .and_then(|from| serde_ignored::deserialize(from, |key| unknown.push(key.to_string())))
        .with_context(|| path.display().to_string())
        .map_err(Failure::refused)?;
    Ok(ReadSettings { settings, file: Some((path, text)), unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_told_and_mistakes_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().file.is_none());
        let write = |text: &str| fs::write(folder.path().join(FILE_NAME), text).unwrap();
        write("[check]\nfail-on = 'error'\nfail-of = 'x'\n[other]\na = 1\n");
        let found = read(folder.path()).unwrap();
        assert_eq!(found.unknown, ["check.fail-of", "other"]);
        write("[run]\npull = 'never'\n[run.platforms]\nx = 'host'\n[services.db]\ncommand = 'a'\n");
        let found = read(folder.path()).unwrap();
        assert!(found.unknown.is_empty(), "{:?}", found.unknown);
        assert_eq!(found.settings.services["db"].command, "a");
        write("[check]\nfail-on = 'never'\n");
        let refused = read(folder.path()).unwrap_err();
        let words = format!("{:#}", refused.error);
        assert!(words.contains("windlass.toml") && words.contains("line 2"), "{words}");
    }
}
