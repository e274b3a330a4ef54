//! `${{ }}` with text from outside in a script: the text becomes part of the program.
//!
//! Source: GitHub Docs, "Script injections", and "Secure use reference", "Good practices for
//! mitigating script injection attacks".

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::StepKind;

use super::pass_by_environment;
use crate::findings::Findings;
use crate::outline::{StepOutline, each_expression};
use crate::registry::Rule;
use crate::untrusted::{Scope, Writer};

pub(crate) const RULE: Rule = Rule {
    code: "gh/template-injection",
    severity: Severity::Error,
    summary: "text that outsiders write becomes part of a script",
};

/// Inputs of actions that are run as programs. Sources: the README of each.
const SCRIPTS: [(&str, &str); 8] = [
    ("actions/github-script", "script"),
    ("appleboy/ssh-action", "script"),
    ("azure/cli", "inlineScript"),
    ("azure/powershell", "inlineScript"),
    ("cloudflare/wrangler-action", "command"),
    ("mikefarah/yq", "cmd"),
    ("nick-fields/retry", "command"),
    ("nick-invision/retry", "command"),
];

/// Looks at a step with what is known there.
pub(crate) fn check(step: &StepOutline<'_>, scope: &Scope, findings: &mut Findings<'_>) {
    let Some(script) = script(step) else { return };
    let text = findings.text();
    each_expression(script, text, &mut |view, layout| {
        let Some(origin) = scope.of(view) else { return };
        let span = layout.span(text, &view.range());
        let (severity, who) = match origin.writer {
            Writer::Anybody => (RULE.severity, "whoever writes it"),
            Writer::Collaborator => (Severity::Note, "whoever may set it"),
        };
        let message =
            format!("`{}` becomes part of the script: {who} can run commands", origin.source);
        let mut finding = RULE.finding(span, message).with_help(
            "give it to the step as a variable in `env`, and read the variable in the script",
        );
        finding.severity = severity;
        finding.fix = pass_by_environment::fix(step, text, span);
        findings.add(origin.shown_in(finding));
    });
}

