//! A value that stands twice in one list of a matrix: its jobs run twice.

use windlass_diagnostics::Severity;
use windlass_github_syntax::matrix::MAXIMUM_COMBINATIONS;
use windlass_github_syntax::template::{Template, TemplateKind};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/matrix-repetition",
    severity: Severity::Error,
    summary: "a list of a matrix holds a value twice",
};

/// Looks at the lists of a matrix.
pub(crate) fn check(matrix: &Template, findings: &mut Findings<'_>) {
    for (key, list) in matrix.as_mapping().unwrap_or_default() {
        let Some(name) = key.as_str().filter(|name| !matches!(*name, "include" | "exclude")) else {
            continue;
        };
        let items = list.as_sequence().filter(|items| items.len() <= MAXIMUM_COMBINATIONS);
        let items = items.unwrap_or_default();
        for (position, item) in items.iter().enumerate() {
            if let Some(first) = items[..position].iter().find(|other| are_same(other, item)) {
                let message = format!("`{name}` has this value already");
                let finding = RULE.finding(item.span, message);
                findings.add(finding.with_secondary(first.span, "first here"));
            }
        }
    }
}

/// Whether two literals are equal; what holds expressions is equal to nothing.
pub(crate) fn are_same(left: &Template, right: &Template) -> bool {
    match (&left.kind, &right.kind) {
        (TemplateKind::Null, TemplateKind::Null) => true,
        (TemplateKind::Boolean(left), TemplateKind::Boolean(right)) => left == right,
        (TemplateKind::Number(left), TemplateKind::Number(right)) => left == right,
        (TemplateKind::String(left), TemplateKind::String(right)) => left == right,
        (TemplateKind::Sequence(left), TemplateKind::Sequence(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| are_same(left, right))
        }
        (TemplateKind::Mapping(left), TemplateKind::Mapping(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.iter().any(|(other, with)| are_same(key, other) && are_same(value, with))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn is_seen_in_objects_too() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    strategy:
      matrix:
        n: [1, 2, 1]
        o: [{ a: [1] }, { a: [1] }, { a: [2] }]
        e: ['${{ github.x }}', '1', 1]
    steps: [{ run: x }]
";
        let text = text.replace("github.x", "github.ref");
        assert_eq!(
            findings(&text),
            "7:19 gh/matrix-repetition `n` has this value already\n\
             8:25 gh/matrix-repetition `o` has this value already"
        );
    }
}
