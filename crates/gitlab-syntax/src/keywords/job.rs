//! Keywords of jobs: when they run, and the job itself. What they run, keep and deploy is in the
//! files beside this one.

use super::Shape::{
    Any, Boolean, Condition, Duration, Either, Integer, List, Named, OneOrMore, Pattern, Script,
    Text, Word,
};
use super::{deploy, keep, keys, run};

keys! {
    /// Source: section "Job keywords".
    pub JOB {
        "after_script" => Script,
        "allow_failure" => ALLOW_FAILURE,
        "artifacts" => keep::ARTIFACTS,
        "before_script" => Script,
        "cache" => keep::CACHES,
        "coverage" => Pattern,
        "dast_configuration" => Named(&Text),
        "dependencies" => List(&Text),
        "environment" => deploy::ENVIRONMENT,
        "except" => POLICY,
        "extends" => OneOrMore(&Text),
        "hooks" => run::HOOKS,
        "id_tokens" => run::ID_TOKENS,
        "identity" => run::IDENTITY,
        "image" => run::IMAGE,
        "inherit" => INHERIT,
        "inputs" => Named(&Any),
        "interruptible" => Boolean,
        "manual_confirmation" => Text,
        "needs" => NEEDS,
        "only" => POLICY,
        "pages" => deploy::PAGES,
        "parallel" => PARALLEL,
        "publish" => Text,
        "release" => deploy::RELEASE,
        "resource_group" => Text,
        "retry" => RETRY,
        "rules" filled => List(&RULE),
        "run" => List(&run::STEP),
        "script" => Script,
        "secrets" => Named(&run::SECRET),
        "services" => run::SERVICES,
        "stage" => Text,
        "start_in" => Duration,
        "tags" => OneOrMore(&Text),
        "timeout" => Duration,
        "trigger" => deploy::TRIGGER,
        "type" => Text,
        "variables" => VARIABLES,
        "when" => WHEN,
    }
    VARIABLE {
        "description" => Text,
        "expand" => Boolean,
        "options" => List(&Text),
        "value" => Text,
    }
    /// Source: section `rules`.
    RULE {
        "allow_failure" => ALLOW_FAILURE,
        "changes" => CHANGES,
        "exists" => EXISTS,
        "if" => Condition,
        "interruptible" => Boolean,
        "needs" => NEEDS,
        "start_in" => Duration,
        "variables" => Named(&Text),
        "when" => WHEN,
    }
    CHANGES_KEYS {
        "compare_to" => Text,
        "paths" => List(&Text),
        "regexp" => Text,
    }
    EXISTS_KEYS {
        "paths" => List(&Text),
        "project" => Text,
        "ref" => Text,
        "regexp" => Text,
    }
    EXIT_CODES {
        "exit_codes" required => OneOrMore(&Integer(0, 255)),
    }
    RETRY_KEYS {
        "exit_codes" => OneOrMore(&Integer(0, 255)),
        "max" => Integer(0, 2),
        "when" => OneOrMore(&Word(RETRY_REASONS)),
    }
    /// Source: sections `needs`, `needs:project`, `needs:pipeline`.
    NEED {
        "artifacts" => Boolean,
        "job" => Text,
        "optional" => Boolean,
        "parallel" => MATRIX,
        "pipeline" => Text,
        "project" => Text,
        "ref" => Text,
    }
    /// Source: section `needs:pipeline`, mirror the status of an upstream pipeline: `needs` itself is
    /// the mapping.
    MIRROR {
        "pipeline" required => Text,
    }
    MATRIX {
        "matrix" required => List(&Named(&OneOrMore(&Text))),
    }
    /// Source: section `only` / `except`.
    POLICY_KEYS {
        "changes" => List(&Text),
        "kubernetes" => Word(&["active"]),
        "refs" => List(&Text),
        "variables" => List(&Condition),
    }
    /// Source: section `inherit`.
    INHERIT {
        "default" => Either(&[&Boolean, &List(&Word(INHERITED))]),
        "variables" => Either(&[&Boolean, &List(&Text)]),
    }
}

/// `variables` of a job.
pub(crate) static VARIABLES: super::Shape = Named(&Either(&[&Text, &VARIABLE]));

static WHEN: super::Shape =
    Word(&["on_success", "on_failure", "always", "manual", "delayed", "never"]);

pub(super) static CHANGES: super::Shape = Either(&[&List(&Text), &CHANGES_KEYS]);

pub(super) static EXISTS: super::Shape = Either(&[&List(&Text), &EXISTS_KEYS]);

static ALLOW_FAILURE: super::Shape = Either(&[&Boolean, &EXIT_CODES]);

/// Source: section `retry`.
pub(super) static RETRY: super::Shape = Either(&[&Integer(0, 2), &RETRY_KEYS]);

static NEEDS: super::Shape = Either(&[&List(&Either(&[&Text, &NEED])), &MIRROR]);

static PARALLEL: super::Shape = Either(&[&Integer(1, 200), &MATRIX]);

static POLICY: super::Shape = Either(&[&List(&Text), &POLICY_KEYS, &Text]);

/// Source: section `retry:when`.
const RETRY_REASONS: &[&str] = &[
    "always",
    "api_failure",
    "archived_failure",
    "data_integrity_failure",
    "job_execution_timeout",
    "no_updates_canceling",
    "no_updates_running",
    "runner_configuration_error",
    "runner_external_dependency_failure",
    "runner_interrupted",
    "runner_system_failure",
    "runner_unsupported",
    "scheduler_failure",
    "script_failure",
    "server_timeout_canceling",
    "server_timeout_running",
    "stale_schedule",
    "stuck_or_timeout_failure",
    "stuck_pending_no_matching_runners",
    "stuck_pending_with_matching_runners",
    "unknown_failure",
    "unmet_prerequisites",
];

/// The keywords of `default` that `inherit:default` may name.
const INHERITED: &[&str] = &[
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "hooks",
    "id_tokens",
    "identity",
    "image",
    "interruptible",
    "retry",
    "services",
    "tags",
    "timeout",
];
