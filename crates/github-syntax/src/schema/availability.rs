//! Which contexts and functions expressions may use, by group of keys.
//!
//! Source: GitHub Docs, "Contexts reference", section "Context availability".

use crate::expression::{Availability, AvailableFunction};

const HASH_FILES: AvailableFunction = AvailableFunction::new("hashFiles", 1, 255);
const ALWAYS: AvailableFunction = AvailableFunction::new("always", 0, 0);
const CANCELLED: AvailableFunction = AvailableFunction::new("cancelled", 0, 0);
const SUCCESS: AvailableFunction = AvailableFunction::new("success", 0, 0);
const FAILURE: AvailableFunction = AvailableFunction::new("failure", 0, 0);
/// Of a job they take ids of needed jobs.
const SUCCESS_OF: AvailableFunction = AvailableFunction::new("success", 0, usize::MAX);
const FAILURE_OF: AvailableFunction = AvailableFunction::new("failure", 0, usize::MAX);

const STEP_STATUS: &[AvailableFunction] = &[ALWAYS, CANCELLED, SUCCESS, FAILURE, HASH_FILES];

/// No expression is evaluated here.
pub static NOWHERE: Availability = Availability::new(&[], &[]);
/// `run-name`, workflow `concurrency`, defaults of called inputs.
pub static WORKFLOW: Availability = Availability::new(&["github", "inputs", "vars"], &[]);
/// Workflow `env`.
pub static WORKFLOW_ENV: Availability =
    Availability::new(&["github", "inputs", "vars", "secrets"], &[]);
/// Outputs of a called workflow.
pub static WORKFLOW_OUTPUT: Availability =
    Availability::new(&["github", "inputs", "vars", "jobs"], &[]);
/// `strategy`.
pub static NEEDS: Availability = Availability::new(&["github", "inputs", "vars", "needs"], &[]);
/// A job's `if`.
pub static JOB_IF: Availability = Availability::new(
    &["github", "inputs", "vars", "needs"],
    &[ALWAYS, CANCELLED, SUCCESS_OF, FAILURE_OF],
);
/// Most keys of a job.
pub static STRATEGY: Availability =
    Availability::new(&["github", "inputs", "vars", "needs", "strategy", "matrix"], &[]);
/// `snapshot.if`, which may ask for the status of the job.
pub static SNAPSHOT_IF: Availability = Availability::new(
    &["github", "inputs", "vars", "needs", "strategy", "matrix"],
    &[ALWAYS, CANCELLED, SUCCESS, FAILURE],
);
/// Job `env`, `secrets` of a call.
pub static STRATEGY_SECRETS: Availability =
    Availability::new(&["github", "inputs", "vars", "needs", "strategy", "matrix", "secrets"], &[]);
/// `defaults.run` of a job.
pub static JOB_DEFAULTS: Availability =
    Availability::new(&["github", "inputs", "vars", "strategy", "matrix", "needs", "env"], &[]);
/// Job `outputs`, `env` of containers.
pub static RUNNER: Availability = Availability::new(
    &[
        "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job",
        "runner", "env",
    ],
    &[],
);
/// `environment.url`.
pub static RUNNER_WITHOUT_SECRETS: Availability = Availability::new(
    &["github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner", "env"],
    &[],
);
/// `credentials` of containers.
pub static CREDENTIALS: Availability =
    Availability::new(&["github", "inputs", "vars", "secrets", "env"], &[]);
/// Most keys of a step.
pub static STEP: Availability = Availability::new(
    &[
        "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job",
        "runner", "env",
    ],
    &[HASH_FILES],
);
/// A step's `if`.
pub static STEP_IF: Availability = Availability::new(
    &["github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner", "env"],
    STEP_STATUS,
);

/// Defaults of an action's inputs.
pub static ACTION_INPUT: Availability =
    Availability::new(&["github", "strategy", "matrix", "job", "runner"], &[HASH_FILES]);
/// Outputs of a composite action.
pub static ACTION_OUTPUT: Availability = Availability::new(
    &["github", "strategy", "matrix", "steps", "inputs", "job", "runner", "env"],
    &[],
);
/// `pre-if` and `post-if` of an action.
pub static ACTION_IF: Availability = Availability::new(
    &["runner", "github", "job", "strategy", "matrix", "env", "inputs"],
    STEP_STATUS,
);
/// `args` and `env` of a container action.
pub static ACTION_CONTAINER: Availability = Availability::new(&["inputs"], &[]);
/// Most keys of a composite action's step.
pub static ACTION_STEP: Availability = Availability::new(
    &["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"],
    &[HASH_FILES],
);
/// `if` of a composite action's step.
pub static ACTION_STEP_IF: Availability = Availability::new(
    &["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"],
    STEP_STATUS,
);
