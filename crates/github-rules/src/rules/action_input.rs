//! `with` of actions: inputs that they do not have, and those they need.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `inputs`.

use windlass_diagnostics::{Severity, Spanned};
use windlass_github_syntax::template::Template;

use crate::actions::ActionInterface;
use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/action-input",
    severity: Severity::Error,
    summary: "an action is given an input that it does not have, or not one that it needs",
};

/// Looks at what a step gives to its action.
pub(crate) fn check(
    uses: &Spanned<String>,
    action: &ActionInterface,
    given: &[(Template, Template)],
    findings: &mut Findings<'_>,
) {
    // With an expression for a key it is not known what is given.
    let Some(names) = given.iter().map(|(key, _)| key.as_str()).collect::<Option<Vec<_>>>() else {
        return;
    };
    for ((key, _), name) in given.iter().zip(&names) {
        let is_of_docker = ["args", "entrypoint"].iter().any(|it| it.eq_ignore_ascii_case(name));
        if action.input(name).is_some() || (is_of_docker && action.using == "docker") {
            continue;
        }
        let message = format!("the action `{}` has no input `{name}`", uses.value);
        let mut finding = RULE.finding(key.span, message);
        let known: Vec<String> =
            action.inputs.iter().take(24).map(|input| format!("`{}`", input.name)).collect();
        finding.help = (!known.is_empty()).then(|| format!("there are: {}", known.join(", ")));
        findings.add(finding);
    }
    for input in action.inputs.iter().filter(|input| input.is_needed) {
        if !names.iter().any(|name| name.eq_ignore_ascii_case(&input.name)) {
            let message = format!("the action `{}` needs the input `{}`", uses.value, input.name);
            findings.add(RULE.finding(uses.span, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::action::Action;
    use windlass_github_syntax::workflow::Workflow;
    use windlass_github_syntax::{parse_action, parse_workflow};

    use crate::rules::testing::{of_step, shown};
    use crate::{Project, check_workflow};

    struct OneAction;

    impl Project for OneAction {
        fn action(&self, path: &str) -> Option<Rc<Action>> {
            let text =
                "inputs:\n  who: { required: true }\n  how: {}\noutputs:\n  done: { value: x }
runs: { using: composite, steps: [] }\nname: a\n";
            let parsed = parse_action(SourceId(1), "action.yml", text);
            parsed.tree.filter(|_| path == "./a").map(Rc::new)
        }

        fn workflow(&self, _: &str) -> Option<Rc<Workflow>> {
            None
        }
    }

    #[test]
    fn inputs_and_outputs_of_a_local_action() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: ./a
        id: a
        with: { HOW: x, when: y }
      - run: echo ${{ steps.a.outputs.done }} ${{ steps.a.outputs.gone }}
      - uses: ./unknown
        with: { any: x }
";
        let workflow = parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap();
        assert_eq!(
            shown(check_workflow(&workflow, text, &OneAction)),
            "6:15 gh/action-input the action `./a` needs the input `who`\n\
             8:25 gh/action-input the action `./a` has no input `when`\n\
             9:51 gh/unknown-property `steps.a.outputs` has no property `gone`"
        );
    }

    #[test]
    fn inputs_of_a_well_known_action() {
        assert_eq!(
            of_step("uses: actions/cache@v4\n        with: { path: x, keys: y }"),
            "6:15 gh/action-input the action `actions/cache@v4` needs the input `key`\n\
             7:26 gh/action-input the action `actions/cache@v4` has no input `keys`"
        );
        assert_eq!(of_step("uses: actions/cache@v4\n        with: { PATH: x, Key: y }"), "");
        let unknown = of_step("uses: nobody/knows@v1\n        with: { any: x }");
        assert!(!unknown.contains("gh/action-input"), "{unknown}");
    }
}
