//! The list of rules. What a rule is called and says is declared in its own file.

use windlass_diagnostics::{Diagnostic, Severity, Span};

use crate::rules;

/// One rule: what all of its findings have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable code, e.g. `gh/unknown-property`.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// One line about what it finds.
    pub summary: &'static str,
}

impl Rule {
    /// Its page in the documentation, below the project's root.
    #[must_use]
    pub fn page(&self) -> String {
        format!("docs/rules/{}.md", self.code)
    }

    /// A finding of this rule.
    pub(crate) fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: self.severity, ..Diagnostic::error(self.code, span, message) }
    }
}

/// Every rule, by code.
pub const RULES: &[Rule] = &[
    rules::action_input::RULE,
    rules::comparison::RULE,
    rules::condition_text::RULE,
    rules::constant_condition::RULE,
    rules::default_never_used::RULE,
    rules::deprecated_command::RULE,
    rules::dispatch_inputs::RULE,
    rules::environment_name::RULE,
    rules::filter_pattern::RULE,
    rules::format_arguments::RULE,
    rules::function_argument::RULE,
    rules::mapping_expected::RULE,
    rules::matrix_exclude::RULE,
    rules::matrix_repetition::RULE,
    rules::no_properties::RULE,
    rules::object_as_text::RULE,
    rules::positive_number::RULE,
    rules::repeated_need::RULE,
    rules::schedule_empty::RULE,
    rules::schedule_interval::RULE,
    rules::unknown_property::RULE,
    rules::unknown_step::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_once() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
