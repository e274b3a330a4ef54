//! The list of caches: found by key, prefix and branch, immutable, removed when they lie idle or
//! take too much room.
//!
//! Source: GitHub Docs, "Dependency caching reference".

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};

use crate::{Blob, BlobKind, Owner, Reservation, Store, StoreError, uploads::Statement};

/// How long a cache is kept that nobody uses ("Usage limits and eviction policy").
const IDLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A cache that a job is about to save.
#[derive(Clone, Debug)]
pub struct NewCache {
    /// The root directory of the project.
    pub project: String,
    /// The Git ref of the run, such as `refs/heads/main`.
    pub git_ref: String,
    /// Its key.
    pub key: String,
    /// The client's hash over paths and compression.
    pub version: String,
    /// The job's id among all jobs of all runs.
    pub job: String,
}

/// What a job looks for.
#[derive(Clone, Debug)]
pub struct CacheQuery {
    /// The root directory of the project.
    pub project: String,
    /// The refs whose caches may be used, the job's own first.
    pub git_refs: Vec<String>,
    /// The key.
    pub key: String,
    /// Beginnings of keys that will do as well, in this order.
    pub restore_keys: Vec<String>,
    /// The version, which must be the same.
    pub version: String,
}

/// A cache that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CacheRecord {
    /// Its number among all caches.
    pub id: i64,
    /// The root directory of the project.
    pub project: String,
    /// The ref of the run that saved it.
    pub git_ref: String,
    /// Its key.
    pub key: String,
    /// The client's hash over paths and compression.
    pub version: String,
    /// Its bytes as they are stored.
    pub size: u64,
    /// When it was saved, to the millisecond.
    pub created_at: Timestamp,
    /// When it was used last.
    pub used_at: Timestamp,
}

/// The columns of a [`CacheRecord`] in the order in which [`record`] reads them.
macro_rules! select_caches {
    ($rest:literal) => {
        concat!(
            "SELECT id, project, git_ref, cache_key, version, size, created_at, used_at ",
            "FROM caches WHERE finished_at IS NOT NULL AND project = $1 ",
            $rest
        )
    };
}

