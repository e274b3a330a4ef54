//! The rules of all dialects.

use windlass_diagnostics::Rule;

/// Every rule that a file can be found to break, by code.
pub fn every_rule() -> Vec<Rule> {
    let mut every = windlass_github_rules::every_rule();
    every.extend(windlass_gitlab_syntax::problem::RULES);
    every.sort_unstable_by_key(|rule| rule.code);
    every
}
