//! Filters whose patterns together take nothing in, and patterns that take nothing out.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", "Filter pattern cheat sheet" and
//! `on.<event_name>.<branches|tags>`: patterns count in their order, one with `!` takes out what
//! those before it have taken in, and there must be one without.

use windlass_diagnostics::{Severity, Spanned};
use windlass_github_syntax::filter_pattern::FilterPattern;
use windlass_github_syntax::workflow::{EventFilter, EventKind, Triggers};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/filter-nothing",
    severity: Severity::Warning,
    summary: "the patterns of a filter take nothing in, or one with `!` takes nothing out",
};

/// The pattern that every name and path matches.
const EVERYTHING: &str = "**";

/// Looks at the filters of every event.
pub(crate) fn check(on: &Triggers, findings: &mut Findings<'_>) {
    for event in on.events.values() {
        let EventKind::Webhook(filter) = &event.kind else { continue };
        let filters = [&filter.branches, &filter.tags, &filter.paths];
        for patterns in filters.into_iter().flatten().filter_map(|filters| filters.include.as_ref())
        {
            check_patterns(patterns, findings);
        }
        check_ignored_branches(filter, findings);
    }
}

/// Patterns in their order, of which some may begin with `!`.
fn check_patterns(patterns: &[Spanned<String>], findings: &mut Findings<'_>) {
    // The reader has said so when one cannot be read.
    let parse = |written: &Spanned<String>| FilterPattern::parse(&written.value).ok();
    let Some(parsed) = patterns.iter().map(parse).collect::<Option<Vec<_>>>() else { return };
    let Some(last) = patterns.last() else { return };
    let Some(first) = parsed.iter().position(|pattern| !pattern.is_negated()) else {
        let finding = RULE.finding(last.span, "every pattern begins with `!`, so nothing matches");
        let help = "put a pattern in front that takes something in, e.g. `'**'`";
        findings.add(finding.with_help(help));
        return;
    };
    let is_taken_out = |(at, pattern): (usize, &FilterPattern)| {
        pattern.is_negated() || parsed[at..].iter().any(|later| takes_out(later, pattern))
    };
    if parsed.iter().enumerate().all(is_taken_out) {
        let message = "what the patterns before it take in is taken out again: nothing matches";
        findings.add(RULE.finding(last.span, message));
    }
    for pattern in &patterns[..first] {
        let message = format!("`{}` takes nothing out: no pattern stands before it", pattern.value);
        findings.add(RULE.finding(pattern.span, message).with_help("put it behind the others"));
    }
}

/// Whether a later pattern surely takes out all that one takes in.
fn takes_out(later: &FilterPattern, pattern: &FilterPattern) -> bool {
    let Some(without) = later.source().strip_prefix('!') else { return false };
    let is_literal = !pattern.source().contains(['*', '?', '+', '[', '\\']);
    without == EVERYTHING
        || without == pattern.source()
        || (is_literal && later.matches(pattern.source()))
}

/// `branches-ignore: ['**']` is a way to run for tags alone; without tags nothing is left.
fn check_ignored_branches(filter: &EventFilter, findings: &mut Findings<'_>) {
    let ignored = filter.branches.as_ref().and_then(|branches| branches.ignore.as_ref());
    let everything = ignored.into_iter().flatten().find(|pattern| pattern.value == EVERYTHING);
    if let (Some(pattern), None) = (everything, &filter.tags) {
        findings.add(RULE.finding(pattern.span, "every branch is ignored, so nothing is left"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn of(filters: &str) -> String {
        findings(&format!(
            "on: {{push: {{{filters}}}}}\njobs: {{a: {{runs-on: x, steps: [{{run: x}}]}}}}"
        ))
    }

    #[test]
    fn something_must_be_taken_in() {
        assert!(of("branches: ['!a', '!b']").starts_with("1:30 gh/filter-nothing every pattern"));
        for nothing in ["[main, '!**']", "[a/**, b, '!b', '!a/**']", "[release/1, '!release/*']"] {
            let found = of(&format!("paths: {nothing}"));
            assert!(found.contains("nothing matches"), "{nothing}: {found}");
        }
        for something in
            ["[a, '!b']", "[a, '!a', a]", "['*', '!a']", "[a/**, '!a/*']", "['**', '!**', c]"]
        {
            assert_eq!(of(&format!("paths: {something}")), "", "{something}");
        }
    }

    #[test]
    fn exceptions_come_behind() {
        let found = of("branches: ['!old', '**']");
        assert_eq!(
            found,
            "1:24 gh/filter-nothing `!old` takes nothing out: no pattern stands before it"
        );
    }

    #[test]
    fn without_branches_there_may_be_tags() {
        assert!(of("branches-ignore: ['**']").contains("nothing is left"));
        assert_eq!(of("branches-ignore: ['**'], tags: [v1]"), "");
    }
}
