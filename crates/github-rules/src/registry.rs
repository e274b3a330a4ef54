//! The list of rules. What a rule is called and says is declared in its own file; the readers have
//! lists of their own, which [`every_rule`] adds.

pub use windlass_diagnostics::Rule;
use windlass_github_syntax::problem;

use crate::rules;

/// Every rule that a file can be found to break, those of the readers included, by code.
#[must_use]
pub fn every_rule() -> Vec<Rule> {
    let mut every: Vec<Rule> = problem::rules::every().chain(RULES).copied().collect();
    every.sort_unstable_by_key(|rule| rule.code);
    every
}

/// Every rule of this crate, by code.
pub const RULES: &[Rule] = &[
    rules::action_input::RULE,
    rules::action_metadata::RULE,
    rules::comparison::RULE,
    rules::condition_text::RULE,
    rules::constant_condition::RULE,
    rules::default_never_used::RULE,
    rules::deprecated_command::RULE,
    rules::dispatch_inputs::RULE,
    rules::docker_tag::RULE,
    rules::environment_name::RULE,
    rules::event_name::RULE,
    rules::filter_nothing::RULE,
    rules::filter_pattern::RULE,
    rules::format_arguments::RULE,
    rules::function_argument::RULE,
    rules::mapping_expected::RULE,
    rules::matrix_exclude::RULE,
    rules::matrix_repetition::RULE,
    rules::missing_timeout::RULE,
    rules::never_runs::RULE,
    rules::no_properties::RULE,
    rules::object_as_text::RULE,
    rules::positive_number::RULE,
    rules::repeated_need::RULE,
    rules::retired_event::RULE,
    rules::schedule_empty::RULE,
    rules::schedule_interval::RULE,
    rules::schedule_never::RULE,
    rules::shell::RULE,
    rules::unknown_property::RULE,
    rules::unknown_step::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_once() {
        assert!(RULES.is_sorted_by(|one, next| one.code < next.code));
        assert!(every_rule().is_sorted_by(|one, next| one.code < next.code));
    }
}
