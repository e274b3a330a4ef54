//! The caches of a job: found by key before its script, kept after it.
//!
//! Source: "Caching in GitLab CI/CD"; "CI/CD YAML syntax reference", section `cache`. A cache that
//! cannot be had or kept never fails a job.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use sha2::{Digest as _, Sha256};
use windlass_engine::Archives;
use windlass_gitlab_syntax::Variables;
use windlass_gitlab_syntax::pipeline::{Cache, CacheKey, CachePolicy};
use windlass_kernel::Status;
use windlass_secrets::Masker;

use super::archive;
use super::artifacts::ScriptEnd;
use super::files::{Choice, Chosen, on_disk};
use super::lane::Lane;
use super::setup::Job;

/// A cache of a job with its references to variables replaced.
pub(crate) struct ReadyCache {
    key: String,
    fallback_keys: Vec<String>,
    policy: CachePolicy,
    choice: Choice,
    cache: Cache,
}

/// The caches of a job, as far as they name files.
pub(crate) fn prepare(caches: &[Cache], project: &Path, variables: &Variables) -> Vec<ReadyCache> {
    let named = caches.iter().filter(|cache| !cache.paths.is_empty() || cache.untracked);
    named.map(|cache| ReadyCache::new(cache, project, variables)).collect()
}

impl ReadyCache {
    fn new(cache: &Cache, project: &Path, variables: &Variables) -> Self {
        let is_protected = variables.value("CI_COMMIT_REF_PROTECTED") == Some("true");
        let protection = if is_protected { "protected" } else { "non_protected" };
        // Protected branches have caches of their own, unless a cache says otherwise.
        let whole = |key: String| match cache.unprotect {
            true => key,
            false => format!("{key}-{protection}"),
        };
        let expand = |text: &String| variables.expand(text);
        let mut fallback_keys: Vec<String> =
            cache.fallback_keys.iter().map(expand).filter(|key| !key.is_empty()).collect();
        // "Caching in GitLab CI/CD", use a fallback key for all caches.
        fallback_keys.extend(variables.scope().expanded_value("CACHE_FALLBACK_KEY"));
        ReadyCache {
            key: whole(key_of(&cache.key, project, variables)),
            fallback_keys: fallback_keys.into_iter().map(whole).collect(),
            policy: CachePolicy::from_word(&expand(&cache.policy)).unwrap_or_default(),
            choice: Choice {
                paths: cache.paths.iter().map(expand).collect(),
                exclude: Vec::new(),
                untracked: cache.untracked,
            },
            cache: cache.clone(),
        }
    }
}

/// The key without what tells protected branches apart.
fn key_of(key: &CacheKey, project: &Path, variables: &Variables) -> String {
    let (prefix, hash) = match key {
        CacheKey::Text(text) => {
            let key = variables.expand(text);
            return if key.is_empty() { "default".to_owned() } else { key };
        }
        CacheKey::Files { files, prefix } => (prefix, hash_of_files(files, project, variables)),
        CacheKey::FilesCommits { files, prefix } => {
            (prefix, hash_of_commits(files, project, variables))
        }
    };
    // Without any of the files the hash is the word `default`.
    let hash = hash.unwrap_or_else(|| "default".to_owned());
    match prefix.as_ref().map(|prefix| variables.expand(prefix)).filter(|it| !it.is_empty()) {
        Some(prefix) => format!("{prefix}-{hash}"),
        None => hash,
    }
}

fn hash_of_files(files: &[String], project: &Path, variables: &Variables) -> Option<String> {
    let paths = files.iter().map(|file| variables.expand(file)).collect();
    let found = Choice { paths, ..Choice::default() }.search(project).files;
    let mut digest = Sha256::new();
    let mut is_there = false;
    for file in found {
        if let Ok(content) = fs::read(project.join(&file)) {
            is_there = true;
            digest.update(file.as_os_str().as_encoded_bytes());
            digest.update([0]);
            digest.update(content);
        }
    }
    is_there.then(|| hexadecimal(&digest.finalize()))
}

