//! The network of a job, on which its containers know each other by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bollard::models::{Ipam, NetworkCreateRequest};
use bollard::query_parameters::InspectNetworkOptions;

use crate::error::{EngineError, is_not_found};
use crate::{Engine, EngineKind, Tenancy};

/// A network that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What the engine calls it.
    pub name: String,
    /// The address by which containers on it reach this machine, where the engine tells.
    pub gateway: Option<IpAddr>,
}

impl Network {
    /// What `--add-host` is to lead to this machine (Docker Docs, "docker container run"): the
    /// gateway, where it is known.
    #[must_use]
    pub fn host_address(network: Option<&Self>) -> String {
        let gateway = network.and_then(|network| network.gateway);
        gateway.map_or_else(|| "host-gateway".to_owned(), |gateway| gateway.to_string())
    }
}

impl Engine {
    /// Makes a network of its own for a job.
    ///
    /// # Errors
    /// When the engine refuses; it has no more addresses to give, for one.
    pub async fn create_network(
        &self,
        name: &str,
        tenancy: &Tenancy,
    ) -> Result<Network, EngineError> {
        let action = "make a network";
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            labels: Some(tenancy.labels()),
            ..NetworkCreateRequest::default()
        };
        let created = self.api.create_network(request).await;
        created.map_err(|error| EngineError::of(action, name, error))?;
        let found = self.api.inspect_network(name, None::<InspectNetworkOptions>).await;
        let found = found.map_err(|error| EngineError::of(action, name, error))?;
        Ok(Network { name: name.to_owned(), gateway: gateway(found.ipam) })
    }

    /// The network of containers for which none is named; `None` where the engine has none.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn default_network(&self) -> Result<Option<Network>, EngineError> {
        let name = match self.kind() {
            EngineKind::Docker => "bridge",
            EngineKind::Podman => "podman",
        };
        match self.api.inspect_network(name, None::<InspectNetworkOptions>).await {
            Ok(found) => Ok(Some(Network { name: name.to_owned(), gateway: gateway(found.ipam) })),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(EngineError::of("look at a network", name, error)),
        }
    }

    /// Removes a job's network.
    ///
    /// # Errors
    /// When a container is still on it, or the engine does not answer.
    pub async fn delete_network(&self, network: &Network) -> Result<(), EngineError> {
        self.remove_network(&network.name).await
    }
}

/// The gateway of the first part of a network that has one. Docker does not tell that of its own
/// network in the first life of its bridge, but always takes the first address for it.
fn gateway(ipam: Option<Ipam>) -> Option<IpAddr> {
    let parts = ipam?.config?;
    let told = parts.iter().find_map(|part| part.gateway.as_ref()?.parse().ok());
    told.or_else(|| parts.iter().find_map(|part| first_address(part.subnet.as_ref()?)))
}

/// The first address of a subnet such as `172.17.0.0/16`.
fn first_address(subnet: &str) -> Option<IpAddr> {
    let (network, _) = subnet.split_once('/')?;
    match network.parse().ok()? {
        IpAddr::V4(network) => Some(Ipv4Addr::from_bits(network.to_bits().checked_add(1)?).into()),
        IpAddr::V6(network) => Some(Ipv6Addr::from_bits(network.to_bits().checked_add(1)?).into()),
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::IpamConfig;

    use super::*;

    #[test]
    fn the_gateway_is_told_or_the_first_address() {
        let of = |gateway_told: Option<&str>, subnet: &str| {
            let gateway_told = gateway_told.map(str::to_owned);
            let part = IpamConfig {
                subnet: Some(subnet.to_owned()),
                gateway: gateway_told,
                ..IpamConfig::default()
            };
            gateway(Some(Ipam { config: Some(vec![part]), ..Ipam::default() }))
        };
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert_eq!(of(Some("10.1.0.254"), "10.1.0.0/16"), address("10.1.0.254"));
        assert_eq!(of(None, "172.17.0.0/16"), address("172.17.0.1"));
        assert_eq!(of(Some(""), "fd00::/64"), address("fd00::1"));
        assert_eq!(of(None, "nonsense"), None);
        assert_eq!(of(None, "255.255.255.255/32"), None);
        assert_eq!(gateway(None), None);
    }
}
