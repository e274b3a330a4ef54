//! An expression that gives an input of a workflow a value of another type.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions",
//! `on.workflow_call.inputs.<input_id>.type`: nothing is converted, and a text is never a boolean
//! or number (`fromJSON` makes one of it). Values without an expression are the reader's business.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::events::InputType;

use crate::contexts::Contexts;
use crate::findings::Findings;
use crate::layout::Layout;
use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::silent;

pub(crate) const RULE: Rule = Rule {
    code: "gh/input-type-mismatch",
    severity: Severity::Error,
    summary: "an expression gives an input a value that is not of its type",
};

/// Looks at what an input of this type is given, or has for a default.
pub(crate) fn check(
    name: &str,
    kind: InputType,
    value: &Template,
    contexts: &Contexts,
    findings: &mut Findings<'_>,
) {
    let Some(expression) = value.as_expression() else { return };
    let of = silent(expression, contexts);
    if fits(kind, &of) {
        return;
    }
    let layout = Layout::new(findings.text(), value.span, expression.source());
    let range = 0..expression.source().len();
    let span = layout.span(findings.text(), &range);
    let message = format!("the input `{name}` is a {}, but this is {of}", kind.as_str());
    let help = match of {
        Type::String | Type::Words(_) => "`fromJSON(…)` makes a boolean or number of a text",
        _ => "give it a value of its type, or change the type",
    };
    findings.add(RULE.finding(span, message).with_help(help));
}

const fn fits(kind: InputType, of: &Type) -> bool {
    match kind {
        InputType::Boolean => matches!(of, Type::Bool | Type::Null | Type::Any),
        InputType::Number => matches!(of, Type::Number | Type::Null | Type::Any),
        InputType::String | InputType::Choice | InputType::Environment => !of.is_collection(),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::action::Action;
    use windlass_github_syntax::parse_workflow;
    use windlass_github_syntax::workflow::Workflow;

    use crate::rules::testing::{findings, shown};
    use crate::{Project, check_workflow};

    const CALLED: &str = "on:
  workflow_call:
    inputs:
      a: { type: string, default: '${{ inputs.b }}' }
      b: { type: boolean, default: '${{ inputs.a }}' }
      c: { type: number, default: '${{ fromJSON(inputs.a) }}' }
      d: { type: string, default: '${{ inputs.b }}' }
jobs: { a: { runs-on: x, steps: [{ run: x }] } }
";

    struct Called;

    impl Project for Called {
        fn action(&self, _: &str) -> Option<Rc<Action>> {
            None
        }

        fn workflow(&self, path: &str) -> Option<Rc<Workflow>> {
            parse_workflow(SourceId(1), path, CALLED).tree.map(Rc::new)
        }
    }

    #[test]
    fn a_default_sees_the_inputs_before_it() {
        assert_eq!(
            findings(CALLED),
            "4:40 gh/unknown-property no inputs are declared, so `inputs.b` is empty\n\
             5:41 gh/input-type-mismatch the input `b` is a boolean, but this is a string"
        );
    }

    #[test]
    fn what_a_call_gives() {
        let text = "on: push
jobs:
  a:
    uses: ./.github/workflows/called.yml
    with:
      a: ${{ github.actor }}
      B: ${{ github.ref == 'x' && 'true' }}
      c: ${{ github.run_number }}
      d: ${{ github.event }}
";
        let workflow = parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap();
        assert_eq!(
            shown(check_workflow(&workflow, text, &Called)),
            "8:14 gh/input-type-mismatch the input `c` is a number, but this is a string\n\
             9:14 gh/input-type-mismatch the input `d` is a string, but this is an object"
        );
    }
}
