//! The services of a job: their containers, their names, and waiting until they listen.
//!
//! Source: "Services" in GitLab's documentation: a service is reached by the names that follow from
//! its image and by its aliases, and is waited for until its ports accept connections, for thirty
//! seconds; one that does not is warned of, no more. A job that runs on this machine itself cannot
//! reach it by name: its ports are published on 127.0.0.1, and variables tell where, as between
//! linked containers (Docker Docs, "Legacy container links").

use std::time::Duration;

use futures_util::future::join_all;
use windlass_container::{Container, ContainerSpec, Engine, EngineError, Port, StandIn};
use windlass_gitlab_syntax::pipeline::Service;
use windlass_gitlab_syntax::{Variable, Variables};

use super::{Lane, options, provide, spec, tenancy};
use crate::job::setup::Job;

/// How long a service may take until it listens (GitLab Runner, "Advanced configuration",
/// `wait_for_services_timeout`).
const PATIENCE: Duration = Duration::from_secs(30);

/// A service with its variables put in.
#[derive(Clone, Debug)]
pub(super) struct ServicePlan {
    service: Service,
    /// The name of its image.
    pub image_name: String,
    /// The names it is reached by: its aliases, then those that come from the image's name.
    pub names: Vec<String>,
    /// What its program sees of variables, expanded.
    pub variables: Variables,
    /// The ports that it is waited for at.
    ports: Vec<u16>,
}

impl ServicePlan {
    /// The services of a job.
    pub fn all(job: &Job) -> Vec<Self> {
        job.order.job.services.iter().map(|service| Self::of(job, service)).collect()
    }

    fn of(job: &Job, service: &Service) -> Self {
        let image_name = job.variables.expand(&service.image.name);
        let mut names: Vec<String> =
            service.aliases.iter().map(|alias| job.variables.expand(alias)).collect();
        names.extend(names_of(&image_name));
        let mut variables = job.variables.clone();
        variables.overlay(&service.variables);
        let variables = variables.expanded();
        ServicePlan { service: service.clone(), image_name, names, variables, ports: Vec::new() }
    }

    /// The local process in its place.
    pub fn stand_in(&self, job: &Job) -> Option<StandIn> {
        let stand_ins = &job.options.containers.stand_ins;
        self.names.iter().find_map(|name| stand_ins.get(name)).cloned()
    }

    /// The port that is waited for in place of those of the image.
    pub fn check_port(&self) -> Option<u16> {
        self.variables.value("HEALTHCHECK_TCP_PORT")?.parse().ok()
    }
}

/// The names by which a service is reached: its image without the tag, `/` once as `__` and once as
/// `-` ("Services", accessing the services).
fn names_of(image: &str) -> Vec<String> {
    let without_digest = image.split('@').next().unwrap_or_default();
    let last = without_digest.rfind('/').map_or(0, |slash| slash + 1);
    let end = without_digest[last..].find(':').map_or(without_digest.len(), |colon| last + colon);
    let path = &without_digest[..end];
    let mut names = vec![path.replace(['/', ':'], "__"), path.replace(['/', ':'], "-")];
    names.dedup();
    names
}

/// Starts containers for services on a network of the job's. For a job that does not move into a
/// container itself their ports are published, and variables of the job tell them.
///
/// # Errors
/// When one cannot be had or started.
pub(super) async fn start(
    job: &mut Job,
    lane: &mut Lane,
    engine: &Engine,
    plans: Vec<ServicePlan>,
    is_inside: bool,
) -> Result<(), String> {
    let tell = |error: EngineError| error.to_string();
    if plans.is_empty() {
        return Ok(());
    }
    let tenancy = tenancy(job);
    let network = format!("windlass_{}", tenancy.job);
    job.containers.network = Some(engine.create_network(&network, &tenancy).await.map_err(tell)?);
    for (number, mut plan) in plans.into_iter().enumerate() {
        lane.line(&format!("Starting service {} ...", plan.image_name));
        provide(job, lane, engine, &plan.image_name, &plan.service.image.pull_policy).await?;
        let exposed = engine.exposed_ports(&plan.image_name).await.map_err(tell)?;
        plan.ports = plan.check_port().map_or(exposed, |port| vec![port]);
        let mut spec = container_spec(job, &plan, number)?;
        if !is_inside {
            spec.ports = plan.ports.iter().map(|port| published(*port)).collect();
        }
        let container = engine.create(spec).await.map_err(tell)?;
        job.containers.services.push((plan.clone(), container.clone()));
        container.start().await.map_err(tell)?;
        if !is_inside {
            tell_ports(job, lane, &plan, &container).await?;
        }
    }
    Ok(())
}

