//! Waiting until a service is ready: its health check, where it has one, or its ports.
//!
//! Source: GitHub Docs, "Creating PostgreSQL service containers" (`--health-cmd` and its like);
//! Docker Docs, "Dockerfile reference", HEALTHCHECK. The engine runs a check for the first time when
//! an interval has passed. Here it is also tried at once and again with growing pauses, so that a
//! service that is ready after a second costs a second; that it has failed only the engine's own
//! checks can say, by their retries.

use std::time::Duration;

use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::models::HealthConfig;
use futures_util::{StreamExt as _, future::join_all};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::Container;
use crate::error::EngineError;

/// The engine's defaults.
const INTERVAL: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;
/// What a check may take beyond what its settings allow, on a busy machine.
const SLACK: Duration = Duration::from_secs(30);
/// A service without a check that is still there after this time has started well.
const SETTLING: Duration = Duration::from_millis(200);
/// Pauses between looks.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The settings of a health check, defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// What is run, as a command line or a program with arguments.
    pub command: Vec<String>,
    /// The pause between checks.
    pub interval: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// How long failures do not count.
    pub start_period: Duration,
    /// How many failures in a row are one too many.
    pub retries: u32,
}

impl HealthCheck {
    /// The check, unless there is none or it is switched off.
    #[must_use]
    pub(crate) fn of(config: &HealthConfig) -> Option<Self> {
        let command = match config.test.as_deref()? {
            [kind, command] if kind == "CMD-SHELL" => {
                ["/bin/sh", "-c", command.as_str()].map(str::to_owned).to_vec()
            }
            [kind, command @ ..] if kind == "CMD" && !command.is_empty() => command.to_vec(),
            _ => return None,
        };
        let time = |nanoseconds: Option<i64>, default| {
            let given = nanoseconds.and_then(|it| u64::try_from(it).ok()).filter(|it| *it > 0);
            given.map_or(default, Duration::from_nanos)
        };
        let retries = config.retries.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0);
        Some(HealthCheck {
            command,
            interval: time(config.interval, INTERVAL),
            timeout: time(config.timeout, TIMEOUT),
            start_period: time(config.start_period, Duration::ZERO),
            retries: retries.unwrap_or(RETRIES),
        })
    }

    /// By when the check must have said yes or no.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.start_period + (self.interval + self.timeout) * (self.retries + 1) + SLACK
    }
}

impl crate::CreateOptions {
    /// The health check that flags ask for.
    #[must_use]
    pub fn health_check(&self) -> Option<HealthCheck> {
        HealthCheck::of(self.body.healthcheck.as_ref()?)
    }
}

impl Container {
    /// Waits until a service that was started is ready: almost at once without a health check.
    ///
    /// # Errors
    /// [`EngineError::NotReady`] with the service's last lines when it has ended, was found
    /// unhealthy, or took too long.
    pub async fn wait_until_ready(&self, service: &str) -> Result<(), EngineError> {
        let config = self.inspect().await?.config;
        let check = config.and_then(|it| it.healthcheck).as_ref().and_then(HealthCheck::of);
        let patience = check.as_ref().map_or(SLACK, HealthCheck::patience);
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        if check.is_none() {
            tokio::time::sleep(SETTLING).await;
        }
        loop {
            let state = self.state().await?;
            if !state.running {
                return Err(self.not_ready(service, ended(&state)).await);
            }
            let Some(check) = &check else { return Ok(()) };
            match state.health.as_str() {
                "healthy" => return Ok(()),
                "unhealthy" => {
                    let reason = format!(
                        "is unhealthy: its health check failed {} times in a row",
                        check.retries
                    );
                    return Err(self.not_ready(service, reason).await);
                }
                _ => {}
            }
            if self.try_check(check).await {
                return Ok(());
            }
            if began.elapsed() > patience {
                let seconds = patience.as_secs();
                let reason = format!("did not become healthy in {seconds} seconds");
                return Err(self.not_ready(service, reason).await);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE).min(check.interval.max(FIRST_PAUSE));
        }
    }

    /// Waits until a service that was started accepts connections at all these ports, whatever its
    /// health check says. Where the engine's networks do not lead here, or there are no ports, this
    /// is [`Container::wait_until_ready`].
    ///
    /// # Errors
    /// [`EngineError::NotReady`] with the service's last lines when it has ended or took too long.
    pub async fn wait_for_ports(
        &self,
        service: &str,
        ports: &[u16],
        patience: Duration,
    ) -> Result<(), EngineError> {
        if ports.is_empty() || !self.engine.shares_networks() {
            return self.wait_until_ready(service).await;
        }
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let state = self.state().await?;
            if !state.running {
                return Err(self.not_ready(service, ended(&state)).await);
            }
            let address = self.address().await?;
            let tries = ports.iter().map(|port| async move {
                let connection = TcpStream::connect((address?, *port));
                tokio::time::timeout(LONGEST_PAUSE, connection).await.ok()?.ok()
            });
            if join_all(tries).await.iter().all(Option::is_some) {
                return Ok(());
            }
            if began.elapsed() > patience {
                let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
                let reason = format!(
                    "did not listen on port {} in {} seconds",
                    ports.join(" and "),
                    patience.as_secs()
                );
                return Err(self.not_ready(service, reason).await);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Runs the check once; whether it succeeded.
    async fn try_check(&self, check: &HealthCheck) -> bool {
        let api = &self.engine.api;
        let run = async {
            let exec = CreateExecOptions {
                cmd: Some(check.command.clone()),
                attach_stdout: Some(true),
                attach_stderr: Some(true),
                ..CreateExecOptions::default()
            };
            let exec = api.create_exec(&self.id, exec).await.ok()?.id;
            let started = api.start_exec(&exec, None::<StartExecOptions>).await.ok()?;
            if let StartExecResults::Attached { mut output, .. } = started {
                while let Some(Ok(_)) = output.next().await {}
            }
            api.inspect_exec(&exec).await.ok()?.exit_code
        };
        tokio::time::timeout(check.timeout, run).await == Ok(Some(0))
    }

    async fn not_ready(&self, service: &str, reason: String) -> EngineError {
        let log = self.last_lines().await;
        EngineError::NotReady { name: service.to_owned(), reason, log }
    }
}

fn ended(state: &crate::spec::State) -> String {
    if state.out_of_memory {
        return "was killed because it used more memory than it may".to_owned();
    }
    format!("has ended with exit code {}", state.exit_code)
}
