//! The session in a job's container: every program is an `exec` in it.
//!
//! The container's own program does nothing for as long as the job takes (`tail -f /dev/null`, as
//! GitHub's runner has it); GitHub Docs, "Running jobs in a container". Where the image has a shell,
//! programs start through a line of it that joins both outputs into one stream, in the order of the
//! writes, and notes the process number, by which a step can be stopped.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, DownloadFromContainerOptionsBuilder,
};
use futures_util::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use windlass_session::{
    Closed, ExecSpec, Places, Running, Session, SessionError, Stdin, TRACKING_VARIABLE,
};

use crate::attached::{AttachedRunning, Subject};
use crate::error::{EngineError, is_not_found, with_causes};
use crate::{Container, ContainerSpec, Engine, Mounts};

/// Room for one read of output, in bytes.
const READ_BYTES: usize = 64 << 10;
/// How a program is started where there is a shell: its first argument is the file for the number.
const STARTER: &str = "echo $$ >\"$0\"; exec \"$@\" 2>&1";

/// What a [`ContainerSession`] is made from.
#[derive(Clone, Debug)]
pub struct SessionPlan {
    /// The container; entrypoint, command and mounts are filled in.
    pub spec: ContainerSpec,
    /// The job's directories as the container sees them.
    pub places: Places,
    /// What the container sees of this machine; `places` lie on it.
    pub mounts: Mounts,
    /// The value of the tracking variable.
    pub tracking_id: String,
}

/// The job's commands run in a container.
#[derive(Debug)]
pub struct ContainerSession {
    container: Container,
    places: Places,
    mounts: Mounts,
    tracking_id: String,
    /// Whether programs are started by a shell.
    has_shell: bool,
    started: AtomicU64,
    closed: AtomicBool,
}

impl ContainerSession {
    /// Makes and starts the job's container. The image is there, and so are the directories.
    ///
    /// # Errors
    /// When the engine refuses; nothing is left of the container then.
    pub async fn open(engine: &Engine, plan: SessionPlan) -> Result<Self, EngineError> {
        let SessionPlan { mut spec, places, mounts, tracking_id } = plan;
        spec.entrypoint = Some(vec!["tail".to_owned()]);
        spec.command = Some(vec!["-f".to_owned(), "/dev/null".to_owned()]);
        spec.mounts.extend(mounts.0.iter().cloned());
        let container = engine.create(spec).await?;
        let has_shell = match container.start().await {
            Ok(()) => has_shell(&container).await,
            Err(error) => Err(error),
        };
        match has_shell {
            Ok(has_shell) => Ok(ContainerSession {
                container,
                places,
                mounts,
                tracking_id,
                has_shell,
                started: AtomicU64::new(0),
                closed: AtomicBool::new(false),
            }),
            Err(error) => {
                let _ = container.remove().await;
                Err(error)
            }
        }
    }

    /// The container.
    #[must_use]
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// The engine's request, and where the process number will stand.
    fn request(
        &self,
        spec: &ExecSpec,
    ) -> Result<(CreateExecOptions<String>, Option<PathBuf>), SessionError> {
        let text = |text: &OsStr| match text.to_str() {
            Some(text) if !text.contains('\0') => Ok(text.to_owned()),
            _ => Err(refusal(spec, "the engine takes only text without NUL bytes")),
        };
        let mut environment = vec![format!("{TRACKING_VARIABLE}={}", self.tracking_id)];
        for (name, value) in &spec.environment {
            environment.push(format!("{}={}", text(name)?, text(value)?));
        }
        let mut command = Vec::with_capacity(spec.arguments.len() + 5);
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let pid_file = self.places.command_files.join(format!("process_{number}"));
        if self.has_shell {
            command.extend(["sh".to_owned(), "-c".to_owned(), STARTER.to_owned()]);
            command.push(text(pid_file.as_os_str())?);
        }
        command.push(text(&spec.program)?);
        for argument in &spec.arguments {
            command.push(text(argument)?);
        }
        let request = CreateExecOptions {
            attach_stdin: Some(spec.stdin != Stdin::Null),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            env: Some(environment),
            cmd: Some(command),
            working_dir: Some(text(spec.directory.as_os_str())?),
            ..CreateExecOptions::default()
        };
        let pid_file = self.has_shell.then(|| self.mounts.to_host(&pid_file)).flatten();
        Ok((request, pid_file))
    }
}

