//! How a row of the table `runs` becomes a [`RunRecord`].

use jiff::Timestamp;
use sqlx::{Row, sqlite::SqliteRow};
use windlass_kernel::{RunId, Status};

use crate::{Owner, RunRecord, StoreError};

/// The columns of a [`RunRecord`] in the order in which [`record`] reads them, then the rest of
/// the query.
macro_rules! select_runs {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, project, attempt, rerun_of, dialect, title, workflow, event, ",
            "git_ref, sha, settings, created_at, ended_at, status, owner_pid, owner_started, ",
            "cancel_by FROM runs ",
            $rest
        )
    };
}
pub(crate) use select_runs;

/// Reads a row of `select_runs!`.
pub(crate) fn record(row: &SqliteRow) -> Result<RunRecord, StoreError> {
    read(row).map_err(|error| StoreError::Unreadable {
        run: row.try_get(0).unwrap_or_default(),
        reason: error.to_string(),
    })
}

fn read(row: &SqliteRow) -> Result<RunRecord, Box<dyn std::error::Error>> {
    let id = |text: &str| text.parse::<RunId>();
    let ended_at: Option<i64> = row.try_get(13)?;
    Ok(RunRecord {
        id: id(row.try_get(0)?)?,
        number: row.try_get::<i64, _>(1)?.unsigned_abs(),
        project: row.try_get(2)?,
        attempt: row.try_get::<i64, _>(3)?.unsigned_abs(),
        rerun_of: row.try_get::<Option<&str>, _>(4)?.map(id).transpose()?,
        dialect: row.try_get(5)?,
        title: row.try_get(6)?,
        workflow: row.try_get(7)?,
        event: row.try_get(8)?,
        git_ref: row.try_get(9)?,
        sha: row.try_get(10)?,
        settings: serde_json::from_str(row.try_get(11)?)?,
        created_at: Timestamp::from_millisecond(row.try_get(12)?)?,
        ended_at: ended_at.map(Timestamp::from_millisecond).transpose()?,
        status: row.try_get::<Option<&str>, _>(14)?.map(status_of).transpose()?,
        owner: Owner { pid: u32::try_from(row.try_get::<i64, _>(15)?)?, started: row.try_get(16)? },
        cancel_by: row.try_get(17)?,
    })
}

/// The status's name as it is in JSON.
pub(crate) fn status_word(status: Status) -> String {
    let value = serde_json::to_value(status).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn status_of(word: &str) -> Result<Status, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
}
