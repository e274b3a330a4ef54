//! How containers of a job reach the services that actions call.
//!
//! A container has a loopback of its own. What it has in common with this machine is its network,
//! on which this machine is the gateway: the services listen there, too, until the job has ended.
//! Where the engine's networks are not those of this machine (in a virtual machine, or without
//! root), containers cannot call, which is said once.
//!
//! The server of the forge has a name below `.localhost` ([`ServiceAddresses::server_url`]), which
//! would lead to the container's own loopback. Two ways lead it to the gateway: an entry among the
//! container's hosts (Docker Docs, "docker container run", `--add-host`), and for git a setting,
//! since libcurl from 7.85 on looks up such names nowhere.

use std::ffi::OsString;
use std::net::IpAddr;

use windlass_container::Engine;
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
        return Err("the engine does not run as root on this machine, and its networks do not \
                    lead here. Steps that need them can run outside of containers, or with an \
                    engine that runs as root (DOCKER_HOST)"
            .to_owned());
    }
    let gateway = gateway(job, engine).await?;
    services.listen(gateway.ok_or("their network has no gateway")?).await
}

/// The address of this machine on the network that the job's containers are on.
async fn gateway(job: &Job, engine: &Engine) -> Result<Option<IpAddr>, String> {
    let network = match &job.containers.network {
        Some(network) => Some(network.clone()),
        None => engine.default_network().await.map_err(|error| error.to_string())?,
    };
    Ok(network.and_then(|network| network.gateway))
}

/// Where the name of the forge's server leads in a container of a job that is served. The job's
/// network is there, if it gets one.
pub(crate) async fn host_entry(job: &Job, engine: &Engine) -> Option<String> {
    let (host, _, _) = parts(&job.services.as_ref()?.addresses)?;
    // Where the engine does not tell, `open` says why nobody can call.
    let gateway = gateway(job, engine).await.ok().flatten()?;
    Some(format!("{host}:{gateway}"))
}

/// Where the name of the forge's server leads for git: the variables that set `http.curloptResolve`
/// after what `environment` sets already (git-config(1), `GIT_CONFIG_COUNT`).
pub(crate) fn git_settings(
    here: &ServiceAddresses,
    environment: &[(OsString, OsString)],
) -> Vec<(OsString, OsString)> {
    let Some((host, port, address)) = parts(here) else { return Vec::new() };
    let count = environment.iter().rev().find(|(name, _)| name == "GIT_CONFIG_COUNT");
    let count = count.and_then(|(_, count)| count.to_str()?.parse::<u16>().ok()).unwrap_or(0);
    vec![
        (format!("GIT_CONFIG_KEY_{count}").into(), "http.curloptResolve".into()),
        (format!("GIT_CONFIG_VALUE_{count}").into(), format!("{host}:{port}:{address}").into()),
        ("GIT_CONFIG_COUNT".into(), (u32::from(count) + 1).to_string().into()),
    ]
}

/// The name of the forge's server, its port, and the address that both belong to.
fn parts(addresses: &ServiceAddresses) -> Option<(&str, &str, &str)> {
    let (host, port) = addresses.server_url.strip_prefix("http://")?.rsplit_once(':')?;
    let (address, _) = addresses.results_url.strip_prefix("http://")?.rsplit_once(':')?;
    Some((host, port, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_is_told_the_address_after_what_the_image_sets() {
        let here = ServiceAddresses {
            results_url: "http://[fd00::1]:81".into(),
            server_url: "http://windlass.localhost:81".into(),
            api_url: String::new(),
            graphql_url: String::new(),
            identity_request_url: String::new(),
        };
        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let value = "windlass.localhost:81:[fd00::1]";
        assert_eq!(git_settings(&here, &[])[1], pair("GIT_CONFIG_VALUE_0", value));
        let settings = git_settings(&here, &[pair("GIT_CONFIG_COUNT", "2")]);
        assert_eq!(settings[1], pair("GIT_CONFIG_VALUE_2", value));
        assert_eq!(settings[2], pair("GIT_CONFIG_COUNT", "3"));
    }
}
