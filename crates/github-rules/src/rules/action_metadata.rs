//! Actions that run, but that the Marketplace does not take.
//!
//! Source: GitHub Docs, "Metadata syntax reference": `name` and `description` are required, and
//! `branding` has its own lists of icons and colours.

use windlass_diagnostics::{Position, Severity, Span};
use windlass_github_syntax::action::Action;
use windlass_github_syntax::reader::suggestion::nearest;
use windlass_github_syntax::schema::branding::{COLOURS, ICONS};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/action-metadata",
    severity: Severity::Warning,
    summary: "an action lacks its name or description, or has an unknown icon or colour",
};

/// Looks at the metadata of an action.
pub(crate) fn check(action: &Action, findings: &mut Findings<'_>) {
    let start = Span::at(action.source, Position { offset: 0, line: 1, column: 1 });
    for (key, value) in [("name", &action.name), ("description", &action.description)] {
        if value.as_ref().is_none_or(|text| text.trim().is_empty()) {
            let finding = RULE.finding(start, format!("the action has no `{key}`"));
            findings.add(finding.with_help(format!("add `{key}:`")));
        }
    }
    for (key, known) in [("icon", ICONS), ("color", COLOURS)] {
        let Some(value) = action.branding.as_ref().and_then(|it| it.get(key)) else { continue };
        let Some(word) = value.as_str().filter(|word| !known.contains(word)) else { continue };
        let finding = RULE.finding(value.span, format!("`branding` has no {key} `{word}`"));
        findings.add(match nearest(word, known.iter().copied()) {
            Some(meant) => finding.with_help(format!("did you mean `{meant}`?")),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::parse_action;

    use crate::rules::testing::shown;
    use crate::{NoProject, check_action};

    fn of(metadata: &str) -> String {
        let text = format!("{metadata}\nruns: {{using: node24, main: index.js}}\n");
        let parsed = parse_action(SourceId(0), "action.yml", &text);
        shown(check_action(&parsed.tree.unwrap(), &text, &NoProject))
    }

    #[test]
    fn an_action_says_what_it_is() {
        assert_eq!(
            of("name: Greet\ndescription: ''"),
            "1:1 gh/action-metadata the action has no `description`"
        );
    }

    #[test]
    fn the_badge_has_its_own_lists() {
        let found = of("name: a\ndescription: b\nbranding: {icon: bel, color: blue}");
        assert_eq!(found, "3:18 gh/action-metadata `branding` has no icon `bel`");
        assert_eq!(of("name: a\ndescription: b\nbranding: {icon: bell, color: gray-dark}"), "");
    }
}
