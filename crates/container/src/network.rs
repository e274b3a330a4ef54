//! The network of a job, on which its containers know each other by name.

use std::net::IpAddr;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::InspectNetworkOptions;

use crate::error::EngineError;
use crate::{Engine, Tenancy};

/// A network that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What the engine calls it.
    pub name: String,
    /// The address by which containers on it reach this machine, where the engine tells.
    pub gateway: Option<IpAddr>,
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
        let parts = found.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
        let gateway = parts.into_iter().find_map(|part| part.gateway?.parse().ok());
        Ok(Network { name: name.to_owned(), gateway })
    }

    /// Removes a job's network.
    ///
    /// # Errors
    /// When a container is still on it, or the engine does not answer.
    pub async fn delete_network(&self, network: &Network) -> Result<(), EngineError> {
        self.remove_network(&network.name).await
    }
}