async fn has_shell(container: &Container) -> Result<bool, EngineError> {
    let options = ContainerArchiveInfoOptionsBuilder::default().path("/bin/sh").build();
    let api = &container.engine.api;
    match api.get_container_archive_info(&container.id, Some(options)).await {
        Ok(_) => Ok(true),
        Err(error) if is_not_found(&error) => Ok(false),
        Err(error) => Err(EngineError::of("look into a container", &container.name, error)),
    }
}

fn refusal(spec: &ExecSpec, reason: &str) -> SessionError {
    let program = spec.program.to_string_lossy().into_owned();
    SessionError::Start { program, hint: "", source: std::io::Error::other(reason.to_owned()) }
}

#[async_trait]
impl Session for ContainerSession {
    fn places(&self) -> &Places {
        &self.places
    }

    fn tracking_id(&self) -> &str {
        &self.tracking_id
    }

    fn on_host(&self, path: &Path) -> Option<PathBuf> {
        self.mounts.to_host(path)
    }

    fn inside(&self, path: &Path) -> Option<PathBuf> {
        self.mounts.to_inside(path)
    }

    async fn exec(&self, spec: ExecSpec) -> Result<Box<dyn Running>, SessionError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(SessionError::Closed);
        }
        let (request, pid_file) = self.request(&spec)?;
        let container = self.container.clone();
        let api = &container.engine.api;
        let failed = |error| {
            let error = EngineError::of("start a program", &container.name, error);
            refusal(&spec, &with_causes(&error))
        };
        let exec = api.create_exec(&container.id, request).await.map_err(failed)?.id;
        let options =
            StartExecOptions { output_capacity: Some(READ_BYTES), ..StartExecOptions::default() };
        let started = api.start_exec(&exec, Some(options)).await.map_err(failed)?;
        let StartExecResults::Attached { output, mut input } = started else {
            return Err(refusal(&spec, "the engine did not attach to its output"));
        };
        if let Stdin::Bytes(bytes) = spec.stdin {
            // A program that does not read its input is no error.
            tokio::spawn(async move {
                let _ = input.write_all(&bytes).await;
                let _ = input.shutdown().await;
            });
        }
        let subject = Subject::Exec { container, exec, pid_file };
        Ok(Box::new(AttachedRunning::new(subject, output)))
    }

    async fn put(&self, path: &Path, content: &[u8]) -> Result<(), SessionError> {
        self.mounts.put(path, content).unwrap_or_else(|| {
            let reason = "it is on no directory that the job's container shares with this machine";
            Err(SessionError::file("write", path, std::io::Error::other(reason)))
        })
    }

    async fn get(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        if let Some(found) = self.mounts.get(path, limit) {
            return found;
        }
        self.download(path, limit).await
    }

    async fn close(&self) -> Result<Closed, SessionError> {
        self.closed.store(true, Ordering::SeqCst);
        self.container.remove().await.map_err(|error| {
            let source = std::io::Error::other(with_causes(&error));
            SessionError::file("remove", &self.container.name, source)
        })?;
        Ok(Closed::default())
    }
}

impl ContainerSession {
    /// Reads a file that lies in the container alone.
    async fn download(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        let failed =
            |reason: String| SessionError::file("read", path, std::io::Error::other(reason));
        let text = path.to_string_lossy();
        let options = DownloadFromContainerOptionsBuilder::default().path(&text).build();
        let api = &self.container.engine.api;
        let mut parts =
            std::pin::pin!(api.download_from_container(&self.container.id, Some(options)));
        // An archive has a little more than its one file.
        let most = usize::try_from(limit.saturating_add(16 << 10)).unwrap_or(usize::MAX);
        let mut archive = Vec::new();
        while let Some(part) = parts.next().await {
            match part {
                Ok(part) => archive.extend_from_slice(&part),
                Err(error) if is_not_found(&error) => return Ok(None),
                Err(error) => return Err(failed(with_causes(&error))),
            }
            if archive.len() > most {
                let (path, size) = (path.to_owned(), archive.len() as u64);
                return Err(SessionError::TooLarge { path, size, limit });
            }
        }
        crate::build::only_file(&archive)
            .map_err(|error| failed(error.to_string()))?
            .ok_or_else(|| SessionError::NotAFile { path: path.to_owned() })
            .map(Some)
    }
}

impl Drop for ContainerSession {
    fn drop(&mut self) {
        if !self.closed.load(Ordering::SeqCst)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let container = self.container.clone();
            runtime.spawn(async move { container.remove().await });
        }
    }
}
