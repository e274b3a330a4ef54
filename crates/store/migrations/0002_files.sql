-- Files that jobs leave for others. The bytes lie under blobs/; a row without finished_at is an
-- upload under way, which nobody but its own job sees. Numbers are never given twice, since they
-- name the folders of the bytes.
CREATE TABLE artifacts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    run           TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    media_type    TEXT    NOT NULL,
    digest        TEXT,
    size          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
    expires_at    INTEGER NOT NULL,
    finished_at   INTEGER,
    job           TEXT    NOT NULL,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL,
    UNIQUE (run, name)
);

CREATE TABLE caches (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project       TEXT    NOT NULL,
    git_ref       TEXT    NOT NULL,
    cache_key     TEXT    NOT NULL,
    version       TEXT    NOT NULL,
    size          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
    used_at       INTEGER NOT NULL,
    finished_at   INTEGER,
    job           TEXT    NOT NULL,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL,
    UNIQUE (project, git_ref, cache_key, version)
);
