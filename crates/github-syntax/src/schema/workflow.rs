//! The top level of a workflow file.

use super::events::ON;
use super::job::JOBS;
use super::scalars::{BOOLEAN, NON_EMPTY, SHELL, TEXT, WORKING_DIRECTORY};
use super::{Shape, define, mapping};

define! {
    /// A workflow file. `on` is required too; its absence has a code of its own.
    WORKFLOW = mapping!(
        "on" => ON,
        "name" => TEXT,
        "description" => TEXT,
        "run-name" => RUN_NAME,
        "defaults" => DEFAULTS,
        "env" => ENV,
        "permissions" => PERMISSIONS,
        "concurrency" => WORKFLOW_CONCURRENCY,
        "jobs" required => JOBS,
    );
    /// `run-name`.
    RUN_NAME in WORKFLOW = Shape::Text;
    /// `env`.
    ENV in WORKFLOW_ENV = mapping!(; NON_EMPTY => TEXT);
    /// `defaults`.
    DEFAULTS = mapping!("run" => DEFAULTS_RUN);
    /// `defaults.run`.
    DEFAULTS_RUN = mapping!("shell" => SHELL, "working-directory" => WORKING_DIRECTORY);
    /// `concurrency`.
    WORKFLOW_CONCURRENCY in WORKFLOW = Shape::OneOf(&[&TEXT, &CONCURRENCY_MAPPING]);
    /// `concurrency` in full.
    CONCURRENCY_MAPPING = mapping!(
        "group" required => NON_EMPTY,
        "cancel-in-progress" => BOOLEAN,
        "queue" => CONCURRENCY_QUEUE,
    );
    /// `concurrency.queue`.
    CONCURRENCY_QUEUE = Shape::Words(&["single", "max"]);

    /// `permissions`.
    PERMISSIONS = Shape::OneOf(&[&PERMISSION_SCOPES, &PERMISSION_SHORTHAND]);
    /// `read-all` and `write-all`.
    PERMISSION_SHORTHAND = Shape::Words(&["read-all", "write-all"]);
    /// `permissions` by scope.
    PERMISSION_SCOPES = mapping!(
        "actions" => READ_OR_WRITE,
        "artifact-metadata" => READ_OR_WRITE,
        "attestations" => READ_OR_WRITE,
        "checks" => READ_OR_WRITE,
        "code-quality" => READ_OR_WRITE,
        "contents" => READ_OR_WRITE,
        "copilot-requests" => WRITE_ONLY,
        "deployments" => READ_OR_WRITE,
        "discussions" => READ_OR_WRITE,
        "drives" => READ_OR_WRITE,
        "id-token" => WRITE_ONLY,
        "issues" => READ_OR_WRITE,
        "models" => READ_ONLY,
        "packages" => READ_OR_WRITE,
        "pages" => READ_OR_WRITE,
        "pull-requests" => READ_OR_WRITE,
        "repository-projects" => READ_OR_WRITE,
        "security-events" => READ_OR_WRITE,
        "statuses" => READ_OR_WRITE,
        "vulnerability-alerts" => READ_ONLY,
    );
    /// Any level.
    READ_OR_WRITE = Shape::Words(&["read", "write", "none"]);
    /// Reading or nothing.
    READ_ONLY = Shape::Words(&["read", "none"]);
    /// Writing or nothing.
    WRITE_ONLY = Shape::Words(&["write", "none"]);
}
