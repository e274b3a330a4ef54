//! Files that a container's user made in the job's directories, given back to the user who runs us.
//!
//! A container's root writes as root to what this machine shares with it. Where we are somebody
//! else we could neither change nor remove such files, so at the end of a job a container of the
//! same image changes their owner.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use windlass_session::Running as _;

use crate::error::{EngineError, with_causes};
use crate::{ContainerSpec, Engine, Mounts, Tenancy};

impl Engine {
    /// Gives what lies in `mounts` and is somebody else's back to us. Does nothing for root, to
    /// whom it makes no difference, and where nothing is somebody else's. `image` is one that is
    /// here and has `chown`.
    ///
    /// # Errors
    /// When the engine refuses, or the image has no `chown`.
    pub async fn give_back(
        &self,
        image: &str,
        mounts: &Mounts,
        tenancy: &Tenancy,
    ) -> Result<(), EngineError> {
        let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
        let shared: Vec<_> = mounts.0.iter().filter(|mount| !mount.read_only).cloned().collect();
        let directories: Vec<PathBuf> = shared.iter().map(|mount| mount.host.clone()).collect();
        let uid = user.as_raw();
        let search = move || directories.iter().any(|directory| has_foreign(directory, uid));
        if user.is_root() || !tokio::task::spawn_blocking(search).await.unwrap_or_default() {
            return Ok(());
        }
        // Root in a container of a rootless engine is the user of the engine.
        let owner = if self.is_rootless().await? {
            "0:0".to_owned()
        } else {
            format!("{uid}:{}", group.as_raw())
        };
        let mut command = vec!["-R".to_owned(), "-h".to_owned(), owner];
        command.extend(shared.iter().map(|mount| mount.inside.display().to_string()));
        let mut spec = ContainerSpec {
            image: image.to_owned(),
            entrypoint: Some(vec!["chown".to_owned()]),
            command: Some(command),
            mounts: shared,
            tenancy: tenancy.clone(),
            ..ContainerSpec::default()
        };
        spec.options.body.user = Some("0".to_owned());
        let mut running = self.create(spec).await?.run_attached().await?;
        match running.wait().await {
            Ok(exit) if exit.success() => Ok(()),
            Ok(exit) => Err(refused(format!("chown ended with exit code {}", exit.code()))),
            Err(error) => Err(refused(with_causes(&error))),
        }
    }

    async fn is_rootless(&self) -> Result<bool, EngineError> {
        let info = self.api.info().await;
        let info = info.map_err(|error| EngineError::of("describe itself", "", error))?;
        let options = info.security_options.unwrap_or_default();
        Ok(options.iter().any(|option| option.starts_with("name=rootless")))
    }
}

fn refused(reason: String) -> EngineError {
    EngineError::Refused { action: "give files of containers back".to_owned(), reason }
}

/// Whether a directory, or something in it, belongs to another user.
fn has_foreign(path: &Path, user: u32) -> bool {
    let Ok(data) = path.symlink_metadata() else { return false };
    if data.uid() != user {
        return true;
    }
    if !data.is_dir() {
        return false;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| has_foreign(&entry.path(), user))
}
