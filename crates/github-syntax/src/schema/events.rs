//! `on`: events, their activity types and filters, inputs of the two that have them.
//!
//! Source: GitHub Docs, "Events that trigger workflows".

use super::scalars::{BOOLEAN, NON_EMPTY, NON_EMPTY_TEXTS, NULL, NUMBER, TEXT, TEXTS};
use super::{Shape, define, mapping};

/// Declares the events: a module each with its activity types and what may stand under it, and
/// from all of them the names and the mapping under `on`.
macro_rules! events {
    ($($module:ident $name:literal { $($body:tt)* })*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub mod $module {
                event!($($body)*);
            }
        )*

        /// The names of all events.
        pub static NAMES: &[&str] = &[$($name),*];

        define! {
            /// `on` as a mapping.
            ON_MAPPING = mapping!($($name => $module::EVENT),*);
        }
    };
}

/// One event: nothing, another definition, or activity types and the keys of filters.
macro_rules! event {
    () => {
        pub use crate::schema::scalars::NULL as EVENT;
    };
    (is $other:path) => {
        pub use $other as EVENT;
    };
    ($(types [$($kind:literal),* $(,)?])? $(patterns [$($filter:literal),* $(,)?])?) => {
        use crate::schema::scalars::NULL;
        use crate::schema::{Shape, define, mapping};
        $(define! {
            /// Its activity types.
            TYPE = Shape::Words(&[$($kind),*]);
            /// A list of activity types.
            TYPES = Shape::Sequence(&TYPE);
            /// `types`.
            ACTIVITY = Shape::OneOf(&[&TYPE, &TYPES]);
        })?
        define! {
            /// The event.
            EVENT = Shape::OneOf(&[&NULL, &MAPPING]);
            /// What may stand under it.
            MAPPING = event_mapping!($(types [$($kind),*])? $(patterns [$($filter),*])?);
        }
    };
}

/// The mapping of an event.
macro_rules! event_mapping {
    (types [$($kind:literal),*] $(patterns [$($filter:literal),*])?) => {
        mapping!("types" => ACTIVITY $($(, $filter => crate::schema::scalars::ONE_OR_MORE)*)?)
    };
    (patterns [$($filter:literal),*]) => {
        mapping!($($filter => crate::schema::scalars::ONE_OR_MORE),*)
    };
}

events! {
    branch_protection_rule "branch_protection_rule" { types ["created", "edited", "deleted"] }
    check_run "check_run" { types ["completed", "created", "rerequested", "requested_action"] }
    check_suite "check_suite" { types ["completed"] }
    create "create" {}
    delete "delete" {}
    deployment "deployment" {}
    deployment_status "deployment_status" {}
    discussion "discussion" {
        types [
            "created", "edited", "deleted", "transferred", "pinned", "unpinned", "labeled",
            "unlabeled", "locked", "unlocked", "category_changed", "answered", "unanswered",
        ]
    }
    discussion_comment "discussion_comment" { types ["created", "edited", "deleted"] }
    fork "fork" {}
    gollum "gollum" {}
    image_version "image_version" {
        types ["created", "ready", "deleted"]
        patterns ["names", "versions"]
    }
    issue_comment "issue_comment" { types ["created", "edited", "deleted"] }
    issues "issues" {
        types [
            "opened", "edited", "deleted", "transferred", "pinned", "unpinned", "closed",
            "reopened", "assigned", "unassigned", "labeled", "unlabeled", "locked", "unlocked",
            "milestoned", "demilestoned", "field_added", "field_removed", "typed", "untyped",
        ]
    }
    label "label" { types ["created", "edited", "deleted"] }
    merge_group "merge_group" {
        types ["checks_requested"]
        patterns ["branches", "branches-ignore"]
    }
    milestone "milestone" { types ["created", "closed", "opened", "edited", "deleted"] }
    page_build "page_build" {}
    project "project" { types ["created", "closed", "reopened", "edited", "deleted"] }
    project_card "project_card" { types ["created", "moved", "converted", "edited", "deleted"] }
    project_column "project_column" { types ["created", "updated", "moved", "deleted"] }
    public "public" {}
    pull_request "pull_request" {
        types [
            "assigned", "unassigned", "labeled", "unlabeled", "opened", "edited", "closed",
            "reopened", "synchronize", "converted_to_draft", "locked", "unlocked", "enqueued",
            "dequeued", "milestoned", "demilestoned", "ready_for_review", "review_requested",
            "review_request_removed", "auto_merge_enabled", "auto_merge_disabled", "stacked",
        ]
        patterns ["branches", "branches-ignore", "paths", "paths-ignore"]
    }
    pull_request_comment "pull_request_comment" { is super::issue_comment::EVENT }
    pull_request_review "pull_request_review" { types ["submitted", "edited", "dismissed"] }
    pull_request_review_comment "pull_request_review_comment" {
        types ["created", "edited", "deleted"]
    }
    pull_request_target "pull_request_target" { is super::pull_request::EVENT }
    push "push" {
        patterns ["branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"]
    }
    registry_package "registry_package" { types ["published", "updated"] }
    release "release" {
        types [
            "published", "unpublished", "created", "edited", "deleted", "prereleased", "released",
        ]
    }
    repository_dispatch "repository_dispatch" { is super::REPOSITORY_DISPATCH }
    schedule "schedule" { is super::SCHEDULE }
    status "status" {}
    watch "watch" { types ["started"] }
    workflow_call "workflow_call" { is super::WORKFLOW_CALL }
    workflow_dispatch "workflow_dispatch" { is super::WORKFLOW_DISPATCH }
    workflow_run "workflow_run" {
        types ["requested", "completed", "in_progress"]
        patterns ["workflows", "branches", "branches-ignore"]
    }
}

