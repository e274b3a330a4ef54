//! The list of runs: entered, looked up, ended, taken over after a crash, asked to stop.

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};
use windlass_kernel::{RunId, Status};

use crate::{
    NewRun, Owner, RunRecord, Store, StoreError,
    run_row::{record, select_runs, status_word},
};

/// Which runs are wanted, newest first.
#[derive(Clone, Debug)]
pub struct RunQuery {
    /// Only those of this project's root directory.
    pub project: Option<String>,
    /// Only those of this pipeline file.
    pub workflow: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Enters a run that this process is about to carry out, and gives it its number.
    ///
    /// # Errors
    /// When the database refuses; [`StoreError::UnknownRun`] when the run to repeat is not there.
    pub async fn begin_run(&self, id: RunId, new: NewRun) -> Result<RunRecord, StoreError> {
        let attempt = match new.rerun_of {
            Some(original) => self.run(original).await?.attempt + 1,
            None => 1,
        };
        let now = Timestamp::now();
        let mut record = RunRecord {
            id,
            number: 0,
            project: new.project,
            attempt,
            rerun_of: new.rerun_of,
            dialect: new.dialect,
            title: new.title,
            workflow: new.workflow,
            event: new.event,
            git_ref: new.git_ref,
            sha: new.sha,
            settings: new.settings,
            // As it will be read again.
            created_at: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now),
            ended_at: None,
            status: None,
            owner: Owner::current(),
            cancel_by: None,
        };
        let mut connection = self.connection().await;
        record.number =
            enter(&mut connection, &record).await.map_err(|error| self.error(&error))?;
        Ok(record)
    }

    /// Records how a run ended. Ending it again changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_run(
        &self,
        id: RunId,
        status: Status,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = "UPDATE runs SET ended_at = $2, status = $3 WHERE id = $1 AND status IS NULL";
        let mut connection = self.connection().await;
        sqlx::query(query)
            .bind(id.to_string())
            .bind(at.as_millisecond())
            .bind(status_word(status))
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(|error| self.error(&error))
    }

    /// Changes what lists call a run, once it is known better.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rename_run(&self, id: RunId, title: &str) -> Result<(), StoreError> {
        let mut connection = self.connection().await;
        sqlx::query("UPDATE runs SET title = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(title)
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(|error| self.error(&error))
    }

    /// Makes this process the owner of an interrupted run, so that it can be resumed.
    ///
    /// Of several processes that try, one succeeds.
    ///
    /// # Errors
    /// [`StoreError::UnderWay`] when another process carries the run out;
    /// [`StoreError::Ended`] when there is nothing to resume; [`StoreError::UnknownRun`].
    pub async fn take_over(&self, id: RunId) -> Result<RunRecord, StoreError> {
        let before = self.run(id).await?;
        let owner = Owner::current();
        if before.status.is_none() && before.owner.is_alive() && before.owner != owner {
            return Err(StoreError::UnderWay { run: id, pid: before.owner.pid });
        }
        let query = "UPDATE runs SET owner_pid = $2, owner_started = $3, cancel_by = NULL \
                     WHERE id = $1 AND status IS NULL AND owner_pid = $4 AND owner_started = $5";
        let mut connection = self.connection().await;
        let done = sqlx::query(query)
            .bind(id.to_string())
            .bind(i64::from(owner.pid))
            .bind(&owner.started)
            .bind(i64::from(before.owner.pid))
            .bind(&before.owner.started)
            .execute(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        if done.rows_affected() == 1 {
            // The turns that the run had, if nobody found them abandoned meanwhile.
            sqlx::query("UPDATE group_locks SET owner_pid = $2, owner_started = $3 WHERE run = $1")
                .bind(id.to_string())
                .bind(i64::from(owner.pid))
                .bind(&owner.started)
                .execute(&mut *connection)
                .await
                .map_err(|error| self.error(&error))?;
        }
        drop(connection);
        let after = self.run(id).await?;
        match after.status {
            _ if done.rows_affected() == 1 => Ok(after),
            Some(_) => Err(StoreError::Ended { run: id }),
            None => Err(StoreError::UnderWay { run: id, pid: after.owner.pid }),
        }
    }

    /// One run by its id.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`] when it is not there.
    pub async fn run(&self, id: RunId) -> Result<RunRecord, StoreError> {
        let text = id.to_string();
        let mut connection = self.connection().await;
        let row = sqlx::query(select_runs!("WHERE id = $1"))
            .bind(&text)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        row.as_ref().map_or(Err(StoreError::UnknownRun(text)), record)
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// When the database refuses or holds what this version cannot read.
    pub async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRecord>, StoreError> {
        let text = select_runs!(
            "WHERE ($1 IS NULL OR project = $1) AND ($2 IS NULL OR workflow = $2) \
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let mut connection = self.connection().await;
        let rows = sqlx::query(text)
            .bind(query.project.as_deref())
            .bind(query.workflow.as_deref())
            .bind(i64::from(query.limit))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        rows.iter().map(record).collect()
    }

    /// The run that a person means: by its number in this project (`12` or `#12`), by its id, or
    /// by the beginning of its id, in upper or lower case.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`] and [`StoreError::AmbiguousRun`].
    pub async fn find_run(&self, project: &str, wanted: &str) -> Result<RunRecord, StoreError> {
        let unknown = || StoreError::UnknownRun(wanted.to_owned());
        let digits = wanted.strip_prefix('#').unwrap_or(wanted);
        // Ids begin with digits too, but by far not with so few.
        let number = digits.parse::<u32>().ok().filter(|_| digits.len() < 10);
        let prefix = wanted.to_ascii_uppercase();
        let query = if let Some(number) = number {
            sqlx::query(select_runs!("WHERE project = $1 AND number = $2"))
                .bind(project)
                .bind(i64::from(number))
        } else if !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            // Ids are of digits and capital letters, all of which sort below `~`.
            let end = format!("{prefix}~");
            sqlx::query(select_runs!("WHERE id >= $1 AND id < $2 LIMIT 100")).bind(prefix).bind(end)
        } else {
            return Err(unknown());
        };
        let mut connection = self.connection().await;
        let found = query.fetch_all(&mut *connection).await.map_err(|error| self.error(&error))?;
        match found.as_slice() {
            [] => Err(unknown()),
            [row] => record(row),
            several => {
                Err(StoreError::AmbiguousRun { reference: wanted.to_owned(), count: several.len() })
            }
        }
    }

    /// Notes that somebody wants a run to stop, and answers what is known of it.
    ///
    /// The run's own process asks by [`Store::cancel_request`]; whoever has checked by
    /// [`Owner::is_alive`] that the owner is still there may wake it by a signal.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`] when it is not there.
    pub async fn request_cancel(&self, id: RunId, by: &str) -> Result<RunRecord, StoreError> {
        let mut connection = self.connection().await;
        sqlx::query("UPDATE runs SET cancel_by = $2 WHERE id = $1 AND status IS NULL")
            .bind(id.to_string())
            .bind(by)
            .execute(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        drop(connection);
        self.run(id).await
    }

    /// Who wants the run to stop, if anybody does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cancel_request(&self, id: RunId) -> Result<Option<String>, StoreError> {
        let mut connection = self.connection().await;
        let found: Option<Option<String>> =
            sqlx::query_scalar("SELECT cancel_by FROM runs WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&mut *connection)
                .await
                .map_err(|error| self.error(&error))?;
        Ok(found.flatten())
    }
}

/// Takes the project's next number and writes the run's row, together or not at all.
async fn enter(connection: &mut SqliteConnection, record: &RunRecord) -> Result<u64, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let next = "INSERT INTO projects (root, last_number) VALUES ($1, 1) \
                ON CONFLICT (root) DO UPDATE SET last_number = last_number + 1 \
                RETURNING last_number";
    let number: i64 =
        sqlx::query_scalar(next).bind(&record.project).fetch_one(&mut *transaction).await?;
    let insert = "INSERT INTO runs (id, number, project, attempt, rerun_of, dialect, title, \
                  workflow, event, git_ref, sha, settings, created_at, owner_pid, owner_started) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    sqlx::query(insert)
        .bind(record.id.to_string())
        .bind(number)
        .bind(&record.project)
        .bind(i64::try_from(record.attempt).unwrap_or(i64::MAX))
        .bind(record.rerun_of.map(|run| run.to_string()))
        .bind(&record.dialect)
        .bind(&record.title)
        .bind(&record.workflow)
        .bind(&record.event)
        .bind(&record.git_ref)
        .bind(&record.sha)
        .bind(record.settings.to_string())
        .bind(record.created_at.as_millisecond())
        .bind(i64::from(record.owner.pid))
        .bind(&record.owner.started)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(number.unsigned_abs())
}
