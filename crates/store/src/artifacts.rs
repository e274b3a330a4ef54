//! The list of artifacts: which run left what, until when.
//!
//! Source: GitHub Docs, "Store and share data with workflow artifacts". Names are unique in a run;
//! a run that repeats another one sees what that one left.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};
use windlass_engine::ARCHIVE;
use windlass_kernel::RunId;

use crate::{Blob, BlobKind, Owner, Reservation, Store, StoreError, uploads::Statement};

/// An artifact that a job is about to upload.
#[derive(Clone, Debug)]
pub struct NewArtifact {
    /// Whose it is.
    pub run: RunId,
    /// The job's node, where names are unique in a job; empty where they are in the whole run.
    pub node: String,
    /// [`ARCHIVE`], or the kind of a report.
    pub kind: String,
    /// The job's id among all jobs of all runs.
    pub job: String,
    /// What people call it.
    pub name: String,
    /// Its media type, such as `application/zip`.
    pub media_type: String,
    /// When it may be removed; never without.
    pub expires_at: Option<Timestamp>,
}

/// An artifact that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArtifactRecord {
    /// Its number among all artifacts.
    pub id: i64,
    /// The run that left it.
    pub run: RunId,
    /// That run's number among those of its project, where the history has it.
    pub run_number: Option<u64>,
    /// The node of the job that left it, where names are unique in a job; else empty.
    pub node: String,
    /// [`ARCHIVE`], or the kind of a report.
    pub kind: String,
    /// The job that left it.
    pub job: String,
    /// What people call it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// The hash that the client told, such as `sha256:…`.
    pub digest: Option<String>,
    /// Its bytes as they are stored.
    pub size: u64,
    /// When its upload began, to the millisecond.
    pub created_at: Timestamp,
    /// When it may be removed; never without.
    pub expires_at: Option<Timestamp>,
}

/// The columns of an [`ArtifactRecord`] in the order in which [`record`] reads them, of those that
/// are there and whose time is not over (`$2`).
macro_rules! select_artifacts {
    ($before:literal, $rest:literal) => {
        concat!(
            $before,
            "SELECT artifacts.id, run, job, name, media_type, digest, size, artifacts.created_at, ",
            "expires_at, number, node, kind FROM artifacts LEFT JOIN runs ON runs.id = run ",
            "WHERE finished_at IS NOT NULL AND (expires_at IS NULL OR expires_at > $2) ",
            $rest
        )
    };
}

