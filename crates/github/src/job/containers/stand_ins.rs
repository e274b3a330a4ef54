//! Services without an engine: a local process stands in for a service's container.
//!
//! It is started with the job and stopped with it, on this machine. The health check of the
//! service's `options` is run here as well; without one its first port is waited for. Ports are not
//! mapped: the process listens on the port of this machine that `ports` names, which the variable
//! `PORT` says too.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use windlass_container::HealthCheck;
use windlass_kernel::NodeId;
use windlass_session::{ExecSpec, Grace, Running, SessionError};

use super::plan::ContainerPlan;
use super::settings::StandIn;
use crate::job::context::Job;
use crate::job::lane::Lane;

/// How long a process without a health check may take until it listens.
const LISTEN_PATIENCE: Duration = Duration::from_secs(30);
/// The pause between looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How many bytes of what it printed are kept.
const KEPT_BYTES: usize = 16 << 10;

/// A process under way.
#[derive(Debug)]
pub(crate) struct StandInProcess {
    name: String,
    stop: watch::Sender<bool>,
    task: tokio::sync::Mutex<Option<JoinHandle<String>>>,
}

/// The ports of a service as its stand-in has them.
pub(super) fn ports(service: &ContainerPlan) -> Vec<(u16, u16)> {
    let pair =
        |port: &windlass_container::Port| (port.container, port.host.unwrap_or(port.container));
    service.ports.iter().map(pair).collect()
}

/// Names by which a job's container finds the stand-ins: this machine.
pub(super) fn host_entries(processes: &[StandInProcess]) -> impl Iterator<Item = String> {
    processes.iter().map(|process| format!("{}:host-gateway", process.name))
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
    let spec = shell(job, service, &stand_in.command);
    let running = job.host.exec(spec).await;
    let running = running.map_err(|error| format!("service '{}': {error}", service.name))?;
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(attend(running, stopped));
    let ready = wait_until_ready(job, service, &task).await;
    let process = StandInProcess {
        name: service.name.clone(),
        stop,
        task: tokio::sync::Mutex::new(Some(task)),
    };
    match ready {
        Ok(()) => {
            lane.log.line(node, &format!("Service '{}' is ready", service.name));
            Ok(process)
        }
        Err(reason) => {
            process.stop(lane, node).await;
            Err(format!("service '{}' (a local process) {reason}", service.name))
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

/// Reads what the process prints until it ends, and stops it when told; answers its last words.
async fn attend(mut running: Box<dyn Running>, mut stopped: watch::Receiver<bool>) -> String {
    let (mut kept, mut buffer, mut told) = (Vec::new(), Vec::new(), false);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped), if !told => {
                told = true;
                running.terminate(Grace::default());
            }
            read = running.read(&mut buffer) => {
                kept.append(&mut buffer);
                if kept.len() > KEPT_BYTES {
                    kept.drain(..kept.len() - KEPT_BYTES);
                }
                if !matches!(read, Ok(count) if count > 0) {
                    break;
                }
            }
        }
    }
    let exit = running.wait().await.map(|exit| exit.code());
    let mut words = String::from_utf8_lossy(&kept).into_owned();
    if let (Ok(code), false) = (exit, told) {
        words.push_str(&format!("\nended with exit code {code}"));
    }
    words
}

async fn wait_until_ready(
    job: &Job,
    service: &ContainerPlan,
    task: &JoinHandle<String>,
) -> Result<(), String> {
    let check = service.options.health_check();
    let patience = check.as_ref().map_or(LISTEN_PATIENCE, HealthCheck::patience);
    let began = Instant::now();
    loop {
        if task.is_finished() {
            return Err("has ended".to_owned());
        }
        let is_ready = match (&check, ports(service).first()) {
            (Some(_), _) => passes(job, service).await.map_err(|error| error.to_string())?,
            (None, Some((_, port))) => {
                tokio::net::TcpStream::connect(("127.0.0.1", *port)).await.is_ok()
            }
            (None, None) => true,
        };
        if is_ready && !task.is_finished() {
            return Ok(());
        }
        if began.elapsed() > patience {
            return Err(format!("did not become ready in {} seconds", patience.as_secs()));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the command of `--health-cmd` succeeds on this machine.
async fn passes(job: &Job, service: &ContainerPlan) -> Result<bool, SessionError> {
    let Some(command) = service.options.health_command() else { return Ok(true) };
    let mut running = job.host.exec(shell(job, service, command)).await?;
    Ok(running.wait().await.is_ok_and(|exit| exit.success()))
}

impl StandInProcess {
    /// Stops the process and shows what it said last.
    pub async fn stop(&self, lane: &mut Lane, node: &NodeId) {
        self.stop.send_replace(true);
        let Some(task) = self.task.lock().await.take() else { return };
        let words = task.await.unwrap_or_default();
        if !words.trim().is_empty() {
            lane.log.line(node, &format!("##[group]The last lines of service '{}'", self.name));
            words.lines().for_each(|line| lane.log.line(node, line));
            lane.log.line(node, "##[endgroup]");
        }
    }
}
