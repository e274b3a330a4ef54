//! `github.actor == 'dependabot[bot]'`: who caused the event last, not who wrote the code.
//!
//! Source: GitHub Docs, "Contexts reference", `github.actor`, and "Troubleshooting Dependabot on
//! GitHub Actions": compare the author of the pull request.

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{Value, View, ViewKind};

use super::untrusted_checkout::PRIVILEGED;
use crate::findings::Findings;
use crate::outline::{Outline, each_node, path};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/bot-condition",
    severity: Severity::Warning,
    summary: "a condition takes whoever acted last for the author",
};

/// Who acted last.
const ACTORS: [&str; 3] = ["github.actor", "github.triggering_actor", "github.event.sender.login"];

/// Looks at the conditions of a workflow that outsiders can start.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let on = &outline.workflow.on;
    let is_privileged = PRIVILEGED.iter().any(|event| on.contains(event));
    if !is_privileged && !on.contains("pull_request") {
        return;
    }
    outline.each_condition(&mut |condition, layout, _| {
        each_node(condition, &mut |node| {
            let Some((actor, bot)) = compared(node) else { return };
            let span = layout.span(outline.text, &node.range());
            let message = format!(
                "`{actor}` is whoever acted last: others can make `{bot}` act on their code"
            );
            let mut finding = RULE.finding(span, message).with_help(
                "compare `github.event.pull_request.user.login`, and see that the code is of this \
                 repository",
            );
            if !is_privileged {
                finding.severity = Severity::Note;
            }
            findings.add(finding);
        });
    });
}

/// The two sides of a comparison of the actor with a bot.
fn compared(node: View<'_>) -> Option<(String, String)> {
    let ViewKind::Compare { operator: "==", left, right } = node.kind() else { return None };
    let bot = |view: View<'_>| match view.kind() {
        ViewKind::Literal(Value::String(name)) if name.ends_with("[bot]") => Some(name.to_string()),
        _ => None,
    };
    let actor = |view| {
        path(view).filter(|path| ACTORS.iter().any(|actor| path.eq_ignore_ascii_case(actor)))
    };
    actor(left).zip(bot(right)).or_else(|| actor(right).zip(bot(left)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    #[test]
    fn actors_are_no_authors() {
        let of = |event: &str, condition: &str| {
            detailed(
                "gh/bot-condition",
                &format!(
                    "on: {event}\njobs:\n  a:\n    if: {condition}\n    runs-on: x\n    steps: [{{ run: x }}]\n"
                ),
            )
        };
        let actor = "github.actor == 'dependabot[bot]' && true";
        assert_eq!(
            of("pull_request_target", actor),
            "warning 4:9 gh/bot-condition `github.actor` is whoever acted last: others can make \
             `dependabot[bot]` act on their code"
        );
        assert!(of("pull_request", actor).starts_with("note"));
        assert_eq!(of("push", actor), "");
        let author = "github.event.pull_request.user.login == 'dependabot[bot]'";
        assert_eq!(of("pull_request_target", author), "");
    }
}
