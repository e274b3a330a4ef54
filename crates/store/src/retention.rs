//! Runs that are no longer wanted: deleted one by one, or all but the newest.

use std::{fs, io};

use sqlx::{Connection, SqliteConnection};
use windlass_kernel::RunId;

use crate::{
    Store, StoreError,
    run_row::{record, select_runs},
};

impl Store {
    /// Removes a run with its events, logs and artifacts.
    ///
    /// # Errors
    /// [`StoreError::UnderWay`] while its process lives; [`StoreError::UnknownRun`].
    pub async fn delete_run(&self, id: RunId) -> Result<(), StoreError> {
        let found = self.run(id).await?;
        if found.status.is_none() && found.owner.is_alive() {
            return Err(StoreError::UnderWay { run: id, pid: found.owner.pid });
        }
        self.remove(id).await
    }

    /// Removes all but the newest `keep` runs of a project; those under way stay. Answers which
    /// went.
    ///
    /// # Errors
    /// When the database or the file system refuses; what was removed by then is gone.
    pub async fn prune(&self, project: &str, keep: u32) -> Result<Vec<RunId>, StoreError> {
        let query = select_runs!("WHERE project = $1 ORDER BY number DESC LIMIT 1000 OFFSET $2");
        let mut connection = self.connection().await;
        let old = sqlx::query(query)
            .bind(project)
            .bind(i64::from(keep))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        drop(connection);
        let mut removed = Vec::new();
        for row in &old {
            let run = record(row)?;
            if run.status.is_some() || !run.owner.is_alive() {
                self.remove(run.id).await?;
                removed.push(run.id);
            }
        }
        Ok(removed)
    }

    /// Logs and artifacts go first: should this be interrupted, the run is still listed and can be removed
    /// again.
    async fn remove(&self, id: RunId) -> Result<(), StoreError> {
        let folder = self.logs().run_directory(id);
        match fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::Path { path: folder, source });
            }
            _ => {}
        }
        self.remove_artifacts_of(&id.to_string()).await?;
        let mut connection = self.connection().await;
        erase(&mut connection, &id.to_string()).await.map_err(|error| self.error(&error))
    }
}

async fn erase(connection: &mut SqliteConnection, id: &str) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for statement in [
        "DELETE FROM events WHERE run = $1",
        "DELETE FROM group_locks WHERE run = $1",
        "DELETE FROM runs WHERE id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}