fn container_spec(job: &Job, plan: &ServicePlan, number: usize) -> Result<ContainerSpec, String> {
    let service = &plan.service;
    let mut spec = spec(job, &format!("svc{number}"), &plan.image_name);
    spec.options = options(&service.image, job)?;
    let entrypoint = service.image.entrypoint.clone();
    spec.entrypoint = entrypoint.filter(|it| it.iter().any(|it| !it.is_empty()));
    spec.command.clone_from(&service.command);
    let pairs = plan.variables.iter().map(|(name, it)| (name.to_owned(), it.value.clone()));
    spec.environment = pairs.collect();
    spec.aliases.clone_from(&plan.names);
    Ok(spec)
}

/// A port of a container on one of 127.0.0.1 that the engine chooses.
fn published(port: u16) -> Port {
    let (address, protocol) = ("127.0.0.1".to_owned(), "tcp".to_owned());
    Port { address, host: None, container: port, protocol }
}

/// Tells a job on this machine where a service listens: `POSTGRES_PORT_5432_TCP_ADDR` and `_PORT`
/// for each of its names.
async fn tell_ports(
    job: &mut Job,
    lane: &mut Lane,
    plan: &ServicePlan,
    container: &Container,
) -> Result<(), String> {
    let ports = container.published().await.map_err(|error| error.to_string())?;
    for (inside, here) in ports {
        lane.line(&format!("Service {}: port {inside} is 127.0.0.1:{here}", plan.image_name));
        for name in &plan.names {
            let prefix = format!("{}_PORT_{inside}_TCP", variable_name(name));
            for (end, value) in [("ADDR", "127.0.0.1".to_owned()), ("PORT", here.to_string())] {
                job.variables.insert(format!("{prefix}_{end}"), Variable::literal(value));
            }
        }
    }
    Ok(())
}

fn variable_name(name: &str) -> String {
    let letter = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' };
    name.chars().map(letter).collect()
}

/// Waits for the services, which does not fail the job, as with the runner.
pub(super) async fn wait(job: &Job, lane: &mut Lane) {
    lane.flush();
    let waits = job.containers.services.iter().map(|(plan, container)| {
        let waiting = container.wait_for_ports(&plan.image_name, &plan.ports, PATIENCE);
        async move { (plan, waiting.await) }
    });
    for (plan, ended) in join_all(waits).await {
        let Err(error) = ended else { continue };
        let name = &plan.image_name;
        lane.warn(&format!("Service {name} probably didn't start properly: {error}"));
        if let EngineError::NotReady { log, .. } = &error {
            log.lines().for_each(|line| lane.line(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_reached_by_two_names() {
        assert_eq!(names_of("tutum/wordpress:latest"), ["tutum__wordpress", "tutum-wordpress"]);
        assert_eq!(names_of("postgres:15"), ["postgres"]);
        let host = names_of("registry.example:5000/my/image@sha256:0");
        assert_eq!(host[1], "registry.example-5000-my-image");
    }

    #[test]
    fn names_become_those_of_variables() {
        assert_eq!(variable_name("tutum-wordpress"), "TUTUM_WORDPRESS");
        assert_eq!(variable_name("db.example"), "DB_EXAMPLE");
    }
}
