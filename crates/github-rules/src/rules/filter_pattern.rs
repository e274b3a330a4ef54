//! Patterns of `branches`, `tags` and `paths` that can match nothing, or say less than they seem.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", "Filter pattern cheat sheet".

use windlass_diagnostics::{Severity, Spanned};
use windlass_github_syntax::filter_pattern::{ConcernKind, FilterPattern, Subject};
use windlass_github_syntax::workflow::{EventKind, Filters, Triggers};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/filter-pattern-mistake",
    severity: Severity::Error,
    summary: "a filter pattern matches nothing that can exist, or holds what has no effect",
};

/// Looks at the filters of every event.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for event in on.events.values() {
        let EventKind::Webhook(filter) = &event.kind else { continue };
        check_filters(filter.branches.as_ref(), Subject::Reference, findings);
        check_filters(filter.tags.as_ref(), Subject::Reference, findings);
        check_filters(filter.paths.as_ref(), Subject::Path, findings);
        let of_images = [&filter.names, &filter.versions].into_iter().flatten().flatten();
        of_images.for_each(|pattern| check_readable(pattern, findings));
    }
}

fn check_filters(filters: Option<&Filters>, subject: Subject, findings: &mut Findings<'_>) {
    let lists = filters.into_iter().flat_map(|filters| [&filters.include, &filters.ignore]);
    for pattern in lists.flatten().flatten() {
        check_pattern(pattern, subject, findings);
    }
}

fn check_pattern(pattern: &Spanned<String>, subject: Subject, findings: &mut Findings<'_>) {
    // The reader has said so when it cannot be read.
    let Ok(parsed) = FilterPattern::parse(&pattern.value) else { return };
    // Files may have any name; a needless escape in a path does no harm.
    let harmless =
        |kind| subject == Subject::Path && matches!(kind, ConcernKind::NeedlessEscape(_));
    let concerns = parsed.concerns(subject);
    if let Some(concern) = concerns.iter().find(|concern| !harmless(concern.kind)) {
        let message = format!("in the pattern `{}`: {}", pattern.value, concern.kind);
        findings.add(RULE.finding(pattern.span, message));
    }
}

/// The reader leaves the patterns of `image_version` as they are.
fn check_readable(pattern: &Spanned<String>, findings: &mut Findings<'_>) {
    if let Err(error) = FilterPattern::parse(&pattern.value) {
        let message = format!("in the pattern `{}`: {error}", pattern.value);
        findings.add(RULE.finding(pattern.span, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn a_branch_has_no_caret() {
        let text = "on:\n  push:\n    branches: ['^main', 'v*']\n    paths: [./a, b/**]
jobs: { a: { runs-on: x, steps: [{ run: x }] } }\n";
        let found = findings(text);
        assert!(found.starts_with("3:16 gh/filter-pattern-mistake"), "{found}");
        assert_eq!(found.lines().count(), 2);
    }

    #[test]
    fn versions_of_images_are_patterns() {
        let text = "on: { image_version: { versions: ['v[0-', 'v*'] } }
jobs: { a: { runs-on: x, steps: [{ run: x }] } }\n";
        assert_eq!(
            findings(text),
            "1:35 gh/filter-pattern-mistake in the pattern `v[0-`: the closing `]` is missing"
        );
    }
}
