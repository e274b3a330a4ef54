//! Services without an engine: local processes in their place, `[services]` of `windlass.toml`.
//!
//! A configuration of GitLab names no ports: the port that a process is waited for at is that of
//! the service's variable `HEALTHCHECK_TCP_PORT`, which the process finds in `PORT` as well.

use windlass_container::{Network, StandIn, StandInPlan, StandInProcess};
use windlass_session::{ExecSpec, Session as _};

use super::services::ServicePlan;
use crate::job::environment;
use crate::job::lane::Lane;
use crate::job::setup::Job;

/// Starts the process in place of a service and waits until it is ready.
///
/// # Errors
/// When it cannot be started, ends, or does not listen.
pub(super) async fn start(
    job: &Job,
    lane: &mut Lane,
    plan: &ServicePlan,
    stand_in: &StandIn,
) -> Result<StandInProcess, String> {
    let name = plan.names.first().unwrap_or(&plan.image_name).clone();
    lane.line(&format!(
        "Service {}: the local process `{}` stands in for a container",
        plan.image_name, stand_in.command
    ));
    let workspace = &job.host.places().workspace;
    let mut spec = ExecSpec::new("sh", workspace).arguments(["-c", &stand_in.command]);
    spec.environment = environment::of_script(&job.options.environment, &plan.variables);
    if let Some(port) = plan.check_port() {
        spec.environment.push(("PORT".into(), port.to_string().into()));
    }
    spec.label = format!("service {name}");
    let plan = StandInPlan { name, spec, check: None, port: plan.check_port() };
    match StandInProcess::start(&*job.host, plan).await {
        Ok(process) => Ok(process),
        Err(error) => {
            show_last_lines(lane, &error.name, &error.last_lines);
            Err(error.to_string())
        }
    }
}

/// Names by which the job's container finds the processes: this machine.
pub(super) fn host_entries(job: &Job) -> Vec<String> {
    let host = Network::host_address(job.containers.network.as_ref());
    let names = job.containers.stand_ins.iter().flat_map(|(plan, _)| &plan.names);
    names.map(|name| format!("{name}:{host}")).collect()
}

/// Shows what a process printed before its end.
pub(super) fn show_last_lines(lane: &mut Lane, service: &str, words: &str) {
    if !words.trim().is_empty() {
        lane.line(&format!("The last lines of service {service}:"));
        words.lines().for_each(|line| lane.line(line));
    }
}
