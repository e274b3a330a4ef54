//! Services without an engine: a local process stands in for a service's container.
//!
//! It runs in the session of the host and is ready when its health check succeeds there, or without
//! one when something listens on its port. Which services have one, and what their process is told,
//! is the dialects' business.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use windlass_session::{ExecSpec, Grace, Running, Session};

use crate::HealthCheck;

/// How long a process without a health check may take until it listens.
const LISTEN_PATIENCE: Duration = Duration::from_secs(30);
/// The pause between looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How many bytes of what it printed are kept.
const KEPT_BYTES: usize = 16 << 10;

/// A local process in place of a service: `[services.NAME]` of `windlass.toml`, or `--service`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// A command line for `sh`, in the project's workspace.
    pub command: String,
}

/// What is started.
#[derive(Clone, Debug)]
pub struct StandInPlan {
    /// The service's name.
    pub name: String,
    /// The process.
    pub spec: ExecSpec,
    /// A command that succeeds when the service is ready, with its settings.
    pub check: Option<(ExecSpec, HealthCheck)>,
    /// The port of this machine that is waited for where there is no check.
    pub port: Option<u16>,
}

/// A process did not become a service.
#[derive(Debug, thiserror::Error)]
#[error("service '{name}' (a local process) {reason}")]
pub struct StandInError {
    /// The service's name.
    pub name: String,
    reason: String,
    /// What it printed last.
    pub last_lines: String,
}

/// A process under way. It goes on when this is dropped; the end of its session ends it.
#[derive(Debug)]
pub struct StandInProcess {
    name: String,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<String>>>,
}

impl StandInProcess {
    /// Starts the process and waits until it is ready.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not become ready; nothing of it is left then.
    pub async fn start(host: &dyn Session, plan: StandInPlan) -> Result<Self, StandInError> {
        let failed = |reason, last_lines| {
            let name = plan.name.clone();
            StandInError { name, reason, last_lines }
        };
        let running = host.exec(plan.spec.clone()).await;
        let running = running.map_err(|error| failed(error.to_string(), String::new()))?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(attend(running, stopped));
        let ready = wait_until_ready(host, &plan, &task).await;
        let name = plan.name.clone();
        let process = StandInProcess { name, stop, task: Mutex::new(Some(task)) };
        match ready {
            Ok(()) => Ok(process),
            Err(reason) => Err(failed(reason, process.stop().await)),
        }
    }

    /// The service's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Stops the process; answers what it said last, the first time.
    pub async fn stop(&self) -> String {
        self.stop.send_replace(true);
        match self.task.lock().await.take() {
            Some(task) => task.await.unwrap_or_default(),
            None => String::new(),
        }
    }
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
    host: &dyn Session,
    plan: &StandInPlan,
    task: &JoinHandle<String>,
) -> Result<(), String> {
    let patience = plan.check.as_ref().map_or(LISTEN_PATIENCE, |(_, check)| check.patience());
    let began = Instant::now();
    loop {
        if task.is_finished() {
            return Err("has ended".to_owned());
        }
        let is_ready = match (&plan.check, plan.port) {
            (Some((check, _)), _) => {
                let run = host.exec(check.clone()).await;
                let mut run = run.map_err(|error| error.to_string())?;
                run.wait().await.is_ok_and(|exit| exit.success())
            }
            (None, Some(port)) => TcpStream::connect(("127.0.0.1", port)).await.is_ok(),
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
