//! The submodules of a checkout: those that the project has on this machine come from there, the
//! rest from where Git finds it.
//!
//! Source: the README of actions/checkout, `submodules`; git-submodule(1), `update`. A relative
//! address counts from the forge's address of the repository, which need not be reachable.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use windlass_repository::Submodule;

use super::Checkout;
use super::git::Git;
use crate::job::lane::Lane;
use crate::job::state::{Ended, JobState};

impl Git<'_> {
    /// Brings the submodules that are asked for.
    pub(super) async fn submodules(
        &self,
        lane: &mut Lane,
        state: &mut JobState,
        checkout: &Checkout,
    ) -> Result<(), Ended> {
        let is_recursive = match checkout.input("submodules").to_ascii_lowercase().as_str() {
            "" | "false" => return Ok(()),
            word => word == "recursive",
        };
        let own = self.job.options.repository.git_root.clone().filter(|_| checkout.is_own);
        // Each working tree, and the one of the project's that it is a checkout of.
        let mut open = vec![(checkout.directory.clone(), own)];
        while let Some((directory, original)) = open.pop() {
            let known = match original.clone() {
                Some(original) => submodules_of(original).await,
                None => Vec::new(),
            };
            let mut arguments = vec!["submodule", "update", "--init", "--force"];
            let is_all = is_recursive && known.is_empty();
            arguments.extend(is_all.then_some("--recursive"));
            self.tell(lane, &known);
            self.run(lane, state, &directory, &arguments, &addresses(&known)).await?;
            if is_recursive && !is_all {
                for submodule in submodules_of(directory.clone()).await {
                    let original = original.as_ref().map(|it| it.join(&submodule.path));
                    open.push((directory.join(&submodule.path), original));
                }
            }
        }
        Ok(())
    }

    /// Says where each comes from, or how it could.
    fn tell(&self, lane: &mut Lane, known: &[Submodule]) {
        for submodule in known {
            let path = submodule.path.display();
            let line = match &submodule.git_directory {
                Some(directory) => {
                    format!("Submodule '{path}' is served from {}.", directory.display())
                }
                None => format!(
                    "Submodule '{path}' ({}) is not on this machine; `git submodule update --init` \
                     in the project brings it for later runs.",
                    submodule.url
                ),
            };
            lane.log.line(self.node, &line);
        }
    }
}

async fn submodules_of(top: PathBuf) -> Vec<Submodule> {
    tokio::task::spawn_blocking(move || Submodule::all(&top)).await.unwrap_or_default()
}

/// The variables that lead Git to what is on this machine (git-config(1), `GIT_CONFIG_COUNT`,
/// `submodule.<name>.url`, `protocol.allow`).
fn addresses(known: &[Submodule]) -> Vec<(OsString, OsString)> {
    let address = |submodule: &Submodule| {
        let directory: &Path = submodule.git_directory.as_deref()?;
        Some((format!("submodule.{}.url", submodule.name), directory.as_os_str().to_owned()))
    };
    let mut settings: Vec<(String, OsString)> = known.iter().filter_map(address).collect();
    if settings.is_empty() {
        return Vec::new();
    }
    settings.push(("protocol.file.allow".to_owned(), "always".into()));
    let mut variables = vec![("GIT_CONFIG_COUNT".into(), settings.len().to_string().into())];
    for (index, (key, value)) in settings.into_iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{index}").into(), key.into()));
        variables.push((format!("GIT_CONFIG_VALUE_{index}").into(), value));
    }
    variables
}
