-- Artifacts and caches that a job puts in the place of earlier ones (GitLab's): names of artifacts
-- are then unique in a job, not in a run, some never expire, and an upload may be under way while
-- there is something of its name. SQLite changes no constraint of a table, so both are made anew;
-- their numbers go on.
ALTER TABLE artifacts RENAME TO old_artifacts;
CREATE TABLE artifacts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    run           TEXT    NOT NULL,
    node          TEXT    NOT NULL, -- the job's node; empty where names are unique in the run
    kind          TEXT    NOT NULL, -- archive, or the kind of a report
    name          TEXT    NOT NULL,
    media_type    TEXT    NOT NULL,
    digest        TEXT,
    size          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
    expires_at    INTEGER,          -- never where there is none
    finished_at   INTEGER,
    job           TEXT    NOT NULL,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL
);
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'artifacts', seq FROM sqlite_sequence WHERE name = 'old_artifacts';
INSERT INTO artifacts
    SELECT id, run, '', 'archive', name, media_type, digest, size, created_at, expires_at,
           finished_at, job, owner_pid, owner_started
    FROM old_artifacts;
DROP TABLE old_artifacts;
CREATE UNIQUE INDEX artifacts_by_name ON artifacts (run, node, kind, name)
    WHERE finished_at IS NOT NULL;

ALTER TABLE caches RENAME TO old_caches;
CREATE TABLE caches (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project       TEXT    NOT NULL,
    git_ref       TEXT    NOT NULL, -- empty where caches belong to the whole project
    cache_key     TEXT    NOT NULL,
    version       TEXT    NOT NULL,
    size          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
    used_at       INTEGER NOT NULL,
    finished_at   INTEGER,
    job           TEXT    NOT NULL,
    owner_pid     INTEGER NOT NULL,
    owner_started TEXT    NOT NULL
);
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'caches', seq FROM sqlite_sequence WHERE name = 'old_caches';
INSERT INTO caches
    SELECT id, project, git_ref, cache_key, version, size, created_at, used_at, finished_at, job,
           owner_pid, owner_started
    FROM old_caches;
DROP TABLE old_caches;
CREATE UNIQUE INDEX caches_by_key ON caches (project, git_ref, cache_key, version)
    WHERE finished_at IS NOT NULL;
