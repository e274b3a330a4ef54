//! The services of a job: waiting for them, what expressions see of them, their logs.

use futures_util::future::join_all;
use windlass_container::EngineError;
use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;

use super::plan::Plan;
use crate::job::context::Job;
use crate::job::lane::Lane;

/// Waits for every service.
pub(super) async fn wait_until_ready(
    job: &Job,
    lane: &mut Lane,
    node: &NodeId,
) -> Result<(), EngineError> {
    lane.log.flush();
    let services = &job.containers.services;
    let waits = services.iter().map(|(name, container)| container.wait_until_ready(name));
    join_all(waits).await.into_iter().collect::<Result<Vec<()>, _>>()?;
    for (name, _) in services {
        lane.log.line(node, &format!("Service '{name}' is ready"));
    }
    Ok(())
}

/// `job.services`: GitHub Docs, "Contexts reference", `job.services.<service_id>`.
pub(super) async fn context(job: &Job, plan: &Plan) -> Result<Object, String> {
    let mut services = Object::new();
    for service in &plan.services {
        let mut object = Object::new();
        let running = job.containers.services.iter().find(|(name, _)| *name == service.name);
        let ports: Vec<(u16, u16)> = match running {
            Some((_, container)) => {
                let network = job.containers.network.as_ref().map_or("", |it| &it.name);
                object.insert("id", container.id.as_str());
                object.insert("network", network);
                container.published().await.map_err(|error| error.to_string())?
            }
            None => super::stand_ins::ports(service),
        };
        let text = |(inside, here): (u16, u16)| (inside.to_string(), Value::from(here.to_string()));
        let ports: Object = ports.into_iter().map(text).collect();
        object.insert("ports", Value::from(ports));
        services.insert(service.name.as_str(), Value::from(object));
    }
    Ok(services)
}

/// Shows what the services printed, folded away.
pub(super) async fn show_logs(job: &Job, lane: &mut Lane, node: &NodeId) {
    for (name, container) in &job.containers.services {
        let lines = container.last_lines().await;
        if lines.trim().is_empty() {
            continue;
        }
        lane.log.line(node, &format!("##[group]The last lines of service '{name}'"));
        lines.lines().for_each(|line| lane.log.line(node, line));
        lane.log.line(node, "##[endgroup]");
    }
}
