//! Archives of jobs in the store: each is the only part of a blob, put in its place when it is
//! whole.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use jiff::Timestamp;
use windlass_engine::{ArchiveLimits, Archives, JobArtifact};
use windlass_kernel::{NodeId, RunId};

use crate::{Blob, BlobKind, NewArtifact, NewCache, PartName, Store, StoreError};

/// How archives are packed.
const MEDIA_TYPE: &str = "application/x-tar";
/// The version of the caches that jobs keep here; actions have hashes in its place.
const CACHE_VERSION: &str = "archive";
/// The name of the part.
const PART: &[u8] = b"archive";

/// The archives of a project.
pub struct ProjectArchives {
    store: Arc<Store>,
    project: String,
    limits: ArchiveLimits,
}

impl ProjectArchives {
    /// Those of this project.
    #[must_use]
    pub fn new(store: Arc<Store>, project: String, limits: ArchiveLimits) -> Self {
        ProjectArchives { store, project, limits }
    }

    /// Makes a file the content of a new blob.
    fn fill(&self, (kind, id): (BlobKind, i64), file: &Path) -> io::Result<u64> {
        let blob = self.store.blob(kind, id);
        let part = PartName::of(PART).ok_or(io::ErrorKind::InvalidInput)?;
        let place = blob.part(&part);
        if fs::rename(file, &place).is_err() {
            // They are on different file systems.
            fs::copy(file, &place)?;
            fs::remove_file(file)?;
        }
        blob.put_together(&[part])
    }

    fn new_cache(&self, key: &str) -> NewCache {
        NewCache {
            project: self.project.clone(),
            git_ref: String::new(),
            key: key.to_owned(),
            version: CACHE_VERSION.to_owned(),
            job: String::new(),
        }
    }
}

/// The file of a blob that is whole; one that is damaged, or just removed, counts as missing.
fn file_of(blob: &Blob) -> Option<PathBuf> {
    let parts = blob.parts().ok()?;
    parts.first().map(|part| blob.part(&part.name))
}

#[async_trait]
impl Archives for ProjectArchives {
    fn limits(&self) -> ArchiveLimits {
        self.limits
    }

    async fn keep_artifact(&self, artifact: JobArtifact, file: &Path) -> io::Result<()> {
        let new = NewArtifact {
            run: artifact.run,
            node: artifact.node.to_string(),
            kind: artifact.kind,
            job: artifact.node.to_string(),
            name: artifact.name,
            media_type: MEDIA_TYPE.to_owned(),
            expires_at: artifact.expires_at,
        };
        let id = self.store.begin_artifact(&new).await.map_err(io::Error::other)?;
        let size = self.fill((BlobKind::Artifact, id), file)?;
        self.store.replace_artifact(id, &new, size).await.map_err(io::Error::other)
    }

    async fn artifact(&self, run: RunId, node: &NodeId) -> io::Result<Option<PathBuf>> {
        let found =
            self.store.archive_of_job(run, node.as_str()).await.map_err(io::Error::other)?;
        Ok(found.and_then(|artifact| file_of(&self.store.artifact_blob(&artifact))))
    }

    async fn keep_cache(&self, key: &str, file: &Path) -> io::Result<()> {
        let (size, limit) = (fs::metadata(file)?.len(), self.limits.cache_bytes);
        if size > limit {
            let message = format!("it has {size} bytes, but all caches together may have {limit}");
            return Err(io::Error::other(message));
        }
        let new = self.new_cache(key);
        let kept = async {
            let id = self.store.begin_cache(&new).await?;
            let blob = self.store.blob(BlobKind::Cache, id);
            let size = self
                .fill((BlobKind::Cache, id), file)
                .map_err(|source| StoreError::Path { path: blob.folder().to_owned(), source })?;
            self.store.replace_cache(id, &new, size).await?;
            self.store.evict_caches(&self.project, limit, Timestamp::now()).await
        };
        kept.await.map_err(io::Error::other)
    }

    async fn cache(&self, key: &str) -> io::Result<Option<PathBuf>> {
        let new = self.new_cache(key);
        let mut missed = None;
        while let Some(cache) = self.store.cache_of_key(&new).await.map_err(io::Error::other)? {
            let file = file_of(&self.store.cache_blob(&cache));
            // Without a file it was replaced a moment ago; if it was not, it is damaged.
            if file.is_some() || missed.replace(cache.id) == Some(cache.id) {
                return Ok(file);
            }
        }
        Ok(None)
    }
}
