//! `with` of actions in the same repository: inputs that they do not have, and those they need.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `inputs`.

use windlass_diagnostics::Severity;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{ActionReference, Step, StepKind};

use crate::findings::Findings;
use crate::project::Project;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/action-input",
    severity: Severity::Error,
    summary: "an action is given an input that it does not have, or not one that it needs",
};

/// Looks at a step that uses an action of the repository.
pub(crate) fn check(step: &Step, project: &dyn Project, findings: &mut Findings<'_>) {
    let StepKind::Uses { uses, action: ActionReference::Local { path }, with } = &step.kind else {
        return;
    };
    let Some(action) = project.action(path) else { return };
    let given = with.as_ref().map_or(Some(&[][..]), Template::as_mapping);
    let Some(given) = given else { return };
    for (key, _) in given {
        let Some(name) = key.as_str() else { return };
        if !is_known(&action, name) {
            let message = format!("the action `{}` has no input `{name}`", uses.value);
            let known: Vec<String> =
                action.inputs.keys().take(24).map(|name| format!("`{name}`")).collect();
            let mut finding = RULE.finding(key.span, message);
            finding.help = (!known.is_empty()).then(|| format!("there are: {}", known.join(", ")));
            findings.add(finding);
        }
    }
    for (name, input) in &action.inputs {
        let is_given = given
            .iter()
            .any(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)));
        if input.required && input.default.is_none() && !is_given {
            let message = format!("the action `{}` needs the input `{name}`", uses.value);
            findings.add(RULE.finding(uses.span, message));
        }
    }
}

fn is_known(action: &Action, name: &str) -> bool {
    let is_docker = matches!(action.runs, ActionRuns::Docker { .. });
    let of_docker = ["args", "entrypoint"].iter().any(|known| known.eq_ignore_ascii_case(name));
    (is_docker && of_docker) || action.inputs.keys().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::workflow::Workflow;
    use windlass_github_syntax::{parse_action, parse_workflow};

    use super::*;
    use crate::check_workflow;
    use crate::rules::testing::shown;

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
}
