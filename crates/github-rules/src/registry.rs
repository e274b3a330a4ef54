//! The list of rules. What a rule is called and says is declared in its own file; the readers have
//! lists of their own, which [`every_rule`] adds.

pub use windlass_diagnostics::Rule;
use windlass_diagnostics::policy;
use windlass_github_syntax::problem;

use crate::rules;

/// Every rule that a file can be found to break, those of the readers and of
/// suppressions included, by code.
#[must_use]
pub fn every_rule() -> Vec<Rule> {
    let mut every: Vec<Rule> =
        problem::rules::every().chain(RULES).chain(policy::RULES).copied().collect();
    every.sort_unstable_by_key(|rule| rule.code);
    every
}

/// Every rule of this crate, as they lie in the folder.
pub const RULES: &[Rule] = &[
    rules::action_input::RULE,
    rules::action_metadata::RULE,
    rules::comparison::RULE,
    rules::condition_text::RULE,
    rules::constant_condition::RULE,
    rules::container_image::RULE,
    rules::default_never_used::RULE,
    rules::delivery::image_tag::RULE,
    rules::delivery::integer_comparison::RULE,
    rules::delivery::lost_image::RULE,
    rules::delivery::lost_variable::RULE,
    rules::delivery::rate_as_ratio::RULE,
    rules::delivery::skipped_stage::RULE,
    rules::delivery::whole_canary::RULE,
    rules::deprecated_command::RULE,
    rules::deprecated_input::RULE,
    rules::dispatch_inputs::RULE,
    rules::dispatch_options::RULE,
    rules::docker_tag::RULE,
    rules::empty_value::RULE,
    rules::environment_name::RULE,
    rules::filter_nothing::RULE,
    rules::filter_pattern::RULE,
    rules::format_arguments::RULE,
    rules::function_argument::RULE,
    rules::input_type::RULE,
    rules::mapping_expected::RULE,
    rules::matrix_exclude::RULE,
    rules::matrix_repetition::RULE,
    rules::missing_timeout::RULE,
    rules::never_equal::RULE,
    rules::never_runs::RULE,
    rules::no_properties::RULE,
    rules::object_as_text::RULE,
    rules::outdated_action::RULE,
    rules::positive_number::RULE,
    rules::registry_credentials::RULE,
    rules::repeated_need::RULE,
    rules::retired_event::RULE,
    rules::runner_label::RULE,
    rules::schedule_empty::RULE,
    rules::schedule_interval::RULE,
    rules::schedule_never::RULE,
    rules::security::all_secrets::RULE,
    rules::security::archived_action::RULE,
    rules::security::artifact_credentials::RULE,
    rules::security::bot_condition::RULE,
    rules::security::cache_poisoning::RULE,
    rules::security::derived_secret::RULE,
    rules::security::environment_file::RULE,
    rules::security::excessive_permissions::RULE,
    rules::security::hard_coded_secret::RULE,
    rules::security::insecure_commands::RULE,
    rules::security::missing_permission::RULE,
    rules::security::mutable_image::RULE,
    rules::security::persisted_credentials::RULE,
    rules::security::scan_never_fails::RULE,
    rules::security::secret_in_script::RULE,
    rules::security::secrets_inherit::RULE,
    rules::security::self_hosted_runner::RULE,
    rules::security::template_injection::RULE,
    rules::security::trusted_publishing::RULE,
    rules::security::unpinned_uses::RULE,
    rules::security::unsound_contains::RULE,
    rules::security::untrusted_checkout::RULE,
    rules::shell::RULE,
    rules::shellcheck::RULE,
    rules::timezone::RULE,
    rules::unknown_property::RULE,
    rules::unknown_step::RULE,
    rules::unsound_ternary::RULE,
    rules::value_type::RULE,
    rules::workflow_run::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once() {
        assert!(every_rule().windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