impl Store {
    /// Takes a name for an upload.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn reserve_artifact(&self, new: &NewArtifact) -> Result<Reservation, StoreError> {
        let find = sqlx::query(
            "SELECT id, finished_at, job, owner_pid, owner_started FROM artifacts \
             WHERE run = $1 AND node = $2 AND kind = $3 AND name = $4",
        );
        self.reserve(BlobKind::Artifact, &new.job, named(find, new), insert(new)).await
    }

    /// Begins an upload that will stand in the place of what has its name.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub(crate) async fn begin_artifact(&self, new: &NewArtifact) -> Result<i64, StoreError> {
        self.begin_upload(BlobKind::Artifact, insert(new)).await
    }

    /// Makes an upload visible in the place of what has its name.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub(crate) async fn replace_artifact(
        &self,
        id: i64,
        new: &NewArtifact,
        size: u64,
    ) -> Result<(), StoreError> {
        let find = sqlx::query(
            "SELECT id FROM artifacts WHERE run = $1 AND node = $2 AND kind = $3 AND name = $4 \
             AND finished_at IS NOT NULL",
        );
        self.replace(BlobKind::Artifact, (id, size), named(find, new)).await
    }

    /// The files that a job of a run kept, or its node in the runs that this one repeats.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn archive_of_job(
        &self,
        run: RunId,
        node: &str,
    ) -> Result<Option<ArtifactRecord>, StoreError> {
        // Its name may be another one from run to run.
        let query = select_artifacts!(
            "WITH RECURSIVE attempts (repeated) AS (SELECT $1 UNION \
             SELECT runs.rerun_of FROM runs JOIN attempts ON runs.id = repeated \
             WHERE runs.rerun_of IS NOT NULL) ",
            "AND run IN (SELECT repeated FROM attempts) AND node = $3 AND kind = $4 \
             ORDER BY artifacts.id DESC LIMIT 1"
        );
        let mut connection = self.connection().await;
        let found = sqlx::query(query)
            .bind(run.to_string())
            .bind(Timestamp::now().as_millisecond())
            .bind(node)
            .bind(ARCHIVE)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        found.as_ref().map(record).transpose()
    }

    /// The upload of this job under this name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn artifact_upload(
        &self,
        run: RunId,
        job: &str,
        name: &str,
    ) -> Result<Option<i64>, StoreError> {
        let query = "SELECT id FROM artifacts WHERE run = $1 AND job = $2 AND name = $3 \
                     AND node = '' AND finished_at IS NULL";
        let mut connection = self.connection().await;
        sqlx::query_scalar(query)
            .bind(run.to_string())
            .bind(job)
            .bind(name)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.error(&error))
    }

    /// Makes an upload visible. Answers whether it was still there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish_artifact(
        &self,
        id: i64,
        size: u64,
        digest: Option<&str>,
    ) -> Result<bool, StoreError> {
        let query = "UPDATE artifacts SET finished_at = $2, size = $3, digest = $4 \
                     WHERE id = $1 AND finished_at IS NULL";
        let mut connection = self.connection().await;
        sqlx::query(query)
            .bind(id)
            .bind(Timestamp::now().as_millisecond())
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .bind(digest)
            .execute(&mut *connection)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(|error| self.error(&error))
    }

    /// The artifacts that a run sees, the newest first: its own, and those of the runs that it
    /// repeats.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn artifacts(&self, run: RunId) -> Result<Vec<ArtifactRecord>, StoreError> {
        let query = select_artifacts!(
            "WITH RECURSIVE attempts (repeated) AS (SELECT $1 UNION \
             SELECT runs.rerun_of FROM runs JOIN attempts ON runs.id = repeated \
             WHERE runs.rerun_of IS NOT NULL) ",
            "AND run IN (SELECT repeated FROM attempts) ORDER BY artifacts.id DESC"
        );
        self.select_artifacts(query, &run.to_string()).await
    }

    /// The artifacts of all runs of a project, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn project_artifacts(
        &self,
        project: &str,
    ) -> Result<Vec<ArtifactRecord>, StoreError> {
        let query = select_artifacts!("", "AND runs.project = $1 ORDER BY artifacts.id DESC");
        self.select_artifacts(query, project).await
    }

    async fn select_artifacts(
        &self,
        query: &'static str,
        of: &str,
    ) -> Result<Vec<ArtifactRecord>, StoreError> {
        let mut connection = self.connection().await;
        let rows = sqlx::query(query)
            .bind(of)
            .bind(Timestamp::now().as_millisecond())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        rows.iter().map(record).collect()
    }

    /// The bytes of an artifact.
    #[must_use]
    pub fn artifact_blob(&self, artifact: &ArtifactRecord) -> Blob {
        self.blob(BlobKind::Artifact, artifact.id)
    }

    /// Removes the artifacts whose time is over.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn remove_expired_artifacts(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = "SELECT id FROM artifacts WHERE expires_at <= $1 AND finished_at IS NOT NULL";
        let mut connection = self.connection().await;
        let expired: Vec<i64> = sqlx::query_scalar(query)
            .bind(now.as_millisecond())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        drop(connection);
        self.remove_all(BlobKind::Artifact, expired).await
    }

    /// Removes all that a run left.
    pub(crate) async fn remove_artifacts_of(&self, run: &str) -> Result<(), StoreError> {
        let mut connection = self.connection().await;
        let left: Vec<i64> = sqlx::query_scalar("SELECT id FROM artifacts WHERE run = $1")
            .bind(run)
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        drop(connection);
        self.remove_all(BlobKind::Artifact, left).await
    }

    pub(crate) async fn remove_all(&self, kind: BlobKind, ids: Vec<i64>) -> Result<(), StoreError> {
        for id in ids {
            self.remove_file(kind, id).await?;
        }
        Ok(())
    }
}

/// Gives a query what an artifact is known by.
fn named<'q>(query: Statement<'q>, new: &'q NewArtifact) -> Statement<'q> {
    query.bind(new.run.to_string()).bind(&new.node).bind(&new.kind).bind(&new.name)
}

/// Enters an upload, and answers its number.
fn insert(new: &NewArtifact) -> Statement<'_> {
    let owner = Owner::current();
    let insert = sqlx::query(
        "INSERT INTO artifacts (run, node, kind, name, job, media_type, created_at, expires_at, \
         owner_pid, owner_started) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    );
    named(insert, new)
        .bind(&new.job)
        .bind(&new.media_type)
        .bind(Timestamp::now().as_millisecond())
        .bind(new.expires_at.map(Timestamp::as_millisecond))
        .bind(i64::from(owner.pid))
        .bind(owner.started)
}

fn record(row: &SqliteRow) -> Result<ArtifactRecord, StoreError> {
    read(row).map_err(|error| StoreError::Unreadable {
        run: row.try_get(1).unwrap_or_default(),
        reason: error.to_string(),
    })
}

fn read(row: &SqliteRow) -> Result<ArtifactRecord, Box<dyn std::error::Error>> {
    Ok(ArtifactRecord {
        id: row.try_get(0)?,
        run: row.try_get::<&str, _>(1)?.parse()?,
        run_number: row.try_get::<Option<i64>, _>(9)?.map(i64::unsigned_abs),
        node: row.try_get(10)?,
        kind: row.try_get(11)?,
        job: row.try_get(2)?,
        name: row.try_get(3)?,
        media_type: row.try_get(4)?,
        digest: row.try_get(5)?,
        size: row.try_get::<i64, _>(6)?.unsigned_abs(),
        created_at: Timestamp::from_millisecond(row.try_get(7)?)?,
        expires_at: row
            .try_get::<Option<i64>, _>(8)?
            .map(Timestamp::from_millisecond)
            .transpose()?,
    })
}
