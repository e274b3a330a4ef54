//! How containers of a job reach the services that actions call.
//!
//! A container has a loopback of its own. What it has in common with this machine is its network,
//! on which this machine is the gateway: the services listen there, too, until the job has ended.
//! Where the engine's networks are not those of this machine (in a virtual machine, or without
//! root), containers cannot call, which is said once.

use windlass_kernel::NodeId;

use super::JobContainers;
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::services::{ActionsServices, ServiceAddresses, ServiceEntrance};

impl JobContainers {
    /// Where containers find the services, once that was asked for.
    pub fn entrance(&self) -> Option<&ServiceAddresses> {
        self.entrance.get()?.as_ref().map(|entrance| &entrance.addresses)
    }
}

/// Lets the containers of a job that is served call the services; answers where they find them.
pub(crate) async fn open<'a>(
    job: &'a Job,
    lane: &mut Lane,
    node: &NodeId,
) -> Option<&'a ServiceAddresses> {
    let services = job.services.as_ref().and(job.options.services.as_ref())?;
    let opened = job.containers.entrance.get_or_init(|| async {
        let listening = listen(job, &**services).await;
        if let Err(reason) = &listening {
            let message = format!(
                "Programs in containers cannot call the services of this run (caches, artifacts, \
                 identity tokens): {reason}"
            );
            lane.log.issue(node, "warning", &message);
        }
        listening.ok()
    });
    opened.await;
    job.containers.entrance()
}

/// Listens on the gateway of the network that the job's containers are on.
async fn listen(job: &Job, services: &dyn ActionsServices) -> Result<ServiceEntrance, String> {
    let engine = job.options.containers.engine.get().await.map_err(|error| error.to_string())?;
    if !engine.shares_networks() {
        return Err(
            "the engine does not run as root on this machine, and its networks do not lead \
                    here"
                .to_owned(),
        );
    }
    let network = match &job.containers.network {
        Some(network) => Some(network.clone()),
        None => engine.default_network().await.map_err(|error| error.to_string())?,
    };
    let gateway = network.and_then(|network| network.gateway);
    services.listen(gateway.ok_or("their network has no gateway")?).await
}
