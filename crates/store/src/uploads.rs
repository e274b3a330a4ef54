//! What artifacts and caches have in common while they are uploaded: one upload at a time for a
//! name, and none that outlives the job or process that began it.

use jiff::Timestamp;
use sqlx::{Connection, Row, sqlite::SqliteRow};

use crate::{Blob, BlobKind, Owner, Store, StoreError};

/// What came of asking for a place to upload to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is this one.
    Reserved(i64),
    /// Something of this name is there already.
    Taken,
    /// Another job that is still running uploads it.
    Busy,
}

/// What is known of a row that has the name already.
pub(crate) struct Standing {
    pub id: i64,
    is_finished: bool,
    job: String,
    owner: Owner,
}

impl Standing {
    /// From `id, finished_at, job, owner_pid, owner_started`.
    pub fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Standing {
            id: row.try_get(0)?,
            is_finished: row.try_get::<Option<i64>, _>(1)?.is_some(),
            job: row.try_get(2)?,
            owner: Owner {
                pid: u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0),
                started: row.try_get(4)?,
            },
        })
    }

    /// Why `job` may not take the name; an upload of its own, or one whose process ended, gives
    /// way.
    pub fn refusal(&self, job: &str) -> Option<Reservation> {
        if self.is_finished {
            Some(Reservation::Taken)
        } else if self.job != job && self.owner.is_alive() {
            Some(Reservation::Busy)
        } else {
            None
        }
    }
}

const UNFINISHED: [(BlobKind, &str); 2] = [
    (
        BlobKind::Artifact,
        "SELECT id, finished_at, job, owner_pid, owner_started FROM artifacts \
         WHERE finished_at IS NULL",
    ),
    (
        BlobKind::Cache,
        "SELECT id, finished_at, job, owner_pid, owner_started FROM caches \
         WHERE finished_at IS NULL",
    ),
];

const fn delete_from(kind: BlobKind) -> &'static str {
    match kind {
        BlobKind::Artifact => "DELETE FROM artifacts WHERE id = $1",
        BlobKind::Cache => "DELETE FROM caches WHERE id = $1",
    }
}

impl Store {
    /// The bytes of an artifact or cache.
    #[must_use]
    pub fn blob(&self, kind: BlobKind, id: i64) -> Blob {
        Blob::new(self.directory().join("blobs").join(kind.word()).join(id.to_string()))
    }

