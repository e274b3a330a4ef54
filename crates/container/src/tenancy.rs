//! Whose a container, network or image is: labels, and the removal of what a crash left.

use std::collections::HashMap;

use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, RemoveContainerOptionsBuilder,
};
use futures_util::future::join_all;

use crate::Engine;
use crate::error::{EngineError, is_conflict, is_not_found};

/// The label of everything of a run.
const RUN: &str = "windlass.run";
/// The label that says which project the run is of.
const PROJECT: &str = "windlass.project";
/// The label that says which process made it.
const OWNER: &str = "windlass.owner";
/// The label of everything of one job.
const JOB: &str = "windlass.job";

/// Whose things are: they carry it as labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenancy {
    /// The run's id.
    pub run: String,
    /// The root directory of the project.
    pub project: String,
    /// The process, in a form that tells it from a later one with the same number. What a process
    /// that is no more has left may be removed.
    pub owner: String,
    /// The job's id.
    pub job: String,
}

impl Tenancy {
    /// The labels.
    pub(crate) fn labels(&self) -> HashMap<String, String> {
        let pairs =
            [(RUN, &self.run), (PROJECT, &self.project), (OWNER, &self.owner), (JOB, &self.job)];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

impl Engine {
    /// Removes everything that a process left that is no more; `is_gone` tells by
    /// [`Tenancy::owner`]. Answers how many containers and networks that were.
    ///
    /// # Errors
    /// When the engine does not answer. What cannot be removed is left to the next time.
    pub async fn remove_leftovers(
        &self,
        is_gone: impl Fn(&str) -> bool + Send + Sync,
    ) -> Result<usize, EngineError> {
        self.remove_labelled(OWNER, |labels| labels.get(OWNER).is_some_and(|it| is_gone(it))).await
    }

    /// Removes whatever there still is of a job. Answers how many containers and networks that
    /// were.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn remove_job(&self, job: &str) -> Result<usize, EngineError> {
        let label = format!("{JOB}={job}");
        self.remove_labelled(&label, |_| true).await
    }

    async fn remove_labelled(
        &self,
        label: &str,
        is_meant: impl Fn(&HashMap<String, String>) -> bool + Send + Sync,
    ) -> Result<usize, EngineError> {
        let filters = HashMap::from([("label", vec![label])]);
        let list = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let containers = self.api.list_containers(Some(list)).await;
        let containers = containers.map_err(|e| EngineError::of("list containers", "", e))?;
        let ids: Vec<String> = containers
            .into_iter()
            .filter(|container| is_meant(container.labels.as_ref().unwrap_or(&HashMap::new())))
            .filter_map(|container| container.id)
            .collect();
        let removed = join_all(ids.iter().map(|id| self.remove_container(id))).await;
        removed.into_iter().collect::<Result<(), _>>()?;
        let list = ListNetworksOptionsBuilder::default().filters(&filters).build();
        let networks = self.api.list_networks(Some(list)).await;
        let networks = networks.map_err(|e| EngineError::of("list networks", "", e))?;
        let networks: Vec<String> = networks
            .into_iter()
            .filter(|network| is_meant(network.labels.as_ref().unwrap_or(&HashMap::new())))
            .filter_map(|network| network.id)
            .collect();
        let gone = join_all(networks.iter().map(|id| self.remove_network(id))).await;
        gone.into_iter().collect::<Result<(), _>>()?;
        Ok(ids.len() + networks.len())
    }

    /// Kills and removes a container with its anonymous volumes; one that is gone is fine.
    pub(crate) async fn remove_container(&self, id: &str) -> Result<(), EngineError> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        match self.api.remove_container(id, Some(options)).await {
            Err(error) if !is_not_found(&error) && !is_conflict(&error) => {
                Err(EngineError::of("remove a container", id, error))
            }
            _ => Ok(()),
        }
    }

    /// Removes a network; one that is gone is fine.
    pub(crate) async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        match self.api.remove_network(id).await {
            Err(error) if !is_not_found(&error) => {
                Err(EngineError::of("remove a network", id, error))
            }
            _ => Ok(()),
        }
    }
}
