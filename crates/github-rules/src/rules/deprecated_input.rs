//! An input of an action that its authors want to be rid of.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `inputs.<input_id>.deprecationMessage`.

use windlass_diagnostics::{Severity, Spanned};
use windlass_github_syntax::template::Template;

use crate::actions::ActionInterface;
use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/deprecated-input",
    severity: Severity::Error,
    summary: "an action is given an input that is deprecated",
};

/// Looks at what a step gives to its action.
pub(crate) fn check(
    uses: &Spanned<String>,
    action: &ActionInterface,
    given: &[(Template, Template)],
    findings: &mut Findings<'_>,
) {
    for (key, name) in given.iter().filter_map(|(key, _)| Some((key, key.as_str()?))) {
        let known = action.input(name).and_then(|input| input.deprecation.as_ref());
        let Some(deprecation) = known else { continue };
        let message = format!("the input `{name}` of the action `{}` is deprecated", uses.value);
        findings.add(RULE.finding(key.span, message).with_help(deprecation.trim()));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn is_said_of_each() {
        assert_eq!(
            of_step("uses: actions/setup-node@v2\n        with: { version: '20' }"),
            "6:15 gh/outdated-action `actions/setup-node@v2` needs the runtime `node12`, which \
             GitHub has removed\n\
             7:17 gh/deprecated-input the input `version` of the action `actions/setup-node@v2` \
             is deprecated"
        );
    }
}