impl Store {
    /// Takes a key for an upload.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn reserve_cache(&self, new: &NewCache) -> Result<Reservation, StoreError> {
        let find = sqlx::query(
            "SELECT id, finished_at, job, owner_pid, owner_started FROM caches \
             WHERE project = $1 AND git_ref = $2 AND cache_key = $3 AND version = $4",
        );
        self.reserve(BlobKind::Cache, &new.job, named(find, new), insert(new)).await
    }

    /// Begins an upload that will stand in the place of what has its key.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub(crate) async fn begin_cache(&self, new: &NewCache) -> Result<i64, StoreError> {
        self.begin_upload(BlobKind::Cache, insert(new)).await
    }

    /// Makes an upload visible in the place of what has its key.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub(crate) async fn replace_cache(
        &self,
        id: i64,
        new: &NewCache,
        size: u64,
    ) -> Result<(), StoreError> {
        let find = sqlx::query(
            "SELECT id FROM caches WHERE project = $1 AND git_ref = $2 AND cache_key = $3 \
             AND version = $4 AND finished_at IS NOT NULL",
        );
        self.replace(BlobKind::Cache, (id, size), named(find, new)).await
    }

    /// The cache of this very key, marked as used.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn cache_of_key(
        &self,
        wanted: &NewCache,
    ) -> Result<Option<CacheRecord>, StoreError> {
        let query =
            sqlx::query(select_caches!("AND git_ref = $2 AND cache_key = $3 AND version = $4"));
        let mut connection = self.connection().await;
        let row = named(query, wanted).fetch_optional(&mut *connection).await;
        drop(connection);
        let row = row.map_err(|error| self.error(&error))?;
        let found = row.as_ref().map(record).transpose()?;
        if let Some(cache) = &found {
            self.mark_cache_used(cache.id).await?;
        }
        Ok(found)
    }

    /// The upload of this job under this key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cache_upload(&self, new: &NewCache) -> Result<Option<i64>, StoreError> {
        let query = "SELECT id FROM caches WHERE project = $1 AND git_ref = $2 AND cache_key = $3 \
                     AND version = $4 AND job = $5 AND finished_at IS NULL";
        let mut connection = self.connection().await;
        sqlx::query_scalar(query)
            .bind(&new.project)
            .bind(&new.git_ref)
            .bind(&new.key)
            .bind(&new.version)
            .bind(&new.job)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.error(&error))
    }

    /// Makes an upload visible. Answers whether it was still there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish_cache(&self, id: i64, size: u64) -> Result<bool, StoreError> {
        let query = "UPDATE caches SET finished_at = $2, used_at = $2, size = $3 \
                     WHERE id = $1 AND finished_at IS NULL";
        let mut connection = self.connection().await;
        sqlx::query(query)
            .bind(id)
            .bind(Timestamp::now().as_millisecond())
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(|error| self.error(&error))
    }

    /// The cache that a job gets, marked as used. In each ref in turn: the key itself, then what
    /// begins with the key, then what begins with each of the other keys, the newest first ("Cache
    /// key matching").
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_cache(&self, query: &CacheQuery) -> Result<Option<CacheRecord>, StoreError> {
        for git_ref in &query.git_refs {
            let found = sqlx::query(select_caches!(
                "AND git_ref = $2 AND version = $3 ORDER BY finished_at DESC, id DESC"
            ));
            let found = found.bind(&query.project).bind(git_ref).bind(&query.version);
            let mut connection = self.connection().await;
            let rows = found.fetch_all(&mut *connection).await;
            drop(connection);
            let rows = rows.map_err(|error| self.error(&error))?;
            let caches = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
            let exact = caches.iter().find(|cache| cache.key == query.key);
            let mut beginnings = std::iter::once(&query.key).chain(&query.restore_keys);
            let hit = exact.or_else(|| {
                beginnings.find_map(|beginning| {
                    caches.iter().find(|cache| cache.key.starts_with(beginning.as_str()))
                })
            });
            if let Some(hit) = hit {
                self.mark_cache_used(hit.id).await?;
                return Ok(Some(hit.clone()));
            }
        }
        Ok(None)
    }

    async fn mark_cache_used(&self, id: i64) -> Result<(), StoreError> {
        let mut connection = self.connection().await;
        sqlx::query("UPDATE caches SET used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(Timestamp::now().as_millisecond())
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(|error| self.error(&error))
    }

    /// The caches of a project, the one used last first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn caches(&self, project: &str) -> Result<Vec<CacheRecord>, StoreError> {
        let query = sqlx::query(select_caches!("ORDER BY used_at DESC, id DESC")).bind(project);
        let mut connection = self.connection().await;
        let rows = query.fetch_all(&mut *connection).await.map_err(|error| self.error(&error))?;
        rows.iter().map(record).collect()
    }

    /// The bytes of a cache.
    #[must_use]
    pub fn cache_blob(&self, cache: &CacheRecord) -> Blob {
        self.blob(BlobKind::Cache, cache.id)
    }

    /// Removes the caches of a project's branches that nobody used for seven days, then the ones
    /// used least recently until the rest takes at most `limit` bytes. Caches of the project as a
    /// whole do not grow old: GitLab's lie until somebody clears them ("Caching in GitLab CI/CD").
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn evict_caches(
        &self,
        project: &str,
        limit: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let idle_since = now.saturating_sub(IDLE).unwrap_or(now);
        let mut taken = 0_u64;
        let mut leaving = Vec::new();
        for cache in self.caches(project).await? {
            taken = taken.saturating_add(cache.size);
            let is_idle = cache.used_at < idle_since && !cache.git_ref.is_empty();
            if is_idle || taken > limit {
                leaving.push(cache.id);
            }
        }
        self.remove_all(BlobKind::Cache, leaving).await
    }
}

/// Gives a query what a cache is known by.
fn named<'q>(query: Statement<'q>, new: &'q NewCache) -> Statement<'q> {
    query.bind(&new.project).bind(&new.git_ref).bind(&new.key).bind(&new.version)
}

/// Enters an upload, and answers its number.
fn insert(new: &NewCache) -> Statement<'_> {
    let (now, owner) = (Timestamp::now().as_millisecond(), Owner::current());
    let insert = sqlx::query(
        "INSERT INTO caches (project, git_ref, cache_key, version, job, created_at, used_at, \
         owner_pid, owner_started) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
    );
    named(insert, new)
        .bind(&new.job)
        .bind(now)
        .bind(now)
        .bind(i64::from(owner.pid))
        .bind(owner.started)
}

fn record(row: &SqliteRow) -> Result<CacheRecord, StoreError> {
    read(row).map_err(|error| StoreError::Unreadable {
        run: row.try_get::<i64, _>(0).map_or_else(|_| String::new(), |id| format!("cache {id}")),
        reason: error.to_string(),
    })
}

fn read(row: &SqliteRow) -> Result<CacheRecord, Box<dyn std::error::Error>> {
    Ok(CacheRecord {
        id: row.try_get(0)?,
        project: row.try_get(1)?,
        git_ref: row.try_get(2)?,
        key: row.try_get(3)?,
        version: row.try_get(4)?,
        size: row.try_get::<i64, _>(5)?.unsigned_abs(),
        created_at: Timestamp::from_millisecond(row.try_get(6)?)?,
        used_at: Timestamp::from_millisecond(row.try_get(7)?)?,
    })
}
