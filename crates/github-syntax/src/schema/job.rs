//! `jobs`: jobs with steps, and calls of reusable workflows.

use super::container::{CONTAINER, SERVICES};
use super::scalars::{
    ANY, BOOLEAN, NON_EMPTY, NON_EMPTY_TEXTS, NUMBER, ONE_OR_MORE, RUNNER_TEXT,
    RUNNER_TEXT_WITHOUT_SECRETS, SHELL, STRATEGY_BOOLEAN, STRATEGY_NUMBER, STRATEGY_TEXT, TEXT,
    WORKING_DIRECTORY,
};
use super::step::STEPS;
use super::workflow::{CONCURRENCY_MAPPING, PERMISSIONS};
use super::{Shape, define, mapping};

define! {
    /// `jobs`.
    JOBS = mapping!(; NON_EMPTY => JOB);
    /// One job.
    JOB = Shape::OneOf(&[&STEPS_JOB, &CALL_JOB]);
    /// A job with steps.
    STEPS_JOB = mapping!(
        "needs" => NEEDS,
        "if" => IF,
        "strategy" => STRATEGY,
        "name" => STRATEGY_TEXT,
        "runs-on" required => RUNS_ON,
        "timeout-minutes" => STRATEGY_NUMBER,
        "cancel-timeout-minutes" => STRATEGY_NUMBER,
        "continue-on-error" => STRATEGY_BOOLEAN,
        "container" => CONTAINER,
        "services" => SERVICES,
        "env" => ENV,
        "environment" => ENVIRONMENT,
        "permissions" => PERMISSIONS,
        "concurrency" => CONCURRENCY,
        "outputs" => OUTPUTS,
        "defaults" => DEFAULTS,
        "steps" => STEPS,
        "snapshot" => SNAPSHOT,
    );
    /// A job that calls a workflow.
    CALL_JOB = mapping!(
        "name" => STRATEGY_TEXT,
        "uses" required => NON_EMPTY,
        "with" => CALL_WITH,
        "secrets" => CALL_SECRETS,
        "needs" => NEEDS,
        "if" => IF,
        "permissions" => PERMISSIONS,
        "concurrency" => CONCURRENCY,
        "strategy" => STRATEGY,
    );
    /// `with` of a call.
    CALL_WITH = mapping!(; NON_EMPTY => CALL_SCALAR);
    /// A value handed over.
    CALL_SCALAR in STRATEGY = Shape::OneOf(&[&TEXT, &BOOLEAN, &NUMBER]);
    /// `secrets` of a call.
    CALL_SECRETS = Shape::OneOf(&[&CALL_SECRETS_MAPPING, &INHERIT]);
    /// `secrets` by name.
    CALL_SECRETS_MAPPING = mapping!(; NON_EMPTY => CALL_SECRET);
    /// A secret handed over.
    CALL_SECRET in STRATEGY_SECRETS = Shape::OneOf(&[&TEXT, &BOOLEAN, &NUMBER]);
    /// `secrets: inherit`.
    INHERIT = Shape::Words(&["inherit"]);
    /// `needs`.
    NEEDS = Shape::OneOf(&[&NON_EMPTY_TEXTS, &NON_EMPTY]);
    /// `if`.
    IF in JOB_IF = Shape::Text;

    /// `strategy`.
    STRATEGY in NEEDS = mapping!(
        "fail-fast" => BOOLEAN,
        "max-parallel" => NUMBER,
        "matrix" => MATRIX,
    );
    /// `strategy.matrix`.
    MATRIX = mapping!(
        "include" => MATRIX_FILTER,
        "exclude" => MATRIX_FILTER;
        NON_EMPTY => MATRIX_VECTOR
    );
    /// One vector.
    MATRIX_VECTOR = Shape::Sequence(&ANY);
    /// `include`, `exclude`.
    MATRIX_FILTER = Shape::Sequence(&MATRIX_FILTER_ITEM);
    /// One entry of them.
    MATRIX_FILTER_ITEM = mapping!(; NON_EMPTY => ANY);

    /// `runs-on`.
    RUNS_ON in STRATEGY = Shape::OneOf(&[&NON_EMPTY, &NON_EMPTY_TEXTS, &RUNS_ON_MAPPING]);
    /// `runs-on` in full.
    RUNS_ON_MAPPING = mapping!("group" => NON_EMPTY, "labels" => ONE_OR_MORE);
    /// `env`.
    ENV in STRATEGY_SECRETS = mapping!(; NON_EMPTY => TEXT);
    /// `concurrency`.
    CONCURRENCY in STRATEGY = Shape::OneOf(&[&NON_EMPTY, &CONCURRENCY_MAPPING]);
    /// `environment`.
    ENVIRONMENT in STRATEGY = Shape::OneOf(&[&TEXT, &ENVIRONMENT_MAPPING]);
    /// `environment` in full.
    ENVIRONMENT_MAPPING = mapping!(
        "name" required => STRATEGY_TEXT,
        "url" => RUNNER_TEXT_WITHOUT_SECRETS,
        "deployment" => BOOLEAN,
    );
    /// `outputs`.
    OUTPUTS = mapping!(; NON_EMPTY => RUNNER_TEXT);
    /// `defaults`.
    DEFAULTS = mapping!("run" => DEFAULTS_RUN);
    /// `defaults.run`.
    DEFAULTS_RUN in JOB_DEFAULTS = mapping!(
        "shell" => SHELL,
        "working-directory" => WORKING_DIRECTORY,
    );

    /// `snapshot`.
    SNAPSHOT = Shape::OneOf(&[&NON_EMPTY, &SNAPSHOT_MAPPING]);
    /// `snapshot` in full.
    SNAPSHOT_MAPPING = mapping!(
        "image-name" required => NON_EMPTY,
        "if" => STRATEGY_TEXT,
        "version" => NON_EMPTY,
    );
}