    /// Whether an upload to this place is under way.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_upload(&self, kind: BlobKind, id: i64) -> Result<bool, StoreError> {
        let query = match kind {
            BlobKind::Artifact => "SELECT 1 FROM artifacts WHERE id = $1 AND finished_at IS NULL",
            BlobKind::Cache => "SELECT 1 FROM caches WHERE id = $1 AND finished_at IS NULL",
        };
        let mut connection = self.connection().await;
        let found = sqlx::query(query).bind(id).fetch_optional(&mut *connection).await;
        found.map(|row| row.is_some()).map_err(|error| self.error(&error))
    }

    /// Removes uploads that nobody will finish: those of this job, which has ended, and those of
    /// processes that have.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn drop_uploads(&self, ended_job: Option<&str>) -> Result<(), StoreError> {
        for (kind, unfinished) in UNFINISHED {
            let mut connection = self.connection().await;
            let rows = sqlx::query(unfinished)
                .fetch_all(&mut *connection)
                .await
                .map_err(|error| self.error(&error))?;
            drop(connection);
            for row in &rows {
                let upload = Standing::read(row).map_err(|error| self.error(&error))?;
                if ended_job == Some(upload.job.as_str()) || !upload.owner.is_alive() {
                    self.remove_file(kind, upload.id).await?;
                }
            }
        }
        Ok(())
    }

    /// Removes an artifact or cache with its bytes. The bytes go first: should this be
    /// interrupted, the row is still there to be removed again, and without bytes it counts as a
    /// miss. Answers whether it was there.
    ///
    /// # Errors
    /// When the database or the file system refuses.
    pub async fn remove_file(&self, kind: BlobKind, id: i64) -> Result<bool, StoreError> {
        let blob = self.blob(kind, id);
        blob.remove().map_err(|source| StoreError::Path { path: blob.folder().into(), source })?;
        let mut connection = self.connection().await;
        let done = sqlx::query(delete_from(kind)).bind(id).execute(&mut *connection).await;
        Ok(done.map_err(|error| self.error(&error))?.rows_affected() > 0)
    }

    /// Takes a name within one transaction: refuses, or makes way and enters a new row. `find`
    /// looks for the row that has the name, `insert` enters the new one and answers its id.
    pub(crate) async fn reserve(
        &self,
        kind: BlobKind,
        job: &str,
        find: Statement<'_>,
        insert: Statement<'_>,
    ) -> Result<Reservation, StoreError> {
        let mut connection = self.connection().await;
        let reserved = async {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut replaced = None;
            if let Some(row) = find.fetch_optional(&mut *transaction).await? {
                let standing = Standing::read(&row)?;
                if let Some(refusal) = standing.refusal(job) {
                    return Ok((refusal, None));
                }
                let delete = sqlx::query(delete_from(kind)).bind(standing.id);
                delete.execute(&mut *transaction).await?;
                replaced = Some(standing.id);
            }
            let id = insert.fetch_one(&mut *transaction).await?.try_get(0)?;
            transaction.commit().await?;
            Ok((Reservation::Reserved(id), replaced))
        };
        let (reservation, replaced) =
            reserved.await.map_err(|error: sqlx::Error| self.error(&error))?;
        drop(connection);
        let says = |blob: &Blob| {
            let path = blob.folder().to_owned();
            move |source| StoreError::Path { path, source }
        };
        if let Some(id) = replaced {
            let blob = self.blob(kind, id);
            blob.remove().map_err(says(&blob))?;
        }
        if let Reservation::Reserved(id) = reservation {
            let blob = self.blob(kind, id);
            blob.create().map_err(says(&blob))?;
        }
        Ok(reservation)
    }
}

const fn finish_in(kind: BlobKind) -> &'static str {
    match kind {
        BlobKind::Artifact => "UPDATE artifacts SET finished_at = $2, size = $3 WHERE id = $1",
        BlobKind::Cache => {
            "UPDATE caches SET finished_at = $2, used_at = $2, size = $3 WHERE id = $1"
        }
    }
}

impl Store {
    /// Begins an upload whatever has its name. `insert` enters it and answers its id.
    pub(crate) async fn begin_upload(
        &self,
        kind: BlobKind,
        insert: Statement<'_>,
    ) -> Result<i64, StoreError> {
        let mut connection = self.connection().await;
        let row = insert.fetch_one(&mut *connection).await;
        drop(connection);
        let id = row.and_then(|row| row.try_get(0)).map_err(|error| self.error(&error))?;
        let blob = self.blob(kind, id);
        let made = blob.create();
        made.map_err(|source| StoreError::Path { path: blob.folder().into(), source })?;
        Ok(id)
    }

    /// Makes an upload of so many bytes visible, and removes what `find` finds, in one transaction:
    /// there is never none of them, nor are there two.
    pub(crate) async fn replace(
        &self,
        kind: BlobKind,
        (id, size): (i64, u64),
        find: Statement<'_>,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection().await;
        let replaced = async {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut replaced: Vec<i64> = Vec::new();
            for row in find.fetch_all(&mut *transaction).await? {
                let old = row.try_get(0)?;
                let delete = sqlx::query(delete_from(kind)).bind(old);
                delete.execute(&mut *transaction).await?;
                replaced.push(old);
            }
            let finish = sqlx::query(finish_in(kind))
                .bind(id)
                .bind(Timestamp::now().as_millisecond())
                .bind(i64::try_from(size).unwrap_or(i64::MAX));
            finish.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(replaced)
        };
        let replaced = replaced.await.map_err(|error: sqlx::Error| self.error(&error))?;
        drop(connection);
        for old in replaced {
            let blob = self.blob(kind, old);
            let removed = blob.remove();
            removed.map_err(|source| StoreError::Path { path: blob.folder().into(), source })?;
        }
        Ok(())
    }
}

/// A statement with its values.
pub(crate) type Statement<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;
