//! The jobs that may call: what each one is, and the tokens by which it shows that.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value};
use windlass_kernel::RunId;

use crate::server::Shared;

/// What the services have to know of a job.
#[derive(Clone, Debug)]
pub struct JobFacts {
    /// The root directory of its project, by which caches are kept.
    pub project: String,
    /// The top of the Git repository, where there is one.
    pub git_root: Option<PathBuf>,
    /// The repositories that Git serves beside it, by names such as `octo/other`: submodules with
    /// relative addresses.
    pub siblings: Vec<(String, PathBuf)>,
    /// The default branch, without `refs/heads/`.
    pub default_branch: String,
    /// Its run.
    pub run: RunId,
    /// Its id among all jobs of all runs, of letters, digits, `-` and `_`.
    pub job: String,
    /// The `github` context.
    pub github: Arc<Map<String, Value>>,
    /// The file and ref of the workflow that the job is written in, as in
    /// `octo/shop/.github/workflows/ci.yml@refs/heads/main`.
    pub job_workflow_ref: String,
    /// The name of its environment.
    pub environment: Option<String>,
    /// Whether `permissions` give `id-token: write`.
    pub may_request_identity: bool,
    /// How long its tokens are good if nobody ends it before.
    pub lifetime: Duration,
}

impl JobFacts {
    /// A property of the `github` context as a text; empty where it is none.
    pub(crate) fn github(&self, name: &str) -> &str {
        self.github.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Where a repository lies that Git serves to the job, `name` with or without `.git`.
    pub(crate) fn repository(&self, owner: &str, name: &str) -> Option<&Path> {
        let wanted = format!("{owner}/{}", name.strip_suffix(".git").unwrap_or(name));
        if wanted.eq_ignore_ascii_case(self.github("repository")) {
            return self.git_root.as_deref();
        }
        let sibling = self.siblings.iter().find(|(name, _)| wanted.eq_ignore_ascii_case(name));
        sibling.map(|(_, directory)| directory.as_path())
    }

    /// The refs whose caches the job may use, its own first: that of the run, the base of a pull
    /// request, the default branch (GitHub Docs, "Dependency caching reference", "Restrictions
    /// for accessing a cache").
    pub(crate) fn cache_refs(&self) -> Vec<String> {
        let base = self.github("base_ref");
        let others = [base, &self.default_branch];
        let others = others.iter().filter(|it| !it.is_empty()).map(|it| format!("refs/heads/{it}"));
        let mut refs = vec![self.github("ref").to_owned()];
        for other in others {
            if !refs.contains(&other) {
                refs.push(other);
            }
        }
        refs
    }
}

/// The jobs that are running.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Mutex<HashMap<String, Arc<JobFacts>>>,
}

impl Jobs {
    pub fn insert(&self, facts: Arc<JobFacts>) {
        self.lock().insert(facts.job.clone(), facts);
    }

    pub fn get(&self, job: &str) -> Option<Arc<JobFacts>> {
        self.lock().get(job).cloned()
    }

    fn remove(&self, job: &str) {
        self.lock().remove(job);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<JobFacts>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that may call, until this is dropped.
pub struct Admission {
    /// `ACTIONS_RUNTIME_TOKEN`: for caches and artifacts.
    pub runtime_token: String,
    /// A token for the REST API and Git.
    pub api_token: String,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, where the job may request identity tokens.
    pub identity_request_token: Option<String>,
    pub(crate) job: String,
    pub(crate) shared: Arc<Shared>,
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Admission").field("job", &self.job).finish_non_exhaustive()
    }
}

impl Drop for Admission {
    /// Its tokens are refused from now on; what it did not finish to upload is removed.
    fn drop(&mut self) {
        self.shared.jobs.remove(&self.job);
        let (store, job) = (self.shared.store.clone(), std::mem::take(&mut self.job));
        self.shared.tasks.spawn(async move {
            // Whatever is left is found again when the next process starts.
            let _ = store.drop_uploads(Some(&job)).await;
        });
    }
}

#[cfg(test)]
pub(crate) fn sample() -> JobFacts {
    let github = serde_json::json!({
        "ref": "refs/heads/topic", "sha": "0123", "repository": "octo/shop",
        "repository_owner": "octo", "event_name": "push", "run_id": "7", "run_attempt": "1",
    });
    let Value::Object(github) = github else { unreachable!("an object was written") };
    JobFacts {
        project: "/p".into(),
        git_root: None,
        siblings: Vec::new(),
        default_branch: "main".into(),
        run: "01KDVDNA00000000000000001A".parse().unwrap(),
        job: "01KDVDNA00000000000000001A_3".into(),
        github: Arc::new(github),
        job_workflow_ref: "octo/shop/.github/workflows/ci.yml@refs/heads/topic".into(),
        environment: None,
        may_request_identity: true,
        lifetime: Duration::from_secs(60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(git_ref: &str, base: &str) -> JobFacts {
        let mut facts = sample();
        let github = Arc::make_mut(&mut facts.github);
        github.insert("ref".into(), git_ref.into());
        github.insert("base_ref".into(), base.into());
        facts
    }

    #[test]
    fn caches_come_from_the_own_ref_the_base_and_the_default_branch() {
        let refs = |git_ref, base| facts(git_ref, base).cache_refs();
        assert_eq!(refs("refs/heads/main", ""), ["refs/heads/main"]);
        assert_eq!(refs("refs/heads/topic", ""), ["refs/heads/topic", "refs/heads/main"]);
        assert_eq!(
            refs("refs/pull/1/merge", "release"),
            ["refs/pull/1/merge", "refs/heads/release", "refs/heads/main"]
        );
    }
}
