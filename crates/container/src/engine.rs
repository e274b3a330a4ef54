//! Finding the container engine of this machine, and what is asked of it as a whole.
//!
//! The order is the Docker program's own (DOCKER_HOST, the chosen context, the default socket; see
//! Docker Docs, "Docker contexts" and "Environment variables"), then the sockets of rootless Docker
//! and of Podman (podman-system-service(1)). Only engines of this machine will do: a job's files
//! are mounted, not sent.

use std::env;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::Docker;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::error::{EngineError, with_causes};

/// How long one answer of the engine may take, in seconds. Pulls, builds and waits are streams,
/// whose parts each have that long.
const ANSWER_SECONDS: u64 = 300;
/// How long a socket may take to answer that somebody is there.
const PING: Duration = Duration::from_secs(10);

/// Which program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// Docker, or what passes for it.
    Docker,
    /// Podman.
    Podman,
}

/// Why there is no engine at a place.
enum Absence {
    NoSocket,
    Other(String),
}

/// A container engine. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) api: Docker,
    kind: EngineKind,
    version: String,
    socket: PathBuf,
}

impl Engine {
    /// The engine of this machine.
    ///
    /// # Errors
    /// When none answers, with the places that were tried.
    pub async fn find() -> Result<Self, EngineError> {
        let (mut missing, mut tried) = (Vec::new(), Vec::new());
        for place in places() {
            match Self::connect(&place).await {
                Ok(engine) => return Ok(engine),
                Err(Absence::NoSocket) => missing.push(place),
                Err(Absence::Other(reason)) => tried.push(format!("{place}: {reason}")),
            }
        }
        if !missing.is_empty() {
            tried.push(format!("no socket at {}", missing.join(", ")));
        }
        Err(EngineError::NoEngine { tried: tried.join("; ") })
    }

    /// The engine at this address, `unix:///path` or a path.
    ///
    /// # Errors
    /// When it is not of this machine, or nobody answers there.
    pub async fn at(address: &str) -> Result<Self, EngineError> {
        let failed = |absence| EngineError::NoEngine {
            tried: match absence {
                Absence::NoSocket => format!("no socket at {address}"),
                Absence::Other(reason) => format!("{address}: {reason}"),
            },
        };
        Self::connect(address).await.map_err(failed)
    }

    async fn connect(address: &str) -> Result<Self, Absence> {
        let socket = match address.split_once("://") {
            None => PathBuf::from(address),
            Some(("unix", path)) => PathBuf::from(path),
            Some((scheme, _)) => {
                return Err(Absence::Other(format!(
                    "an engine over {scheme} is another machine's, whose containers do not see the \
                     files of this one"
                )));
            }
        };
        if !socket.exists() {
            return Err(Absence::NoSocket);
        }
        let other = |reason: &str| Absence::Other(reason.to_owned());
        let text = socket.to_str().ok_or_else(|| other("the path is not UTF-8"))?;
        let api = Docker::connect_with_unix(text, ANSWER_SECONDS, bollard::API_DEFAULT_VERSION)
            .map_err(|error| other(&with_causes(&error)))?;
        let answer = tokio::time::timeout(PING, async {
            let api = api.negotiate_version().await?;
            let version = api.version().await?;
            Ok::<_, bollard::errors::Error>((api, version))
        });
        let (api, version) = answer
            .await
            .map_err(|_| other("nobody answers"))?
            .map_err(|error| other(&explain_refusal(&with_causes(&error))))?;
        let names = version.components.unwrap_or_default();
        let is_podman = names.iter().any(|part| part.name.starts_with("Podman"));
        let kind = if is_podman { EngineKind::Podman } else { EngineKind::Docker };
        Ok(Engine { api, kind, version: version.version.unwrap_or_default(), socket })
    }

    /// Which program answers.
    #[must_use]
    pub fn kind(&self) -> EngineKind {
        self.kind
    }

    /// The socket on which it answers.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether the gateways of its networks are addresses of this machine. They are where it runs as
    /// root on it; without root, or in a virtual machine, they lie in a place of its own, and its
    /// socket belongs to a user.
    #[must_use]
    pub fn shares_networks(&self) -> bool {
        std::fs::metadata(&self.socket).is_ok_and(|socket| socket.uid() == 0)
    }

    /// `Docker 27.1 at /var/run/docker.sock`, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let name = match self.kind {
            EngineKind::Docker => "Docker",
            EngineKind::Podman => "Podman",
        };
        format!("{name} {} at {}", self.version, self.socket.display())
    }
}

fn explain_refusal(reason: &str) -> String {
    if reason.to_ascii_lowercase().contains("permission denied") {
        return "you may not use the socket (is your user in the group `docker`?)".to_owned();
    }
    reason.to_owned()
}

/// Where engines listen, the most wanted first. What the user named is the only place.
fn places() -> Vec<String> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(host) = set("DOCKER_HOST").or_else(|| set("CONTAINER_HOST")) {
        return vec![host];
    }
    if let Some(host) = address_of_context() {
        return vec![host];
    }
    let mut places = vec!["/var/run/docker.sock".to_owned()];
    if let Some(runtime) = set("XDG_RUNTIME_DIR") {
        places.push(format!("{runtime}/docker.sock"));
        places.push(format!("{runtime}/podman/podman.sock"));
    }
    if let Some(home) = set("HOME") {
        places.push(format!("{home}/.docker/run/docker.sock"));
    }
    places.push("/run/podman/podman.sock".to_owned());
    places
}

/// The address of the context chosen by DOCKER_CONTEXT or `docker context use`; contexts lie in
/// `contexts/meta/<sha256 of the name>/meta.json` of Docker's configuration.
fn address_of_context() -> Option<String> {
    let configuration = crate::credentials::configuration_directory()?;
    let chosen = env::var("DOCKER_CONTEXT").ok().filter(|name| !name.is_empty()).or_else(|| {
        let text = std::fs::read(configuration.join("config.json")).ok()?;
        let json: serde_json::Value = serde_json::from_slice(&text).ok()?;
        json.get("currentContext")?.as_str().map(str::to_owned)
    })?;
    if chosen == "default" {
        return None;
    }
    let folder: String =
        Sha256::digest(chosen.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let meta = configuration.join("contexts/meta").join(folder).join("meta.json");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(meta).ok()?).ok()?;
    json.pointer("/Endpoints/docker/Host")?.as_str().map(str::to_owned)
}

/// The engine, looked for when somebody first needs it; all jobs of a run share it.
#[derive(Debug, Default)]
pub struct LazyEngine {
    address: Option<String>,
    engine: OnceCell<Engine>,
}

impl LazyEngine {
    /// The engine at this address alone, for tests and for those who have several.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        LazyEngine { address: Some(address.into()), engine: OnceCell::new() }
    }

    /// The engine. After an error the next call looks again.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self) -> Result<&Engine, EngineError> {
        let found = self.engine.get_or_try_init(|| async {
            match &self.address {
                Some(address) => Engine::at(address).await,
                None => Engine::find().await,
            }
        });
        found.await
    }

    /// The engine, if anybody has needed it so far.
    #[must_use]
    pub fn known(&self) -> Option<&Engine> {
        self.engine.get()
    }
}
