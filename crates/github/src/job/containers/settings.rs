//! What the user decided about containers: the engine, pulls, labels, local stand-ins.
//!
//! `[run]` and `[services.NAME]` of `windlass.toml` are read here; the command line goes over them.

use std::str::FromStr;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_container::{LazyEngine, PullPolicy, StandIn};

use crate::job::isolation::LimitSettings;

/// How the jobs of a run use containers.
#[derive(Debug, Default)]
pub struct ContainerSettings {
    /// The engine, looked for when a job needs it.
    pub engine: Arc<LazyEngine>,
    /// When images are pulled.
    pub pull: PullPolicy,
    /// What labels of `runs-on` mean here.
    pub platforms: Platforms,
    /// Local processes in place of services, by the service's name.
    pub stand_ins: IndexMap<String, StandIn>,
    /// The root directory of the project, for labels.
    pub project: String,
    /// This process, told from a later one with its number, for labels.
    pub owner: String,
}

/// `[run]` of `windlass.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RunSettings {
    /// `[run.platforms]`: what labels of `runs-on` mean here.
    pub platforms: Platforms,
    /// `pull`: when images are pulled.
    pub pull: Option<PullPolicy>,
    /// `[run.limits]`: what each job on this machine may take of it.
    pub limits: LimitSettings,
    /// `isolated-home`: each job on this machine has `HOME` and `TMPDIR` of its own.
    pub isolated_home: bool,
}

/// What labels mean, by label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Platforms(pub IndexMap<String, Platform>);

/// What one label of `runs-on` means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Platform {
    /// The job runs on this machine.
    Host,
    /// The job runs in a container of this image.
    Image(String),
    /// The job fails before its first step.
    Refuse,
}

impl From<String> for Platform {
    fn from(text: String) -> Self {
        match text.as_str() {
            "host" => Platform::Host,
            "refuse" => Platform::Refuse,
            _ => Platform::Image(text),
        }
    }
}

impl FromStr for Platform {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Platform::from(text.to_owned()))
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Host => "host".to_owned(),
            Platform::Refuse => "refuse".to_owned(),
            Platform::Image(image) => image,
        }
    }
}

impl Platforms {
    /// What the first label means that means anything, and that label.
    pub(crate) fn of<'a>(&'a self, labels: &'a [String]) -> Option<(&'a str, &'a Platform)> {
        labels.iter().find_map(|label| {
            let known = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(label));
            known.map(|(_, platform)| (label.as_str(), platform))
        })
    }

    /// Why a job with these labels is refused, if it is.
    pub(crate) fn refusal(&self, labels: &[String]) -> Option<String> {
        match self.of(labels) {
            Some((label, Platform::Refuse)) => Some(format!(
                "Jobs with the label '{label}' are refused here ([run.platforms] of windlass.toml, \
                 or --platform). --platform {label}=host runs them on this machine, --platform \
                 {label}=IMAGE in a container."
            )),
            _ => None,
        }
    }
}

impl ContainerSettings {
    /// The image that the labels of a job stand for.
    pub(crate) fn image_for<'a>(&'a self, labels: &'a [String]) -> Option<&'a str> {
        match self.platforms.of(labels) {
            Some((_, Platform::Image(image))) => Some(image),
            _ => None,
        }
    }

    /// Whether a local process stands in for a service.
    pub(crate) fn has_stand_in(&self, service: &str) -> bool {
        self.stand_ins.contains_key(service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_label_that_means_something_decides() {
        let platforms = |pairs: &[(&str, &str)]| {
            let pair = |(label, word): &(&str, &str)| {
                ((*label).to_owned(), Platform::from((*word).to_owned()))
            };
            Platforms(pairs.iter().map(pair).collect())
        };
        let platforms =
            platforms(&[("ubuntu-latest", "debian:12"), ("gpu", "refuse"), ("big", "host")]);
        let labels = |labels: &[&str]| labels.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let settings = ContainerSettings { platforms, ..ContainerSettings::default() };
        assert_eq!(settings.image_for(&labels(&["Ubuntu-Latest"])), Some("debian:12"));
        assert_eq!(settings.image_for(&labels(&["self-hosted", "big"])), None);
        assert_eq!(settings.platforms.refusal(&labels(&["big", "gpu"])), None);
        let refusal = settings.platforms.refusal(&labels(&["gpu"])).expect("a refusal");
        assert!(refusal.contains("--platform gpu=host"));
    }
}
