//! Turns in concurrency groups among all processes of this machine, as rows of the database.
//!
//! The rules are GitHub's ("Control the concurrency of workflows and jobs"): one holder; a newer
//! waiter displaces those who wait unless the group queues all; the holder may be asked to stop; and
//! GitLab's ("Resource group", process modes): who comes next may go by the age of the run.
//! Whoever looks at a group first removes the places of processes that have died.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use windlass_kernel::{LockOrder, LockSpec, OperationId, RunId};

use crate::{Owner, Store, StoreError};

/// A wish for a turn in a group, of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupClaim {
    /// The project's root directory; groups of different projects are different groups.
    pub project: String,
    /// The run that wants it.
    pub run: RunId,
    /// The operation that wants it.
    pub operation: OperationId,
    /// The group and how to get into it.
    pub lock: LockSpec,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// Others come first.
    Waiting,
    /// The turn has come; it lasts until it is given back.
    Held {
        /// Whether a later claim asked this holder to stop.
        cancel_asked: bool,
    },
    /// A later claim took the place in the queue, or it was given back.
    Displaced,
}

impl Store {
    /// Enters the queue of a group. A claim that is there already, of a run that was taken over,
    /// keeps its place.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_group(&self, claim: &GroupClaim) -> Result<GroupState, StoreError> {
        let mut connection = self.connection().await;
        enter(&mut connection, claim).await.map_err(|error| self.error(&error))
    }

    /// What became of a claim meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn group_state(
        &self,
        run: RunId,
        operation: OperationId,
    ) -> Result<GroupState, StoreError> {
        let mut connection = self.connection().await;
        look(&mut connection, run, operation).await.map_err(|error| self.error(&error))
    }

    /// Gives a turn back, or leaves the queue.
    ///
    /// # Errors
    /// When the database refuses; the turn then ends with this process.
    pub async fn leave_group(&self, run: RunId, operation: OperationId) -> Result<(), StoreError> {
        let mut connection = self.connection().await;
        sqlx::query("DELETE FROM group_locks WHERE run = $1 AND operation = $2")
            .bind(run.to_string())
            .bind(number(operation))
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(|error| self.error(&error))
    }
}

fn number(operation: OperationId) -> i64 {
    i64::try_from(operation.0).unwrap_or(i64::MAX)
}

async fn enter(
    connection: &mut SqliteConnection,
    claim: &GroupClaim,
) -> Result<GroupState, sqlx::Error> {
    let (project, group) = (claim.project.as_str(), claim.lock.group.as_str());
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sweep(&mut transaction, project, group).await?;
    let known = row(&mut transaction, claim.run, claim.operation).await?;
    if known.is_none() {
        if !claim.lock.queue_all {
            let displace = "UPDATE group_locks SET state = 'displaced' \
                            WHERE project = $1 AND name = $2 AND state = 'waiting'";
            sqlx::query(displace).bind(project).bind(group).execute(&mut *transaction).await?;
        }
        if claim.lock.cancel_in_progress {
            let ask = "UPDATE group_locks SET cancel_asked = 1 \
                       WHERE project = $1 AND name = $2 AND state = 'held'";
            sqlx::query(ask).bind(project).bind(group).execute(&mut *transaction).await?;
        }
        let owner = Owner::current();
        let insert = "INSERT INTO group_locks \
                      (project, name, run, operation, state, owner_pid, owner_started, \
                      turn_order, part) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sqlx::query(insert)
            .bind(project)
            .bind(group)
            .bind(claim.run.to_string())
            .bind(number(claim.operation))
            .bind(if claim.lock.is_upcoming { "upcoming" } else { "waiting" })
            .bind(i64::from(owner.pid))
            .bind(owner.started)
            .bind(word_of(claim.lock.order))
            .bind(claim.lock.part)
            .execute(&mut *transaction)
            .await?;
    }
    hand_over(&mut transaction, project, group).await?;
    let row = row(&mut transaction, claim.run, claim.operation).await?;
    transaction.commit().await?;
    Ok(row.as_ref().map_or(GroupState::Displaced, ClaimRow::state))
}

async fn look(
    connection: &mut SqliteConnection,
    run: RunId,
    operation: OperationId,
) -> Result<GroupState, sqlx::Error> {
    let Some(before) = row(connection, run, operation).await? else {
        return Ok(GroupState::Displaced);
    };
    if before.state != "waiting" {
        return Ok(before.state());
    }
    // Only a waiter has to find out whether the holder still lives.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sweep(&mut transaction, &before.project, &before.group).await?;
    hand_over(&mut transaction, &before.project, &before.group).await?;
    let after = row(&mut transaction, run, operation).await?;
    transaction.commit().await?;
    Ok(after.as_ref().map_or(GroupState::Displaced, ClaimRow::state))
}

