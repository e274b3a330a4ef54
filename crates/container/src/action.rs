//! A session whose every program is a container of its own: Docker actions.
//!
//! Source: GitHub Docs, "Dockerfile support for GitHub Actions". The image's entrypoint stands
//! unless another is given; [`ExecSpec::program`] is that entrypoint, and empty for the image's own.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use windlass_session::{Closed, ExecSpec, Places, Running, Session, SessionError};

use crate::error::with_causes;
use crate::{ContainerSpec, Engine, Mounts};

/// Runs each program in a new container, which is gone when the program is.
#[derive(Debug)]
pub struct ActionContainer {
    engine: Engine,
    spec: ContainerSpec,
    places: Places,
    mounts: Mounts,
    tracking_id: String,
}

impl ActionContainer {
    /// Programs run in containers made by `spec`, which see `mounts` of this machine.
    #[must_use]
    pub fn new(
        engine: Engine,
        spec: ContainerSpec,
        places: Places,
        mounts: Mounts,
        tracking_id: String,
    ) -> Self {
        ActionContainer { engine, spec, places, mounts, tracking_id }
    }
}

#[async_trait]
impl Session for ActionContainer {
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
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        let mut container = self.spec.clone();
        container.mounts.extend(self.mounts.0.iter().cloned());
        container.entrypoint = (!spec.program.is_empty()).then(|| vec![text(&spec.program)]);
        container.command = Some(spec.arguments.iter().map(|each| text(each)).collect::<Vec<_>>())
            .filter(|arguments| !arguments.is_empty());
        container.directory = Some(text(spec.directory.as_os_str()));
        container.environment =
            spec.environment.iter().map(|(name, value)| (text(name), text(value))).collect();
        let running = async { self.engine.create(container).await?.run_attached().await };
        match running.await {
            Ok(running) => Ok(Box::new(running)),
            Err(error) => Err(SessionError::Start {
                program: spec.label,
                hint: "",
                source: std::io::Error::other(with_causes(&error)),
            }),
        }
    }

    async fn put(&self, path: &Path, content: &[u8]) -> Result<(), SessionError> {
        self.mounts.put(path, content).unwrap_or_else(|| Err(not_shared("write", path)))
    }

    async fn get(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, SessionError> {
        self.mounts.get(path, limit).unwrap_or_else(|| Err(not_shared("read", path)))
    }

    async fn close(&self) -> Result<Closed, SessionError> {
        Ok(Closed::default())
    }
}

fn not_shared(action: &'static str, path: &Path) -> SessionError {
    let reason = "it lay in the action's container, which is gone";
    SessionError::file(action, path, std::io::Error::other(reason))
}
