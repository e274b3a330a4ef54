//! The engine's journal as rows of the database.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteRow};
use windlass_engine::{Journal, JournalError};
use windlass_kernel::{Body, Event, RunId};

use crate::{Store, error::is_duplicate};

/// Rows of one statement. Statements are prepared once for each number of rows and kept, so this
/// also bounds how many there are.
const ROWS: usize = 32;

/// An event on its way into its row.
struct EventRow {
    seq: i64,
    at: i64,
    body: String,
}

#[async_trait]
impl Journal for Store {
    async fn append(
        &self,
        run: RunId,
        expected: u64,
        events: &[Event],
    ) -> Result<(), JournalError> {
        let rows = rows(expected, events)?;
        let run_text = run.to_string();
        let mut connection = self.connection().await;
        // One statement is a transaction by itself; it spares the round trips of begin and commit.
        let done = if rows.len() <= ROWS {
            insert(&mut connection, &run_text, &rows).await
        } else {
            insert_many(&mut connection, &run_text, &rows).await
        };
        done.map_err(|error| match is_duplicate(&error) {
            true => JournalError::Conflict { run, expected },
            false => self.error(&error).into(),
        })
    }

    async fn read(&self, run: RunId, after: u64) -> Result<Vec<Event>, JournalError> {
        let query = "SELECT seq, at, body FROM events WHERE run = $1 AND seq > $2 ORDER BY seq";
        let mut connection = self.connection().await;
        let rows = sqlx::query(query)
            .bind(run.to_string())
            .bind(i64::try_from(after).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.error(&error))?;
        drop(connection);
        rows.iter().map(|row| event(run, row)).collect()
    }
}

/// Turns events into rows, and checks that they follow each other.
fn rows(expected: u64, events: &[Event]) -> Result<Vec<EventRow>, JournalError> {
    let mut rows = Vec::with_capacity(events.len());
    for (event, seq) in events.iter().zip(expected..) {
        if event.seq != seq {
            let reason = format!("event {} was to be appended at place {seq}", event.seq);
            return Err(JournalError::Storage(reason));
        }
        let body = serde_json::to_string(&event.body)
            .map_err(|error| JournalError::Storage(format!("event {seq}: {error}")))?;
        // Nanoseconds fit until the year 2262.
        let at = i64::try_from(event.at.as_nanosecond()).unwrap_or(i64::MAX);
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        rows.push(EventRow { seq, at, body });
    }
    Ok(rows)
}

async fn insert_many(
    connection: &mut SqliteConnection,
    run: &str,
    rows: &[EventRow],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for part in rows.chunks(ROWS) {
        insert(&mut transaction, run, part).await?;
    }
    transaction.commit().await
}

async fn insert(
    connection: &mut SqliteConnection,
    run: &str,
    rows: &[EventRow],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut query = sqlx::query(AssertSqlSafe(insert_statement(rows.len()))).bind(run);
    for row in rows {
        query = query.bind(row.seq).bind(row.at).bind(row.body.as_str());
    }
    query.execute(connection).await.map(drop)
}

/// `INSERT INTO events … VALUES ($1, $2, $3, $4), ($1, $5, $6, $7), …`
fn insert_statement(rows: usize) -> String {
    let mut statement = String::from("INSERT INTO events (run, seq, at, body) VALUES ");
    for row in 0..rows {
        let comma = if row == 0 { "" } else { ", " };
        let first = 2 + row * 3;
        statement += &format!("{comma}($1, ${first}, ${}, ${})", first + 1, first + 2);
    }
    statement
}

fn event(run: RunId, row: &SqliteRow) -> Result<Event, JournalError> {
    let unreadable = |reason: String| JournalError::Unreadable { run, reason };
    let column = |error: sqlx::Error| unreadable(error.to_string());
    let seq: i64 = row.try_get(0).map_err(column)?;
    let at: i64 = row.try_get(1).map_err(column)?;
    let body: &str = row.try_get(2).map_err(column)?;
    let body: Body =
        serde_json::from_str(body).map_err(|error| unreadable(format!("event {seq}: {error}")))?;
    let at = Timestamp::from_nanosecond(at.into())
        .map_err(|error| unreadable(format!("event {seq}: {error}")))?;
    Ok(Event { seq: seq.unsigned_abs(), at, body })
}

#[cfg(test)]
mod tests {
    use super::insert_statement;

    #[test]
    fn the_run_is_bound_once() {
        insta::assert_snapshot!(
            insert_statement(2),
            @"INSERT INTO events (run, seq, at, body) VALUES ($1, $2, $3, $4), ($1, $5, $6, $7)"
        );
    }
}
