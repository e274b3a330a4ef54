//! The rules, one a file: what it is called, when it speaks, and the words.

pub(crate) mod action_input;
pub(crate) mod action_metadata;
pub(crate) mod comparison;
pub(crate) mod condition_text;
pub(crate) mod constant_condition;
pub(crate) mod default_never_used;
pub(crate) mod delivery;
pub(crate) mod deprecated_command;
pub(crate) mod deprecated_input;
pub(crate) mod dispatch_inputs;
pub(crate) mod docker_tag;
pub(crate) mod environment_name;
pub(crate) mod event_name;
pub(crate) mod filter_nothing;
pub(crate) mod filter_pattern;
pub(crate) mod format_arguments;
pub(crate) mod function_argument;
pub(crate) mod mapping_expected;
pub(crate) mod matrix_exclude;
pub(crate) mod matrix_repetition;
pub(crate) mod missing_timeout;
pub(crate) mod never_runs;
pub(crate) mod no_properties;
pub(crate) mod object_as_text;
pub(crate) mod outdated_action;
pub(crate) mod positive_number;
pub(crate) mod repeated_need;
pub(crate) mod retired_event;
pub(crate) mod schedule_empty;
pub(crate) mod schedule_interval;
pub(crate) mod schedule_never;
pub(crate) mod security;
pub(crate) mod shell;
pub mod shellcheck;
pub(crate) mod unknown_property;
pub(crate) mod unknown_step;

#[cfg(test)]
mod testing;
