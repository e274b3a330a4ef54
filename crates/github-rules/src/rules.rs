//! The rules, one a file: what it is called, when it speaks, and the words.

pub(crate) mod action_input;
pub(crate) mod comparison;
pub(crate) mod condition_text;
pub(crate) mod constant_condition;
pub(crate) mod container_image;
pub(crate) mod default_never_used;
pub(crate) mod deprecated_command;
pub(crate) mod deprecated_input;
pub(crate) mod dispatch_inputs;
pub(crate) mod dispatch_options;
pub(crate) mod docker_tag;
pub(crate) mod empty_value;
pub(crate) mod environment_name;
pub(crate) mod filter_pattern;
pub(crate) mod format_arguments;
pub(crate) mod function_argument;
pub(crate) mod input_type;
pub(crate) mod mapping_expected;
pub(crate) mod matrix_exclude;
pub(crate) mod matrix_repetition;
pub(crate) mod never_equal;
pub(crate) mod no_properties;
pub(crate) mod object_as_text;
pub(crate) mod outdated_action;
pub(crate) mod positive_number;
pub(crate) mod registry_credentials;
pub(crate) mod repeated_need;
pub(crate) mod runner_label;
pub(crate) mod schedule_empty;
pub(crate) mod schedule_interval;
pub(crate) mod timezone;
pub(crate) mod unknown_property;
pub(crate) mod unknown_step;
pub(crate) mod value_type;
pub(crate) mod workflow_run;

#[cfg(test)]
mod testing;
