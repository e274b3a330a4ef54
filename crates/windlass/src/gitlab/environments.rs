//! The environments of a project, as far as jobs on this machine used them: a file for each, with
//! the moment at which GitLab would stop it.
//!
//! Nobody is here to stop an environment when its time is over, so the next run tells of it.
//!
//! Source: "Environments", section "Stop an environment after a certain time period".

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use windlass_gitlab::job::{EnvironmentUse, Environments};
use windlass_gitlab_syntax::pipeline::EnvironmentAction;

use super::driver::folder_of;

/// The files of a project's environments.
pub struct KnownEnvironments {
    directory: PathBuf,
}

/// What is known of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    #[serde(flatten)]
    used: EnvironmentUse,
    /// When it is to be stopped.
    stops_at: Option<Timestamp>,
}

impl KnownEnvironments {
    /// Those of a project, below the directory of the history.
    pub fn of(state: &Path, project: &str) -> Self {
        let directory = state.join("gitlab/environments").join(folder_of(project));
        KnownEnvironments { directory }
    }

    /// One line for each environment that is to be stopped by now, with what stops it.
    pub fn expired(&self, now: Timestamp) -> Vec<String> {
        let Ok(listing) = fs::read_dir(&self.directory) else { return Vec::new() };
        let known = listing.flatten().filter_map(|entry| read(&entry.path()));
        let expired = known.filter(|it| it.stops_at.is_some_and(|at| at <= now));
        let mut lines: Vec<String> = expired.map(|known| told(&known.used)).collect();
        lines.sort();
        lines
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.join(folder_of(name)).with_extension("json")
    }
}

fn read(file: &Path) -> Option<Known> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn told(used: &EnvironmentUse) -> String {
    let name = &used.name;
    match &used.on_stop {
        Some(job) => format!(
            "The time of the environment '{name}' is over: `windlass run --job {job} --no-needs \
             --ref {}` stops it",
            used.reference
        ),
        None => format!("The time of the environment '{name}' is over; no job stops it"),
    }
}

impl Environments for KnownEnvironments {
    fn used(&self, how: &EnvironmentUse) -> io::Result<()> {
        let file = self.file(&how.name);
        let before = read(&file);
        let known = match (how.action, before) {
            (EnvironmentAction::Stop, Some(_)) => return fs::remove_file(file),
            (EnvironmentAction::Stop, None) | (EnvironmentAction::Verify, _) => return Ok(()),
            (EnvironmentAction::Start, _) => from_now(how.clone()),
            (EnvironmentAction::Prepare | EnvironmentAction::Access, Some(before)) => {
                // They start the time anew, and leave the rest as the deployment made it.
                let lifetime = how.lifetime.or(before.used.lifetime);
                from_now(EnvironmentUse { lifetime, ..before.used })
            }
            (EnvironmentAction::Prepare | EnvironmentAction::Access, None) => return Ok(()),
        };
        fs::create_dir_all(&self.directory)?;
        let written = tempfile::NamedTempFile::new_in(&self.directory)?;
        serde_json::to_writer(&written, &known)?;
        written.persist(file).map(drop).map_err(|error| error.error)
    }
}

fn from_now(used: EnvironmentUse) -> Known {
    let lifetime = used.lifetime.flatten().and_then(|time| SignedDuration::try_from(time).ok());
    let stops_at = lifetime.and_then(|time| Timestamp::now().checked_add(time).ok());
    Known { used, stops_at }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn used(action: EnvironmentAction, hours: Option<u64>) -> EnvironmentUse {
        EnvironmentUse {
            name: "review/a".to_owned(),
            action,
            url: None,
            on_stop: Some("stop".to_owned()),
            lifetime: hours.map(|hours| Some(Duration::from_secs(hours * 3600))),
            reference: "main".to_owned(),
        }
    }

    /// "Environments": `prepare` and `access` start the time anew, `verify` does not, `stop` ends it.
    #[test]
    fn an_environment_expires_unless_it_is_used_or_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let environments = KnownEnvironments::of(folder.path(), "/project");
        let in_hours = |hours: i64| Timestamp::now() + SignedDuration::from_hours(hours);
        let use_it = |action, hours| environments.used(&used(action, hours)).unwrap();
        use_it(EnvironmentAction::Access, Some(1));
        assert!(environments.expired(in_hours(9)).is_empty(), "nothing was deployed");
        use_it(EnvironmentAction::Start, Some(2));
        assert!(environments.expired(in_hours(1)).is_empty());
        let line = environments.expired(in_hours(3)).join("\n");
        assert!(line.contains("'review/a'") && line.contains("--job stop"), "{line}");
        use_it(EnvironmentAction::Verify, Some(5));
        assert_eq!(environments.expired(in_hours(3)).len(), 1);
        use_it(EnvironmentAction::Access, Some(5));
        assert!(environments.expired(in_hours(3)).is_empty());
        use_it(EnvironmentAction::Prepare, None);
        assert_eq!(environments.expired(in_hours(6)).len(), 1);
        use_it(EnvironmentAction::Stop, None);
        assert!(environments.expired(in_hours(9)).is_empty());
    }
}
