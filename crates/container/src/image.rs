//! Images: whether they are here, and pulling them with progress in the log.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use bollard::auth::DockerCredentials;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::error::{EngineError, is_not_found};
use crate::{Credentials, Engine, Progress};

/// How often a pull under way says how much is here.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// When images are pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullPolicy {
    /// Each time they are needed, as a hosted runner does.
    Always,
    /// When they are not here.
    #[default]
    Missing,
    /// Never: one that is not here is an error.
    Never,
}

impl FromStr for PullPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "always" => Ok(PullPolicy::Always),
            "missing" => Ok(PullPolicy::Missing),
            "never" => Ok(PullPolicy::Never),
            _ => Err(format!("'{text}' is none of always, missing and never")),
        }
    }
}

impl Engine {
    /// Sees to it that an image is here. `credentials` go before those of Docker's configuration.
    ///
    /// # Errors
    /// [`EngineError::NoImage`] when it cannot be had, with the registry's words.
    pub async fn provide_image(
        &self,
        image: &str,
        policy: PullPolicy,
        credentials: Option<&Credentials>,
        progress: Progress<'_>,
    ) -> Result<(), EngineError> {
        let is_here = policy != PullPolicy::Always && self.has_image(image).await?;
        match policy {
            _ if is_here => Ok(()),
            PullPolicy::Never => Err(EngineError::NoImage {
                image: image.to_owned(),
                reason: "it is not here, and nothing is pulled (--pull never)".to_owned(),
            }),
            _ => self.pull(image, credentials, progress).await,
        }
    }

    /// The TCP ports that an image exposes, in order (Docker Docs, "Dockerfile reference", EXPOSE).
    ///
    /// # Errors
    /// When the image is not here, or the engine does not answer.
    pub async fn exposed_ports(&self, image: &str) -> Result<Vec<u16>, EngineError> {
        let found = self.api.inspect_image(image).await;
        let found = found.map_err(|error| EngineError::of("look at an image", image, error))?;
        let exposed = found.config.and_then(|config| config.exposed_ports).unwrap_or_default();
        let tcp = |port: &String| match port.split_once('/') {
            None => port.parse().ok(),
            Some((port, "tcp")) => port.parse().ok(),
            Some(_) => None,
        };
        let mut ports: Vec<u16> = exposed.iter().filter_map(tcp).collect();
        ports.sort_unstable();
        Ok(ports)
    }

    /// Whether an image is here.
    pub(crate) async fn has_image(&self, image: &str) -> Result<bool, EngineError> {
        match self.api.inspect_image(image).await {
            Ok(_) => Ok(true),
            Err(error) if is_not_found(&error) => Ok(false),
            Err(error) => Err(EngineError::of("look for an image", image, error)),
        }
    }

    async fn pull(
        &self,
        image: &str,
        credentials: Option<&Credentials>,
        progress: Progress<'_>,
    ) -> Result<(), EngineError> {
        let found;
        let credentials = match credentials {
            Some(credentials) => Some(credentials),
            None => {
                found = Credentials::of_docker(image).await;
                found.as_ref()
            }
        };
        let credentials = credentials.map(|each| DockerCredentials {
            username: each.username.clone(),
            password: each.password.clone(),
            identitytoken: each.identity_token.clone(),
            ..DockerCredentials::default()
        });
        progress(&format!("Pulling {image}"));
        let (name, tag) = split(image);
        let options = CreateImageOptionsBuilder::default().from_image(name).tag(tag).build();
        let mut parts = std::pin::pin!(self.api.create_image(Some(options), None, credentials));
        let mut telling = Telling::new();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| no_image(image, error))?;
            if let Some(detail) = part.error_detail {
                let reason = detail.message.unwrap_or_default();
                return Err(EngineError::NoImage { image: image.to_owned(), reason });
            }
            telling.tell(part, &mut *progress);
        }
        Ok(())
    }
}

fn no_image(image: &str, error: bollard::errors::Error) -> EngineError {
    match EngineError::of("pull an image", image, error) {
        EngineError::Refused { reason, .. } => {
            EngineError::NoImage { image: image.to_owned(), reason }
        }
        other => other,
    }
}

/// Name and tag; without a tag `latest`, with a digest the digest in its place.
fn split(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name, digest);
    }
    match image.rsplit_once(':') {
        // The colon before a port is followed by a path.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

/// Turns the engine's many messages into few lines.
struct Telling {
    told: HashMap<String, String>,
    amounts: HashMap<String, (i64, i64)>,
    last: Instant,
}

impl Telling {
    fn new() -> Self {
        Telling { told: HashMap::new(), amounts: HashMap::new(), last: Instant::now() }
    }

    fn tell(&mut self, part: CreateImageInfo, progress: Progress<'_>) {
        let status = part.status.unwrap_or_default();
        let id = part.id.unwrap_or_default();
        let detail = part.progress_detail.unwrap_or_default();
        if let (Some(current), Some(total)) = (detail.current, detail.total) {
            if status == "Downloading" {
                self.amounts.insert(id, (current, total));
            }
            if self.last.elapsed() >= TELL_EVERY {
                self.last = Instant::now();
                let sum = |part: fn(&(i64, i64)) -> i64| self.amounts.values().map(part).sum();
                let (current, total): (i64, i64) = (sum(|it| it.0), sum(|it| it.1));
                progress(&format!("{} of {} MB", current / 1_000_000, total / 1_000_000));
            }
            return;
        }
        let is_worth_it = !matches!(status.as_str(), "Waiting" | "Verifying Checksum" | "");
        if is_worth_it && self.told.get(&id) != Some(&status) {
            let line = if id.is_empty() { status.clone() } else { format!("{id}: {status}") };
            progress(&line);
            self.told.insert(id, status);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags() {
        assert_eq!(split("postgres"), ("postgres", "latest"));
        assert_eq!(split("ghcr.io/a/b:1.2"), ("ghcr.io/a/b", "1.2"));
        assert_eq!(split("localhost:5000/a"), ("localhost:5000/a", "latest"));
        assert_eq!(split("a@sha256:12"), ("a", "sha256:12"));
    }

    #[test]
    fn layers_are_told_once() {
        let mut lines = Vec::new();
        let mut telling = Telling::new();
        let part = |id: &str, status: &str| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            ..CreateImageInfo::default()
        };
        for status in ["Pulling fs layer", "Pulling fs layer", "Waiting", "Pull complete"] {
            telling.tell(part("a", status), &mut |line| lines.push(line.to_owned()));
        }
        assert_eq!(lines, ["a: Pulling fs layer", "a: Pull complete"]);
    }
}
