//! A property that a context or value does not have: it is always empty.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::View;
use windlass_github_syntax::reader::suggestion::nearest;

use crate::registry::Rule;
use crate::rules::unknown_step;
use crate::types::ObjectType;
use crate::types::infer::{Inference, Mistake};

pub(crate) const RULE: Rule = Rule {
    code: "gh/unknown-property",
    severity: Severity::Error,
    summary: "an expression reads a property that is never there",
};

/// Says that `base` has no property `name`.
pub(crate) fn report(
    inference: &mut Inference<'_>,
    node: View<'_>,
    base: View<'_>,
    name: &str,
    object: &ObjectType,
) {
    let path = Inference::source(base);
    if path == "steps" && !inference.contexts.step_ids.contains(&name.to_lowercase()) {
        unknown_step::report(inference, node, name);
        return;
    }
    let message = match (path.as_str(), object.properties.is_empty()) {
        ("steps", _) => format!("no earlier step of this job has the id `{name}`"),
        ("needs", _) => format!("this job does not need a job `{name}`"),
        ("matrix", true) => format!("this job has no matrix, so `matrix.{name}` is empty"),
        ("inputs", true) => format!("no inputs are declared, so `inputs.{name}` is empty"),
        (path, _) => format!("`{path}` has no property `{name}`"),
    };
    let known: Vec<String> =
        object.properties.keys().take(24).map(|name| format!("`{name}`")).collect();
    let help = (!known.is_empty()).then(|| format!("there are: {}", known.join(", ")));
    let meant = nearest(name, object.properties.keys().map(AsRef::as_ref));
    let meant = meant.map(|meant| (name.to_owned(), meant));
    inference.mistakes.push(Mistake { rule: &RULE, range: node.range(), message, help, meant });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{findings, mended, of_rule, of_step};

    #[test]
    fn a_step_sees_only_earlier_ones() {
        let text = "on: push
jobs:
  test:
    runs-on: ubuntu-latest
    outputs:
      all: ${{ steps.late.outputs.x }}
    steps:
      - run: echo ${{ steps.late.outputs.x }}
      - run: 'true'
        id: late
      - run: echo ${{ steps.LATE.outputs.x }} ${{ steps['late'].outcome }}
";
        assert_eq!(
            findings(text),
            "8:23 gh/unknown-property no earlier step of this job has the id `late`"
        );
    }

    #[test]
    fn what_the_events_declare() {
        let text = "on: { workflow_dispatch: { inputs: { a: {} } }, push: {} }
jobs:
  a:
    strategy: { matrix: \"${{ fromJSON('{\\\"n\\\": [1]}') }}\" }
    runs-on: x
    steps:
      - run: echo ${{ github.event.inputs.a }} ${{ github.event.inputs.b }}
      - run: echo ${{ matrix.n }} ${{ matrix.m }} ${{ secrets.ANY }}
";
        assert_eq!(
            of_rule(RULE.code, text),
            "7:52 gh/unknown-property `github.event.inputs` has no property `b`\n\
             8:39 gh/unknown-property `matrix` has no property `m`"
        );
    }

    #[test]
    fn a_called_workflow_has_the_secrets_it_asks_for() {
        let with = |events: &str| {
            let text = format!(
                "on: {{ {events} }}\njobs:\n  a:\n    runs-on: x\n    steps: [{{ run: 'echo ${{{{ \
                 secrets.A }}}} ${{{{ secrets.github_token }}}} ${{{{ secrets.B }}}}' }}]\n"
            );
            of_rule(RULE.code, &text)
        };
        let found = with("workflow_call: { secrets: { a: { required: true } } }");
        assert!(found.ends_with("`secrets` has no property `B`"), "{found}");
        assert_eq!(with("workflow_call: {}"), "");
        assert_eq!(with("workflow_call: { secrets: { a: {} } }, push: {}"), "");
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        let of = |expression: &str| {
            let text = format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo {expression}\n"
            );
            mended(RULE.code, &text).lines().last().unwrap().replace("      - run: echo ", "")
        };
        assert_eq!(
            of("${{ github.reff }} a ${{ runner.oss }}"),
            "${{ github.ref }} a ${{ runner.os }}"
        );
        assert_eq!(of("${{ github['reff'] }}"), "${{ github['reff'] }}");
        assert_eq!(of("${{ github.nothing_like_it }}"), "${{ github.nothing_like_it }}");
    }

    #[test]
    fn contexts_have_known_properties() {
        assert_eq!(
            of_step("run: echo ${{ github.reff }} ${{ github.event.any.thing }} ${{ env.ANY }}"),
            "6:23 gh/unknown-property `github` has no property `reff`"
        );
        assert_eq!(of_step("run: echo ${{ github[env.NAME] }} ${{ github.REF }}"), "");
    }
}
