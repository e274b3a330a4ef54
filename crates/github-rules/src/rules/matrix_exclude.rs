//! An entry of `exclude` that matches no combination.
//!
//! Source: GitHub Docs, "Running variations of jobs in a workflow", "Excluding matrix
//! configurations".

use windlass_diagnostics::Severity;
use windlass_github_syntax::matrix::MAXIMUM_COMBINATIONS;
use windlass_github_syntax::template::{Template, TemplateKind};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/matrix-exclude",
    severity: Severity::Error,
    summary: "an entry of `exclude` matches no combination of the matrix",
};

/// Looks at the `exclude` of a matrix.
pub(crate) fn check(matrix: &Template, findings: &mut Findings<'_>) {
    let entries = matrix.get("exclude").and_then(Template::as_sequence);
    let entries = entries.filter(|entries| entries.len() <= MAXIMUM_COMBINATIONS);
    let entries = entries.unwrap_or_default();
    for (key, value) in entries.iter().filter_map(Template::as_mapping).flatten() {
        let list = key.as_str().and_then(|name| list(matrix, name));
        let Some(list) = list.filter(|_| value.is_literal()) else { continue };
        if list.iter().all(|item| item.is_literal() && !can_match(value, item)) {
            let name = key.as_str().unwrap_or_default();
            let message = format!("no value of `{name}` is this one, so nothing is excluded");
            findings.add(RULE.finding(value.span, message));
        }
    }
}

fn list<'tree>(matrix: &'tree Template, name: &str) -> Option<&'tree [Template]> {
    let pairs = matrix.as_mapping()?;
    let found = pairs
        .iter()
        .find(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)));
    found?.1.as_sequence()
}

/// Whether an excluded value agrees with a value of the matrix: an object when each of its
/// properties does. Numbers and their texts are taken for the same.
fn can_match(excluded: &Template, item: &Template) -> bool {
    match (&excluded.kind, &item.kind) {
        (TemplateKind::Mapping(excluded), TemplateKind::Mapping(item)) => {
            excluded.iter().all(|(key, value)| {
                let same_key =
                    |(other, _): &&(Template, Template)| literal_text_is_same(key, other);
                item.iter().find(same_key).is_some_and(|(_, with)| can_match(value, with))
            })
        }
        (TemplateKind::Sequence(excluded), TemplateKind::Sequence(item)) => {
            excluded.len() == item.len()
                && excluded.iter().zip(item).all(|(excluded, item)| can_match(excluded, item))
        }
        _ => literal_text_is_same(excluded, item),
    }
}

fn literal_text_is_same(left: &Template, right: &Template) -> bool {
    match (left.literal_text(), right.literal_text()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(&right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn a_value_that_is_not_there() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    strategy:
      matrix:
        n: [10, 12]
        o: [{ a: 1, b: 2 }]
        exclude:
          - n: 13
          - n: '12'
          - o: { a: 1 }
          - o: { a: 2 }
    steps: [{ run: x }]
";
        assert_eq!(
            findings(text),
            "10:16 gh/matrix-exclude no value of `n` is this one, so nothing is excluded\n\
             13:16 gh/matrix-exclude no value of `o` is this one, so nothing is excluded"
        );
    }
}
