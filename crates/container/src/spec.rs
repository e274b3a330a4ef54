//! What a container is made of, and the container once it is made.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, EndpointSettings, Mount as EngineMount, MountType, NetworkingConfig,
    PortBinding,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, LogsOptionsBuilder,
    StartContainerOptions,
};
use futures_util::StreamExt as _;
use tokio::time::Instant;

use crate::error::{EngineError, is_between_states};
use crate::{CreateOptions, Engine, Mount, Network, Port, Tenancy};

/// How many of a container's last lines are shown when it failed.
const LAST_LINES: &str = "60";

/// How long a container may take from its program's end to be cleared up, and the pause between
/// looks at it.
const CLEAR_UP_PATIENCE: Duration = Duration::from_secs(10);
const CLEAR_UP_PAUSE: Duration = Duration::from_millis(20);

/// The `PATH` that engines give to programs of images that set none.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A container to be made.
#[derive(Clone, Debug, Default)]
pub struct ContainerSpec {
    /// What the engine is to call it, unless `options` has a `--name`.
    pub name: String,
    /// The image, which is there.
    pub image: String,
    /// The program and its first arguments, in place of the image's.
    pub entrypoint: Option<Vec<String>>,
    /// The arguments, in place of the image's.
    pub command: Option<Vec<String>>,
    /// Variables; they go over those of `options`.
    pub environment: Vec<(String, String)>,
    /// `ports`.
    pub ports: Vec<Port>,
    /// `volumes`: `SOURCE:TARGET[:ro]`, or a target alone.
    pub volumes: Vec<String>,
    /// Directories of this machine.
    pub mounts: Vec<Mount>,
    /// The flags of `docker create`.
    pub options: CreateOptions,
    /// The network it is on, by name; the engine's own without.
    pub network: Option<String>,
    /// Names by which others on the network know it.
    pub aliases: Vec<String>,
    /// Names that lead elsewhere, `NAME:ADDRESS`.
    pub hosts: Vec<String>,
    /// The directory its program starts in, in place of the image's.
    pub directory: Option<String>,
    /// Whose it is.
    pub tenancy: Tenancy,
}

impl ContainerSpec {
    /// The request to the engine.
    fn into_body(self) -> ContainerCreateBody {
        let CreateOptions { mut body, aliases, ports, .. } = self.options;
        body.image = Some(self.image);
        body.entrypoint = self.entrypoint.or(body.entrypoint);
        body.cmd = self.command;
        body.working_dir = self.directory.or(body.working_dir);
        body.labels.get_or_insert_default().extend(self.tenancy.labels());
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={value}"));
        body.env.get_or_insert_default().extend(variables);
        let host = body.host_config.get_or_insert_default();
        let binds = host.binds.get_or_insert_default();
        for volume in self.volumes {
            // A path alone is a volume without a name, which goes when the container does.
            if volume.contains(':') {
                binds.push(volume);
            } else {
                body.volumes.get_or_insert_default().push(volume);
            }
        }
        host.mounts.get_or_insert_default().extend(self.mounts.iter().map(|mount| EngineMount {
            typ: Some(MountType::BIND),
            source: Some(mount.host.display().to_string()),
            target: Some(mount.inside.display().to_string()),
            read_only: Some(mount.read_only),
            ..EngineMount::default()
        }));
        if !self.hosts.is_empty() {
            host.extra_hosts.get_or_insert_default().extend(self.hosts);
        }
        for port in self.ports.into_iter().chain(ports) {
            let key = port.key();
            body.exposed_ports.get_or_insert_default().push(key.clone());
            let bindings = host.port_bindings.get_or_insert_default();
            bindings.entry(key).or_default().get_or_insert_default().push(PortBinding {
                host_ip: Some(port.address),
                host_port: port.host.map(|port| port.to_string()),
            });
        }
        if let Some(network) = self.network {
            let aliases = self.aliases.into_iter().chain(aliases).collect();
            let endpoint =
                EndpointSettings { aliases: Some(aliases), ..EndpointSettings::default() };
            host.network_mode = Some(network.clone());
            let endpoints_config = Some(HashMap::from([(network, endpoint)]));
            body.networking_config = Some(NetworkingConfig { endpoints_config });
        }
        body
    }
}

/// A container that was made.
#[derive(Clone, Debug)]
pub struct Container {
    pub(crate) engine: Engine,
    /// The engine's id of it.
    pub id: String,
    /// What messages call it.
    pub name: String,
    /// The image it was made from.
    pub image: String,
}

/// How a container is at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) running: bool,
    pub(crate) exit_code: i64,
    pub(crate) out_of_memory: bool,
    /// `starting`, `healthy`, `unhealthy`; empty without a check.
    pub(crate) health: String,
}

