//! Giving a job its place: directories, session, variables, log, limits.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use windlass_engine::JobPort;
use windlass_gitlab_syntax::{Variables, duration};
use windlass_kernel::{Change, OperationId, RunId};
use windlass_repository::{JobDirectory, WorkspaceSource};
use windlass_secrets::Masker;
use windlass_session::{HostOptions, HostSession, Session, command_file_root};

use super::containers::{self, JobContainers};
use super::lane::Lane;
use super::options::GitlabRunnerOptions;
use super::program::Limits;
use super::script::Shell;
use super::sources::WantedSources;
use super::{environment, predefined};
use crate::order::GitlabJobOrder;

/// How long a job may take that does not say ("Customize pipeline configuration", set a limit for
/// how long jobs can run).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// A job that has a place.
pub(crate) struct Job {
    pub order: GitlabJobOrder,
    pub options: Arc<GitlabRunnerOptions>,
    pub port: Arc<JobPort>,
    /// The session on this machine, which the job may leave for one in a container.
    pub host: Arc<HostSession>,
    /// Where its scripts run.
    pub session: Arc<dyn Session>,
    pub directory: JobDirectory,
    /// All its variables; file variables have their paths.
    pub variables: Variables,
    /// The environment of its place.
    pub base: Vec<(OsString, OsString)>,
    pub shell: Shell,
    pub limits: Limits,
    pub containers: JobContainers,
}

/// The id of the session in which an operation runs its job: what a killed process left of it is
/// found by this ([`windlass_session::tracking_id_of`]).
#[must_use]
pub fn session_id(run: RunId, operation: OperationId) -> String {
    format!("{run}_{}", operation.0)
}

/// Gives a job its place. The log is there as soon as anything can go wrong with the job itself.
///
/// # Errors
/// When the machine refuses, or something that the job needs cannot be had.
pub(crate) async fn prepare(
    order: GitlabJobOrder,
    options: Arc<GitlabRunnerOptions>,
    port: Arc<JobPort>,
) -> Result<(Job, Lane), String> {
    let masks = Masker::new();
    let mut variables = environment::known(&order, &options, port.run_inputs())?;
    environment::mask(&variables, &masks);
    let mut lane = Lane::open(port.clone(), masks.clone())
        .map_err(|error| format!("the job's log cannot be opened: {error}"))?;
    let place = format!("{} (this machine)", options.runner_name);
    lane.add(Change::Started { node: port.node().clone(), place });
    let (directory, missing) = make_directory(&order, &options, &variables).await?;
    missing.iter().for_each(|missing| lane.warn(missing));
    let host = HostSession::open(HostOptions {
        id: session_id(port.run(), port.operation()),
        workspace: directory.workspace.clone(),
        temp: directory.temp.clone(),
        command_file_root: command_file_root(),
        limits: Default::default(),
    });
    let host = Arc::new(host.map_err(|error| error.to_string())?);
    environment::add_secrets(&order, &options, &mut variables).await?;
    environment::mask(&variables, &masks);
    let timeout = order.job.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let limits = Limits {
        cancelled: Some(port.cancelled()),
        kill: options.kill.clone(),
        deadline: Instant::now() + timeout,
    };
    let mut job = Job {
        session: host.clone(),
        base: options.environment.clone(),
        shell: Shell::of(&options.environment),
        containers: JobContainers::default(),
        order,
        options,
        port,
        host,
        directory,
        variables,
        limits,
    };
    let is_inside = containers::start(&mut job, &mut lane).await;
    match finish_variables(&mut job, is_inside, timeout).await {
        Ok(()) => Ok((job, lane)),
        Err(message) => {
            job.close(&mut lane).await;
            Err(message)
        }
    }
}

/// Adds the variables that depend on the place, and writes the files of file variables.
async fn finish_variables(
    job: &mut Job,
    is_inside: Result<bool, String>,
    timeout: Duration,
) -> Result<(), String> {
    let is_inside = is_inside?;
    if is_inside {
        job.shell = Shell::Either;
    }
    let (run, operation) = (job.port.run(), job.port.operation());
    let pipeline_id = u128::from(run.0.timestamp_ms());
    let place = predefined::Place {
        // Every job of every run has another number; a run has far fewer operations than this.
        id: pipeline_id * 100_000 + u128::from(operation.0),
        pipeline_id,
        project_directory: &job.session.places().workspace,
        runner_name: &job.options.runner_name,
        is_shared: !is_inside,
        is_manual: job.order.is_manual,
        timeout,
    };
    let own = predefined::of_place(&job.order.job, &place, &job.variables);
    // What a pipeline or job sets itself stays as it is set.
    let mut whole = own;
    whole.overlay(&job.variables);
    job.variables = whole;
    environment::write_files(&mut job.variables, &*job.session).await
}

/// Makes the directories of a job, with what it is to find there; answers also what it will miss.
async fn make_directory(
    order: &GitlabJobOrder,
    options: &Arc<GitlabRunnerOptions>,
    variables: &Variables,
) -> Result<(JobDirectory, Vec<String>), String> {
    let wanted = WantedSources::of(variables)?;
    let source = match &order.pipeline.project {
        Some(project) => {
            let downstream = options.downstream.as_ref();
            let downstream = downstream.ok_or("the files of another project cannot be had here")?;
            downstream.workspace(project).await?
        }
        None => options.workspace_source.clone(),
    };
    let source = match source {
        WorkspaceSource::Snapshot(_) if !wanted.has_files => WorkspaceSource::Empty,
        source => source,
    };
    let options = options.clone();
    let made = tokio::task::spawn_blocking(move || {
        let made = options.workspaces.prepare(&source).map_err(|error| error.to_string())?;
        // Nothing is ever taken out of the checkout itself.
        let missing = match source {
            WorkspaceSource::Snapshot(_) => wanted.narrow(&made.workspace)?,
            WorkspaceSource::InPlace(_) | WorkspaceSource::Empty => Vec::new(),
        };
        Ok((made, missing))
    });
    made.await.map_err(|error| error.to_string())?
}

impl Job {
    /// The duration that a variable holds, e.g. `RUNNER_SCRIPT_TIMEOUT`.
    pub fn duration(&self, variable: &str) -> Option<Duration> {
        duration::parse(&self.variables.scope().expanded_value(variable)?)
    }

    /// Where an archive is written before it is kept: no script of the job comes there.
    pub fn archive_file(&self) -> PathBuf {
        self.directory.root.join("archive")
    }

    /// Ends what is left of the job, and gives its directories back.
    pub async fn close(&self, lane: &mut Lane) {
        containers::stop(self, lane).await;
        match self.host.close().await {
            Ok(closed) => {
                for (pid, name) in closed.orphans {
                    lane.warn(&format!("the job left the process {pid} ({name}), it was ended"));
                }
            }
            Err(error) => lane.warn(&error.to_string()),
        }
        if !self.options.keep {
            self.options.workspaces.remove(self.directory.clone());
        }
    }
}