define! {
    /// `on`.
    ON = Shape::OneOf(&[&ON_NAME, &ON_NAMES, &ON_MAPPING]);
    /// One event by name.
    ON_NAME = Shape::Words(NAMES);
    /// Several events by name.
    ON_NAMES = Shape::Sequence(&ON_NAME);

    /// `repository_dispatch`.
    REPOSITORY_DISPATCH = Shape::OneOf(&[&NULL, &REPOSITORY_DISPATCH_MAPPING]);
    /// Its types: names of the user's own, one or several.
    REPOSITORY_DISPATCH_MAPPING = mapping!("types" => super::scalars::ONE_OR_MORE);

    /// `schedule`.
    SCHEDULE = Shape::Sequence(&CRON);
    /// One time.
    CRON = mapping!("cron" required => NON_EMPTY, "timezone" => NON_EMPTY);

    /// `workflow_call`.
    WORKFLOW_CALL = Shape::OneOf(&[&NULL, &WORKFLOW_CALL_MAPPING]);
    /// What is called with what.
    WORKFLOW_CALL_MAPPING = mapping!(
        "inputs" => CALL_INPUTS,
        "secrets" => CALL_SECRETS,
        "outputs" => CALL_OUTPUTS,
    );
    /// Inputs by name; nothing counts as none.
    CALL_INPUTS = Shape::OneOf(&[&NULL, &CALL_INPUTS_MAPPING]);
    /// Inputs by name.
    CALL_INPUTS_MAPPING = mapping!(; NON_EMPTY => CALL_INPUT);
    /// One input.
    CALL_INPUT = mapping!(
        "description" => TEXT,
        "type" required => CALL_INPUT_TYPE,
        "required" => BOOLEAN,
        "default" => CALL_INPUT_DEFAULT,
    );
    /// Its type.
    CALL_INPUT_TYPE = Shape::Words(&["string", "boolean", "number"]);
    /// Its default.
    CALL_INPUT_DEFAULT in WORKFLOW = Shape::OneOf(&[&TEXT, &BOOLEAN, &NUMBER]);
    /// Secrets by name; nothing counts as none.
    CALL_SECRETS = Shape::OneOf(&[&NULL, &CALL_SECRETS_MAPPING]);
    /// Secrets by name.
    CALL_SECRETS_MAPPING = mapping!(; NON_EMPTY => CALL_SECRET);
    /// One secret.
    CALL_SECRET = Shape::OneOf(&[&NULL, &CALL_SECRET_MAPPING]);
    /// One secret that is described.
    CALL_SECRET_MAPPING = mapping!("description" => TEXT, "required" => BOOLEAN);
    /// Outputs by name; nothing counts as none.
    CALL_OUTPUTS = Shape::OneOf(&[&NULL, &CALL_OUTPUTS_MAPPING]);
    /// Outputs by name.
    CALL_OUTPUTS_MAPPING = mapping!(; NON_EMPTY => CALL_OUTPUT);
    /// One output.
    CALL_OUTPUT = mapping!("description" => TEXT, "value" required => CALL_OUTPUT_VALUE);
    /// Its value.
    CALL_OUTPUT_VALUE in WORKFLOW_OUTPUT = Shape::Text;

    /// `workflow_dispatch`.
    WORKFLOW_DISPATCH = Shape::OneOf(&[&NULL, &WORKFLOW_DISPATCH_MAPPING]);
    /// What it is started with.
    WORKFLOW_DISPATCH_MAPPING = mapping!("inputs" => DISPATCH_INPUTS; ignoring others);
    /// Inputs by name; nothing counts as none.
    DISPATCH_INPUTS = Shape::OneOf(&[&NULL, &DISPATCH_INPUTS_MAPPING]);
    /// Inputs by name.
    DISPATCH_INPUTS_MAPPING = mapping!(; NON_EMPTY => DISPATCH_INPUT);
    /// One input; nothing means a text.
    DISPATCH_INPUT = Shape::OneOf(&[&NULL, &DISPATCH_INPUT_MAPPING]);
    /// One input that is described.
    DISPATCH_INPUT_MAPPING = mapping!(
        "description" => TEXT,
        "type" => DISPATCH_INPUT_TYPE,
        "required" => BOOLEAN,
        "default" => DISPATCH_INPUT_DEFAULT,
        "options" => TEXTS,
        "deprecationMessage" => TEXT;
        ignoring others
    );
    /// Its type.
    DISPATCH_INPUT_TYPE = Shape::Words(&["string", "boolean", "number", "environment", "choice"]);
    /// Its default.
    DISPATCH_INPUT_DEFAULT = Shape::OneOf(&[&TEXT, &BOOLEAN, &NUMBER]);

    /// Texts of a filter that is written as a list.
    PATTERNS = Shape::OneOf(&[&NON_EMPTY, &NON_EMPTY_TEXTS]);
}
