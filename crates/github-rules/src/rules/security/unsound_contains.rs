//! `contains('main dev', github.ref_name)`: a search in a text finds parts of words too.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", `contains`: in a text it
//! looks for a part, in a list for an element.

use windlass_diagnostics::{Fix, Severity};
use windlass_github_syntax::expression::{Value, View, ViewKind};

use crate::findings::Findings;
use crate::outline::{Outline, each_node, path, source};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/unsound-contains",
    severity: Severity::Warning,
    summary: "`contains` looks for a name in a text, where parts of names are found too",
};

/// What others can choose the name of.
const CHOSEN: [&str; 9] = [
    "github.actor",
    "github.base_ref",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.user.login",
    "github.event.workflow_run.head_branch",
    "github.head_ref",
    "github.ref",
    "github.ref_name",
    "github.triggering_actor",
];

/// Looks at the conditions of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    outline.each_condition(&mut |condition, layout, place| {
        each_node(condition, &mut |node| {
            let Some((list, names, name)) = searched(node) else { return };
            let span = layout.span(outline.text, &node.range());
            let message =
                format!("`{name}` may be any part of this text, such as one letter of a name");
            let words: Vec<&str> =
                names.split([' ', ',', '|']).filter(|name| !name.is_empty()).collect();
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            let array = format!("fromJSON('[{}]')", quoted.join(", "));
            let mut finding = RULE
                .finding(span, message)
                .with_help(format!("search a list: `contains({array}, …)`"));
            let list = layout.span(outline.text, &list.range());
            let is_plain = !source(outline.text, place).starts_with(['"', '\'']);
            if is_plain
                && source(outline.text, list).starts_with('\'')
                && !names.contains(['"', '\\', '\''])
            {
                finding.fix = Some(Fix::suggested("search a list", list, array));
            }
            findings.add(finding);
        });
    });
}

/// The text that is searched, what it holds, and what it is searched for.
fn searched(node: View<'_>) -> Option<(View<'_>, String, String)> {
    let ViewKind::Call { name: "contains", arguments } = node.kind() else { return None };
    let [list, name] = arguments.as_slice() else { return None };
    let ViewKind::Literal(Value::String(names)) = list.kind() else { return None };
    let name =
        path(*name).filter(|path| CHOSEN.iter().any(|chosen| path.eq_ignore_ascii_case(chosen)))?;
    Some((*list, names.to_string(), name))
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_diagnostics::fix::apply;
    use windlass_github_syntax::parse_workflow;

    use crate::rules::testing::of_step;
    use crate::{NoProject, check_workflow};

    #[test]
    fn a_text_and_a_list() {
        assert_eq!(
            of_step("if: contains('refs/heads/main refs/heads/dev', github.ref)\n        run: x"),
            "6:13 gh/unsound-contains `github.ref` may be any part of this text, such as one letter \
             of a name"
        );
        assert_eq!(
            of_step("if: contains(fromJSON('[\"main\"]'), github.ref_name)\n        run: x"),
            ""
        );
        assert_eq!(of_step("if: contains(github.ref, 'release')\n        run: x"), "");
    }

    #[test]
    fn the_mend_searches_a_list() {
        let text = "on: push\njobs:\n  a:\n    if: contains('main, dev', github.ref_name)\n    runs-on: x\n    steps: [{ run: x }]\n";
        let found = check_workflow(
            &parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap(),
            text,
            &NoProject,
        );
        let fixes: Vec<_> = found.into_iter().filter_map(|finding| finding.fix).collect();
        assert!(
            apply(text, &fixes)
                .0
                .contains("contains(fromJSON('[\"main\", \"dev\"]'), github.ref_name)")
        );
    }
}