/// What the step runs as a program.
fn script<'file>(step: &StepOutline<'file>) -> Option<&'file Template> {
    if let StepKind::Run { script, .. } = &step.step.kind {
        return Some(script);
    }
    let (_, input) = SCRIPTS.iter().find(|(action, _)| step.uses(action))?;
    step.input(input)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{detailed, of_rule};

    const CODE: &str = "gh/template-injection";

    #[test]
    fn is_followed_through_env_outputs_and_needs() {
        let text = "on: issues
env:
  TITLE: ${{ github.event.issue.title }}
jobs:
  second:
    needs: first
    runs-on: x
    steps:
      - run: echo ${{ needs.first.outputs.title }}
  first:
    runs-on: x
    outputs:
      title: ${{ steps.get.outputs.it }}
    steps:
      - id: get
        run: |
          T=\"a $TITLE\"
          echo \"it=$T\" >> $GITHUB_OUTPUT
          echo \"E=${{ env.TITLE }}\" >> \"$GITHUB_ENV\"
      - run: echo ${{ env.e }}
      - run: echo ${{ env.E }}
        env: { E: safe }
";
        insta::assert_snapshot!(detailed(CODE, text), @r"
        error 9:23 gh/template-injection `github.event.issue.title` becomes part of the script: whoever writes it can run commands
          3: `github.event.issue.title` becomes `env.TITLE` here
          18: it becomes `steps.get.outputs.it` here
          13: it becomes `needs.first.outputs.title` here
        error 19:23 gh/template-injection `github.event.issue.title` becomes part of the script: whoever writes it can run commands
          3: `github.event.issue.title` becomes `env.TITLE` here
        error 20:23 gh/template-injection `github.event.issue.title` becomes part of the script: whoever writes it can run commands
          3: `github.event.issue.title` becomes `env.TITLE` here
          19: it becomes `env.E` here
        ");
    }

    #[test]
    fn values_of_several_lines_are_followed_too() {
        let of = |script: &str| {
            let script: String = script.lines().map(|line| format!("          {line}\n")).collect();
            let text = format!(
                "on: issues\nenv: {{ BODY: '${{{{ github.event.issue.body }}}}' }}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - id: get\n        run: |\n{script}      - run: echo ${{{{ steps.get.outputs.it }}}} ${{{{ steps.get.outputs.other }}}}\n"
            );
            of_rule(CODE, &text).matches("issue.body` becomes").count()
        };
        for script in [
            "echo \"it<<E\" >> $GITHUB_OUTPUT\necho \"$BODY\" >> $GITHUB_OUTPUT\necho \"E\" >> $GITHUB_OUTPUT\necho other=1 >> $GITHUB_OUTPUT",
            "{\n  echo 'it<<E'\n  echo \"$BODY\"\n  echo E\n} >> \"$GITHUB_OUTPUT\"",
            "cat <<END >> $GITHUB_OUTPUT\nother=1\nit=$BODY\nEND",
            "cat >> $GITHUB_OUTPUT <<-END\n  it<<E\n  a's \"$BODY\"\n  E\n  other=1\nEND",
            "printf 'it<<E\\n%s\\nE\\n' \"$BODY\" >> $GITHUB_OUTPUT",
            "printf 'it=%s\\n' \"$BODY\" >> $GITHUB_OUTPUT",
            "echo -e \"it<<E\\n$BODY\\nE\" >> $GITHUB_OUTPUT",
        ] {
            assert_eq!(of(script), 1, "{script}");
            // What is written after it has a name of its own.
            assert_eq!(
                of(&format!("{script}\necho \"more=$BODY\" >> $GITHUB_OUTPUT")),
                1,
                "{script}"
            );
        }
        assert_eq!(of("cat <<'END' >> $GITHUB_OUTPUT\nit=$BODY\nEND"), 0);
        assert_eq!(of("{ echo it=1; } >> $GITHUB_OUTPUT; echo \"it=$BODY\""), 0);
    }

    #[test]
    fn scripts_in_javascript_hand_texts_on() {
        let text = "on: issues
jobs:
  a:
    runs-on: x
    steps:
      - id: get
        uses: actions/github-script@v7
        with:
          script: |
            core.setOutput('it', context.payload.issue.title)
      - run: echo ${{ steps.get.outputs.it }} ${{ steps.get.outputs.result }}
";
        insta::assert_snapshot!(detailed(CODE, text), @"
        error 11:23 gh/template-injection `github.event.issue.title` becomes part of the script: whoever writes it can run commands
          9: `github.event.issue.title` becomes `steps.get.outputs.it` here
        ");
    }

    #[test]
    fn only_text_that_is_given_counts() {
        let of = |expression: &str| {
            of_rule(
                CODE,
                &format!(
                    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{{{ {expression} }}}}\n"
                ),
            )
        };
        assert!(of("format('{0}', github.head_ref)").contains("`github.head_ref` becomes"));
        assert!(of("toJSON(github.event.issue)").contains("`github.event.issue` becomes"));
        assert!(of("github.event.x && github.head_ref || 'a'").contains("head_ref"));
        assert!(of("github.event.*.body").contains("body"));
        for safe in [
            "contains(github.head_ref, 'a')",
            "github.head_ref == 'a' && 'x' || 'y'",
            "github.event.issue.number",
            "github.event.pull_request.head.sha",
            "github.sha",
        ] {
            assert_eq!(of(safe), "", "{safe}");
        }
    }

    #[test]
    fn scripts_of_actions_and_free_inputs_count_too() {
        let text = "on:
  workflow_dispatch:
    inputs: { a: { type: string }, b: { type: boolean } }
jobs:
  a:
    runs-on: x
    strategy: { matrix: { m: [ '${{ github.head_ref }}' ] } }
    steps:
      - uses: actions/github-script@v7
        with: { script: 'console.log(`${{ github.head_ref }}`)' }
      - uses: actions/cache@v4
        with: { path: '${{ github.head_ref }}', key: k }
      - run: echo ${{ inputs.a }} ${{ github.event.inputs.b }} ${{ matrix.m }}
";
        insta::assert_snapshot!(detailed(CODE, text), @r"
        error 10:43 gh/template-injection `github.head_ref` becomes part of the script: whoever writes it can run commands
        note 13:23 gh/template-injection `inputs.a` becomes part of the script: whoever may set it can run commands
          3: any text may be given here
        error 13:68 gh/template-injection `github.head_ref` becomes part of the script: whoever writes it can run commands
          7: `github.head_ref` becomes `matrix.m` here
        ");
    }
}
