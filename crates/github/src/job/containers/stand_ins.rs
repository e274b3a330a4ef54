//! Services without an engine: which local process stands in for a service, and what it is told.
//!
//! The health check of the service's `options` is run on this machine; without one its first port
//! is waited for. Ports are not mapped: the process listens on the port of this machine that
//! `ports` names, which the variable `PORT` says too.

use windlass_container::{Network, StandIn, StandInPlan, StandInProcess};
use windlass_kernel::NodeId;
use windlass_session::ExecSpec;

use super::plan::ContainerPlan;
use crate::job::context::Job;
use crate::job::lane::Lane;

/// The ports of a service as its stand-in has them.
pub(super) fn ports(service: &ContainerPlan) -> Vec<(u16, u16)> {
    let pair =
        |port: &windlass_container::Port| (port.container, port.host.unwrap_or(port.container));
    service.ports.iter().map(pair).collect()
}

/// Names by which a job's container finds the stand-ins: this machine.
pub(super) fn host_entries(job: &Job) -> impl Iterator<Item = String> {
    let host = Network::host_address(job.containers.network.as_ref());
    let processes = job.containers.stand_ins.iter();
    processes.map(move |process| format!("{}:{host}", process.name()))
}

/// Starts the process and waits until it is ready.
///
/// # Errors
/// When it cannot be started, ends, or does not become ready.
pub(super) async fn start(
    job: &Job,
    lane: &mut Lane,
    node: &NodeId,
    service: &ContainerPlan,
    stand_in: &StandIn,
) -> Result<StandInProcess, String> {
    let line = format!(
        "Service '{}': the local process `{}` stands in for a container of {}",
        service.name, stand_in.command, service.image
    );
    lane.log.line(node, &line);
    let command = service.options.health_command();
    let check = command.map(|command| shell(job, service, command));
    let plan = StandInPlan {
        name: service.name.clone(),
        spec: shell(job, service, &stand_in.command),
        check: check.zip(service.options.health_check()),
        port: ports(service).first().map(|(_, port)| *port),
    };
    match StandInProcess::start(&*job.host, plan).await {
        Ok(process) => {
            lane.log.line(node, &format!("Service '{}' is ready", service.name));
            Ok(process)
        }
        Err(error) => {
            show_last_lines(lane, node, &service.name, &error.last_lines);
            Err(error.to_string())
        }
    }
}

/// A command line of the service on this machine: its variables, and `PORT`.
fn shell(job: &Job, service: &ContainerPlan, command: &str) -> ExecSpec {
    let mut spec = ExecSpec::new("sh", &job.host.places().workspace).arguments(["-c", command]);
    spec.environment.clone_from(&job.host_environment);
    let own = service.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables = service.options.environment().chain(own);
    spec.environment.extend(variables.map(|(name, value)| (name.into(), value.into())));
    if let Some((_, port)) = ports(service).first() {
        spec.environment.push(("PORT".into(), port.to_string().into()));
    }
    spec.label = format!("service {}", service.name);
    spec
}

/// Stops the process and shows what it said last.
pub(super) async fn stop(process: &StandInProcess, lane: &mut Lane, node: &NodeId) {
    let words = process.stop().await;
    show_last_lines(lane, node, process.name(), &words);
}

fn show_last_lines(lane: &mut Lane, node: &NodeId, service: &str, words: &str) {
    if !words.trim().is_empty() {
        lane.log.line(node, &format!("##[group]The last lines of service '{service}'"));
        words.lines().for_each(|line| lane.log.line(node, line));
        lane.log.line(node, "##[endgroup]");
    }
}
