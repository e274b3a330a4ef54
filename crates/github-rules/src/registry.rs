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
    rules::container_image::RULE,
    rules::default_never_used::RULE,
    rules::deprecated_command::RULE,
    rules::deprecated_input::RULE,
    rules::dispatch_inputs::RULE,
    rules::dispatch_options::RULE,
    rules::docker_tag::RULE,
    rules::empty_value::RULE,
    rules::environment_name::RULE,
    rules::filter_pattern::RULE,
    rules::format_arguments::RULE,
    rules::function_argument::RULE,
    rules::input_type::RULE,
    rules::mapping_expected::RULE,
    rules::matrix_exclude::RULE,
    rules::matrix_repetition::RULE,
    rules::never_equal::RULE,
    rules::no_properties::RULE,
    rules::object_as_text::RULE,
    rules::outdated_action::RULE,
    rules::positive_number::RULE,
    rules::registry_credentials::RULE,
    rules::repeated_need::RULE,
    rules::runner_label::RULE,
    rules::schedule_empty::RULE,
    rules::schedule_interval::RULE,
    rules::timezone::RULE,
    rules::unknown_property::RULE,
    rules::unknown_step::RULE,
    rules::value_type::RULE,
    rules::workflow_run::RULE,
];

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::rc::Rc;

    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::action::Action;
    use windlass_github_syntax::workflow::Workflow;
    use windlass_github_syntax::{parse_action, parse_workflow};

    use super::*;
    use crate::{Project, check_workflow};

    /// The action that a page shows.
    struct Shown(Option<Rc<Action>>);

    impl Project for Shown {
        fn action(&self, _: &str) -> Option<Rc<Action>> {
            self.0.clone()
        }

        fn workflow(&self, _: &str) -> Option<Rc<Workflow>> {
            None
        }
    }

    #[test]
    fn codes_are_in_order_and_once() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn every_page_shows_what_is_found_and_what_is_not() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for rule in RULES {
            let page = std::fs::read_to_string(root.join(rule.page())).unwrap();
            assert!(page.starts_with(&format!("# {}\n", rule.code)), "{}", rule.code);
            let severity = format!("Severity: {:?}.", rule.severity).to_lowercase();
            assert!(page.to_lowercase().contains(&severity), "{}", rule.code);
            let action = blocks(&page, "yaml action.yml")
                .first()
                .map(|text| Rc::new(parse_action(SourceId(1), "action.yml", text).tree.unwrap()));
            let project = Shown(action);
            let examples = blocks(&page, "yaml");
            let [failing, passing] = examples.as_slice() else { panic!("{}", rule.code) };
            let codes = |text: &str| -> Vec<&str> {
                let parsed = parse_workflow(SourceId(0), "ci.yml", text);
                assert!(parsed.problems.is_empty(), "{}: {:?}", rule.code, parsed.problems);
                let found = check_workflow(&parsed.tree.unwrap(), text, &project);
                found.into_iter().map(|finding| finding.code).collect()
            };
            assert!(codes(failing).contains(&rule.code), "{}: {:?}", rule.code, codes(failing));
            assert_eq!(codes(passing), [""; 0], "{}", rule.code);
        }
    }

    /// The code blocks with exactly this information.
    fn blocks<'page>(page: &'page str, information: &str) -> Vec<&'page str> {
        let start = format!("```{information}\n");
        page.split(&start).skip(1).filter_map(|rest| rest.split("```").next()).collect()
    }
}