/// The latest commit of each file, as Git tells it.
fn hash_of_commits(files: &[String], project: &Path, variables: &Variables) -> Option<String> {
    let mut digest = Sha256::new();
    let mut is_there = false;
    for file in files {
        let mut command = Command::new("git");
        command.args(["log", "-1", "--format=%H", "--"]).arg(variables.expand(file));
        let output = command.current_dir(project).stdin(std::process::Stdio::null()).output();
        if let Ok(output) = output
            && output.status.success()
            && !output.stdout.is_empty()
        {
            is_there = true;
            digest.update(&output.stdout);
        }
    }
    is_there.then(|| hexadecimal(&digest.finalize()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

/// The key as it is written down. A secret in it is hidden, and still tells caches apart.
fn stored_key(key: &str, masks: &Masker) -> String {
    let shown = masks.mask(key);
    if shown == key {
        return key.to_owned();
    }
    format!("{shown}-{}", hexadecimal(&Sha256::digest(key)))
}

/// Brings the caches of a job.
pub(crate) async fn bring(
    lane: &mut Lane,
    archives: &dyn Archives,
    caches: &[ReadyCache],
    project: &Path,
) {
    if caches.iter().all(|cache| cache.policy == CachePolicy::Push) {
        return;
    }
    lane.begin("restore_cache", "Restoring cache");
    for cache in caches.iter().filter(|cache| cache.policy != CachePolicy::Push) {
        lane.line(&format!("Checking cache for {}...", cache.key));
        match cache.bring(archives, project, &lane.masks).await {
            Ok(Some(key)) => lane.line(&format!("Successfully extracted cache {key}")),
            Ok(None) => lane.warn(&format!("there is no cache {} yet", cache.key)),
            Err(error) => lane.warn(&format!("the cache cannot be unpacked: {error}")),
        }
    }
    lane.end(Status::Succeeded, None);
}

impl ReadyCache {
    /// Unpacks what is found first; answers its key.
    async fn bring(
        &self,
        archives: &dyn Archives,
        project: &Path,
        masks: &Masker,
    ) -> io::Result<Option<&str>> {
        for key in [&self.key].into_iter().chain(&self.fallback_keys) {
            let stored = stored_key(key, masks);
            while let Some(archive) = archives.cache(&stored).await? {
                let to = project.to_owned();
                match on_disk(move || archive::unpack(&archive, &to)).await {
                    // Another job has just put a newer one in its place.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    brought => return brought.map(|()| Some(key.as_str())),
                }
            }
        }
        Ok(None)
    }

    async fn keep(&self, job: &Job, masks: &Masker) -> io::Result<Chosen> {
        let archives = &job.options.archives;
        let (choice, project) = (self.choice.clone(), job.directory.workspace.clone());
        let (file, limit) = (job.archive_file(), archives.limits().cache_bytes);
        let to = file.clone();
        let packed = on_disk(move || {
            let chosen = choice.search(&project);
            if !chosen.files.is_empty() {
                archive::pack(&project, &chosen.files, &to, limit)?;
            }
            Ok(chosen)
        });
        let chosen = packed.await?;
        if !chosen.files.is_empty() {
            archives.keep_cache(&stored_key(&self.key, masks), &file).await?;
        }
        Ok(chosen)
    }
}

/// Keeps the caches of a job.
pub(crate) async fn keep(lane: &mut Lane, job: &Job, caches: &[ReadyCache], end: ScriptEnd) {
    let is_kept = |it: &&ReadyCache| it.policy != CachePolicy::Pull && end.keeps(it.cache.when);
    if !caches.iter().any(|cache| is_kept(&cache)) {
        return;
    }
    lane.begin("archive_cache", &format!("Saving cache for {} job", end.word()));
    for cache in caches.iter().filter(is_kept) {
        lane.line(&format!("Creating cache {}...", cache.key));
        match cache.keep(job, &lane.masks).await {
            Ok(chosen) => chosen.tell(lane),
            Err(error) => lane.warn(&format!("the cache cannot be kept: {error}")),
        }
    }
    lane.end(Status::Succeeded, None);
}
