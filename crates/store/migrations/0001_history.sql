-- The events of every run, in order. One row an event: a crash leaves whole events, and a batch
-- is one statement or one transaction. The primary key is what detects a second writer.
CREATE TABLE events (
    run  TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    at   INTEGER NOT NULL, -- nanoseconds since 1970, UTC
    body TEXT    NOT NULL, -- JSON of the event's body
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;

-- One row a project, so that a number is never given twice, not even after runs were deleted.
CREATE TABLE projects (
    root        TEXT    NOT NULL PRIMARY KEY,
    last_number INTEGER NOT NULL
) WITHOUT ROWID;

-- What lists and look-ups need to know of a run without reading its events.
CREATE TABLE runs (
    id            TEXT    NOT NULL PRIMARY KEY,
    project       TEXT    NOT NULL,
    number        INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    rerun_of      TEXT,
    dialect       TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    workflow      TEXT    NOT NULL,
    event         TEXT    NOT NULL,
    git_ref       TEXT    NOT NULL,
    sha           TEXT    NOT NULL,
    settings      TEXT    NOT NULL, -- JSON, opaque here
    created_at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
    ended_at      INTEGER,
    status        TEXT,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL,
    cancel_by     TEXT,
    UNIQUE (project, number)
);

-- Turns in concurrency groups, held or waited for, by whole processes of this machine.
CREATE TABLE group_locks (
    ticket        INTEGER PRIMARY KEY AUTOINCREMENT,
    project       TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    run           TEXT    NOT NULL,
    operation     INTEGER NOT NULL,
    state         TEXT    NOT NULL, -- waiting, held, displaced
    cancel_asked  INTEGER NOT NULL DEFAULT 0,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL,
    UNIQUE (run, operation)
);
CREATE INDEX group_locks_by_group ON group_locks (project, name, ticket);
