//! What can go wrong with the stored history, in words that say what to do next.

use std::{io, path::PathBuf};

use thiserror::Error;
use windlass_engine::JournalError;
use windlass_kernel::RunId;

/// Why the history could not be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// No environment variable says where the history lies.
    #[error(
        "no directory for the history: set WINDLASS_STATE_DIR, XDG_STATE_HOME or HOME to an \
         absolute path"
    )]
    NoDirectory,
    /// A directory or file could not be made or used.
    #[error(
        "{} cannot be used for the history: {source}; set WINDLASS_STATE_DIR to a directory that can",
        path.display()
    )]
    Path {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A newer program has changed the database's shape.
    #[error(
        "{}: the history was written by a newer windlass (its version is {found}, this program \
         knows {known}); update this program, or set WINDLASS_STATE_DIR to another directory",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The file is no database, or one that is damaged.
    #[error(
        "{}: the history is damaged ({reason}); move the file and its -wal and -shm neighbours \
         away and a new one is made, the logs in blobs/ stay",
        path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The database may not be written here.
    #[error(
        "{}: the history cannot be written ({reason}); make the directory writable or set \
         WINDLASS_STATE_DIR to one that is",
        path.display()
    )]
    NotWritable {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// No space is left.
    #[error(
        "{}: no space is left for the history; free some, or set WINDLASS_STATE_DIR to a directory \
         that has it",
        path.display()
    )]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// Another process held the database for longer than anybody should.
    #[error("{}: another process keeps the history locked; try again when it has ended", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// Anything else that SQLite says.
    #[error("{}: {reason}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// No run goes by this name.
    #[error("no run '{0}' here; `windlass runs list` shows those there are")]
    UnknownRun(String),
    /// Several runs go by this name.
    #[error("'{reference}' is the beginning of {count} run ids; give more of it")]
    AmbiguousRun {
        /// What was asked for.
        reference: String,
        /// How many there are.
        count: usize,
    },
    /// A run is still under way and cannot be deleted or taken over.
    #[error("run {run} is under way in process {pid}; cancel it first")]
    UnderWay {
        /// The run.
        run: RunId,
        /// The process that runs it.
        pid: u32,
    },
    /// A run has ended, so there is nothing to resume.
    #[error("run {run} has ended; `windlass runs rerun` runs it again")]
    Ended {
        /// The run.
        run: RunId,
    },
    /// A stored row holds a value that this version cannot read.
    #[error("run {run} holds a value that this version cannot read: {reason}")]
    Unreadable {
        /// The run.
        run: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// SQLite's primary result codes, from its page "Result and Error Codes".
mod code {
    pub const PERM: i32 = 3;
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const READONLY: i32 = 8;
    pub const IOERR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANTOPEN: i32 = 14;
    pub const NOTADB: i32 = 26;
}

impl StoreError {
    /// Says what an error of the database means for its file.
    pub(crate) fn from_database(path: &std::path::Path, error: &sqlx::Error) -> Self {
        let path = path.to_owned();
        let reason = match error {
            sqlx::Error::Database(database) => database.message().to_owned(),
            other => other.to_string(),
        };
        match primary_code(error) {
            Some(code::NOTADB | code::CORRUPT) => StoreError::Damaged { path, reason },
            Some(code::PERM | code::READONLY | code::CANTOPEN) => {
                StoreError::NotWritable { path, reason }
            }
            Some(code::FULL) => StoreError::DiskFull { path },
            // A full disk shows as an I/O error where the shared-memory file cannot grow.
            Some(code::IOERR) if is_disk_full(&path) => StoreError::DiskFull { path },
            Some(code::BUSY | code::LOCKED) => StoreError::Busy { path },
            _ => StoreError::Database { path, reason },
        }
    }
}

/// The low byte of SQLite's extended code.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|extended| extended & 0xff)
}

/// Whether not even a page can be written beside the database.
fn is_disk_full(database: &std::path::Path) -> bool {
    let probe = database.with_extension(format!("probe-{}", std::process::id()));
    let written = std::fs::write(&probe, [0_u8; 4096]);
    let _ = std::fs::remove_file(&probe);
    matches!(written, Err(error) if error.kind() == io::ErrorKind::StorageFull)
}

/// Whether the error is a row that is already there.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        JournalError::Storage(error.to_string())
    }
}
