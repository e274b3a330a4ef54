//! The database file: opening it, its version, its migrations, and the one connection to it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, MutexGuard};

use crate::{FileLogs, StoreError};

/// Migrations in order; the database's `user_version` is how many of them it has had.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_history.sql"),
    include_str!("../migrations/0002_files.sql"),
    include_str!("../migrations/0003_files_of_jobs.sql"),
    include_str!("../migrations/0004_order_of_groups.sql"),
];

/// How long a statement waits for another process. Each holds the database for microseconds; a
/// wait this long means that somebody is stopped in a debugger or the disk hangs.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

/// Above this size the write-ahead log is folded into the database when a process ends. Doing so
/// costs two syncs, 5 to 15 ms on a disk; leaving it makes the next opening read it, 0.3 ms a MiB.
const CHECKPOINT_BYTES: u64 = 2 * 1024 * 1024;

/// Everything that is kept of runs: the state directory with its database and blobs.
///
/// Any number of processes may have the same directory open. Within a process it is shared by
/// `Arc`; statements go one after the other over one connection.
pub struct Store {
    directory: PathBuf,
    database: PathBuf,
    connection: Mutex<SqliteConnection>,
}

impl Store {
    /// Opens the state directory; it and the database are made where they are missing.
    ///
    /// # Errors
    /// When it cannot be made, read or written, or a newer program has changed it.
    pub async fn open(directory: &Path) -> Result<Store, StoreError> {
        let database = directory.join("windlass.db");
        fs::create_dir_all(directory)
            .map_err(|source| StoreError::Path { path: directory.to_owned(), source })?;
        let connection = connect(&database).await?;
        Ok(Store { directory: directory.to_owned(), database, connection: Mutex::new(connection) })
    }

    /// The logs of all runs.
    pub fn logs(&self) -> FileLogs {
        FileLogs::new(self.directory.join("blobs").join("logs"))
    }

    /// The state directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Ends the use of the database before the program ends.
    ///
    /// Without it nothing is lost either; but SQLite would then always fold the write-ahead log
    /// into the database, which costs a short run more than everything else it stores.
    pub async fn close(self) {
        let connection = self.connection.into_inner();
        let wal = self.database.with_extension("db-wal");
        if fs::metadata(&wal).is_ok_and(|wal| wal.len() > CHECKPOINT_BYTES) {
            // The file is folded in by whoever is last; that another process is still there is
            // no failure.
            let _ = connection.close().await;
        } else {
            // Dropping the connection would checkpoint; the end of the process does not.
            std::mem::forget(connection);
        }
    }

    pub(crate) async fn connection(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }

    /// Says what an error of the database means for this store.
    pub(crate) fn error(&self, error: &sqlx::Error) -> StoreError {
        StoreError::from_database(&self.database, error)
    }
}

/// Opens the database and brings it to this program's version.
async fn connect(database: &Path) -> Result<SqliteConnection, StoreError> {
    let says = |error: sqlx::Error| StoreError::from_database(database, &error);
    // The write-ahead log is a lasting property of the file: it is chosen when the file is made
    // and not asked for again at each opening.
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(false)
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(says)?;
    let known = MIGRATIONS.len() as i64;
    let found = version(&mut connection).await.map_err(says)?;
    if found < known {
        migrate(&mut connection, known).await.map_err(says)?;
    } else if found > known {
        return Err(StoreError::Newer { path: database.to_owned(), found, known });
    }
    Ok(connection)
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await
}

/// Applies the migrations that are missing, in one transaction; several processes may try at once.
async fn migrate(connection: &mut SqliteConnection, known: i64) -> Result<(), sqlx::Error> {
    use_write_ahead_log(connection).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found = version(&mut transaction).await?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    if found < known {
        let set = format!("PRAGMA user_version = {known}");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Changing the journal mode needs the file for itself and does not wait by the busy timeout, so
/// processes that make the same file at the same time try again.
async fn use_write_ahead_log(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut left = BUSY_TIMEOUT;
    loop {
        let pause = Duration::from_millis(5);
        match sqlx::raw_sql("PRAGMA journal_mode = WAL").execute(&mut *connection).await {
            Ok(_) => return Ok(()),
            Err(error) if left.is_zero() => return Err(error),
            Err(error) if !error.to_string().contains("locked") => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
        left = left.saturating_sub(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_of_an_older_program_are_there_with_their_numbers() {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("windlass.db"))
            .create_if_missing(true);
        let mut old = options.connect().await.unwrap();
        for migration in &MIGRATIONS[..2] {
            sqlx::raw_sql(*migration).execute(&mut old).await.unwrap();
        }
        let run = "01J00000000000000000000000";
        let insert = "INSERT INTO artifacts (run, name, media_type, created_at, expires_at, \
                      finished_at, job, owner_pid, owner_started) \
                      VALUES ($1, $2, 'application/zip', 1, 9000000000000, 2, 'j', 3, 's')";
        for name in ["kept", "removed"] {
            sqlx::query(insert).bind(run).bind(name).execute(&mut old).await.unwrap();
        }
        let rest = "DELETE FROM artifacts WHERE name = 'removed'; PRAGMA user_version = 2";
        sqlx::raw_sql(rest).execute(&mut old).await.unwrap();
        old.close().await.unwrap();

        let store = Store::open(directory.path()).await.unwrap();
        let artifacts = store.artifacts(run.parse().unwrap()).await.unwrap();
        assert_eq!((artifacts.len(), artifacts[0].id), (1, 1));
        // A number is never given twice, since it names the folder of the bytes.
        let new = crate::NewArtifact {
            run: run.parse().unwrap(),
            node: String::new(),
            kind: crate::ARCHIVE.to_owned(),
            job: "j".to_owned(),
            name: "new".to_owned(),
            media_type: "text/plain".to_owned(),
            expires_at: None,
        };
        let reserved = store.reserve_artifact(&new).await.unwrap();
        assert_eq!(reserved, crate::Reservation::Reserved(3));
    }
}