impl Engine {
    /// Makes a container. Its image must be there.
    ///
    /// # Errors
    /// When the engine refuses.
    pub async fn create(&self, spec: ContainerSpec) -> Result<Container, EngineError> {
        let name = spec.options.name.clone().unwrap_or_else(|| spec.name.clone());
        let platform = spec.options.platform.clone().unwrap_or_default();
        let image = spec.image.clone();
        let mut options = CreateContainerOptionsBuilder::default().platform(&platform);
        if !name.is_empty() {
            options = options.name(&name);
        }
        let options = options.build();
        let created = self.api.create_container(Some(options), spec.into_body()).await;
        let action = format!("make a container of {image}");
        let created = created.map_err(|error| EngineError::of(&action, &name, error))?;
        Ok(Container { engine: self.clone(), id: created.id, name, image })
    }
}

impl Container {
    /// Starts it.
    ///
    /// # Errors
    /// When its program or a mount is missing, or a port is taken.
    pub async fn start(&self) -> Result<(), EngineError> {
        let started =
            self.engine.api.start_container(&self.id, None::<StartContainerOptions>).await;
        let action = format!("start container '{}'", self.name);
        started.map_err(|error| EngineError::of(&action, &self.name, error))
    }

    /// The environment its programs start with: the image's, with that of its spec over it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn environment(&self) -> Result<Vec<(String, String)>, EngineError> {
        let found = self.inspect().await?;
        let variables = found.config.and_then(|config| config.env).unwrap_or_default();
        let pair = |variable: String| {
            let (name, value) = variable.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        let mut variables: Vec<_> = variables.into_iter().filter_map(pair).collect();
        if !variables.iter().any(|(name, _)| name == "PATH") {
            variables.push(("PATH".to_owned(), DEFAULT_PATH.to_owned()));
        }
        Ok(variables)
    }

    /// Its ports with those of this machine that lead to them, in order.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn published(&self) -> Result<Vec<(u16, u16)>, EngineError> {
        let settings = self.inspect().await?.network_settings;
        let ports = settings.and_then(|settings| settings.ports).unwrap_or_default();
        let mut published: Vec<(u16, u16)> = ports
            .into_iter()
            .filter_map(|(key, bindings)| {
                let container = key.split('/').next()?.parse().ok()?;
                let host = bindings?.into_iter().find_map(|it| it.host_port?.parse().ok())?;
                Some((container, host))
            })
            .collect();
        published.sort_unstable();
        Ok(published)
    }

    /// The network it is on.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn network(&self) -> Result<Option<Network>, EngineError> {
        let settings = self.inspect().await?.network_settings;
        let networks = settings.and_then(|settings| settings.networks).unwrap_or_default();
        Ok(networks.into_iter().next().map(|(name, endpoint)| Network {
            name,
            gateway: endpoint.gateway.and_then(|gateway| gateway.parse().ok()),
        }))
    }

    /// Its address on its network.
    pub(crate) async fn address(&self) -> Result<Option<IpAddr>, EngineError> {
        let settings = self.inspect().await?.network_settings;
        let networks = settings.and_then(|settings| settings.networks).unwrap_or_default();
        Ok(networks.into_values().find_map(|endpoint| endpoint.ip_address?.parse().ok()))
    }

    pub(crate) async fn inspect(
        &self,
    ) -> Result<bollard::models::ContainerInspectResponse, EngineError> {
        let began = Instant::now();
        loop {
            let api = &self.engine.api;
            match api.inspect_container(&self.id, None::<InspectContainerOptions>).await {
                Err(error) if is_between_states(&error) && began.elapsed() < CLEAR_UP_PATIENCE => {
                    tokio::time::sleep(CLEAR_UP_PAUSE).await;
                }
                found => {
                    let action = format!("look at container '{}'", self.name);
                    return found.map_err(|error| EngineError::of(&action, &self.name, error));
                }
            }
        }
    }

    pub(crate) async fn state(&self) -> Result<State, EngineError> {
        let state = self.inspect().await?.state.unwrap_or_default();
        let health = state.health.and_then(|health| health.status);
        Ok(State {
            running: state.running.unwrap_or_default(),
            exit_code: state.exit_code.unwrap_or_default(),
            out_of_memory: state.oom_killed.unwrap_or_default(),
            health: health.map(|status| status.to_string()).unwrap_or_default(),
        })
    }

    /// The last lines that it printed.
    pub async fn last_lines(&self) -> String {
        let options =
            LogsOptionsBuilder::default().stdout(true).stderr(true).tail(LAST_LINES).build();
        let mut lines = self.engine.api.logs(&self.id, Some(options));
        let mut text = Vec::new();
        while let Some(Ok(part)) = lines.next().await {
            text.extend_from_slice(part.as_ref());
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Kills and removes it with its volumes that have no name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn remove(&self) -> Result<(), EngineError> {
        self.engine.remove_container(&self.id).await
    }
}