/// A claim as it is stored.
#[derive(Debug)]
struct ClaimRow {
    project: String,
    group: String,
    state: String,
    cancel_asked: bool,
}

impl ClaimRow {
    fn state(&self) -> GroupState {
        match self.state.as_str() {
            "waiting" | "upcoming" => GroupState::Waiting,
            "held" => GroupState::Held { cancel_asked: self.cancel_asked },
            _ => GroupState::Displaced,
        }
    }
}

async fn row(
    connection: &mut SqliteConnection,
    run: RunId,
    operation: OperationId,
) -> Result<Option<ClaimRow>, sqlx::Error> {
    let select = "SELECT project, name, state, cancel_asked FROM group_locks \
                  WHERE run = $1 AND operation = $2";
    let found: Option<(String, String, String, i64)> = sqlx::query_as(select)
        .bind(run.to_string())
        .bind(number(operation))
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|(project, group, state, asked)| ClaimRow {
        project,
        group,
        state,
        cancel_asked: asked != 0,
    }))
}

/// Removes the places of processes that have died.
async fn sweep(
    connection: &mut SqliteConnection,
    project: &str,
    group: &str,
) -> Result<(), sqlx::Error> {
    let select = "SELECT DISTINCT owner_pid, owner_started FROM group_locks \
                  WHERE project = $1 AND name = $2";
    let owners: Vec<(i64, String)> =
        sqlx::query_as(select).bind(project).bind(group).fetch_all(&mut *connection).await?;
    for (pid, started) in owners {
        let owner = Owner { pid: u32::try_from(pid).unwrap_or(0), started };
        if !owner.is_alive() {
            let delete = "DELETE FROM group_locks WHERE project = $1 AND name = $2 \
                          AND owner_pid = $3 AND owner_started = $4";
            sqlx::query(delete)
                .bind(project)
                .bind(group)
                .bind(pid)
                .bind(owner.started)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// Where nobody holds the group, the first who waits does now. Who is first is said by the place
/// that was taken last: a group has one order, which may be changed.
async fn hand_over(
    connection: &mut SqliteConnection,
    project: &str,
    group: &str,
) -> Result<(), sqlx::Error> {
    let last = "SELECT turn_order FROM group_locks WHERE project = $1 AND name = $2 \
                ORDER BY ticket DESC LIMIT 1";
    let last: Option<String> =
        sqlx::query_scalar(last).bind(project).bind(group).fetch_optional(&mut *connection).await?;
    let order = last.as_deref().map(order_of).unwrap_or_default();
    let by = match order {
        LockOrder::FirstCome => "ticket",
        LockOrder::Oldest => "run, part, state = 'upcoming', ticket",
        LockOrder::Newest => "run DESC, part DESC, state = 'upcoming', ticket",
        LockOrder::NewestWaiting => "run DESC, part DESC, ticket",
    };
    let among = if order.heeds_upcoming() { "'waiting', 'upcoming'" } else { "'waiting'" };
    let update = format!(
        "UPDATE group_locks SET state = 'held' WHERE state = 'waiting' AND ticket = \
         (SELECT ticket FROM group_locks \
          WHERE project = $1 AND name = $2 AND state IN ({among}) ORDER BY {by} LIMIT 1) \
         AND NOT EXISTS (SELECT 1 FROM group_locks \
          WHERE project = $1 AND name = $2 AND state = 'held')"
    );
    let query = sqlx::query(AssertSqlSafe(update)).bind(project).bind(group);
    query.execute(connection).await.map(drop)
}

/// The orders with the words by which they are stored.
const ORDERS: [(LockOrder, &str); 4] = [
    (LockOrder::FirstCome, "first-come"),
    (LockOrder::Oldest, "oldest"),
    (LockOrder::Newest, "newest"),
    (LockOrder::NewestWaiting, "newest-waiting"),
];

fn word_of(order: LockOrder) -> &'static str {
    ORDERS.iter().find(|(known, _)| *known == order).map_or("first-come", |(_, word)| word)
}

fn order_of(word: &str) -> LockOrder {
    ORDERS
        .iter()
        .find(|(_, known)| *known == word)
        .map_or(LockOrder::FirstCome, |(order, _)| *order)
}
