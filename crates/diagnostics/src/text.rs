//! Findings as text for people, as rustc writes them.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Diagnostic, Label, Severity, SourceMap};

/// The longest line of a source that is shown, in bytes: a minified file must not fill a terminal.
const LONGEST_LINE: usize = 400;

/// Renders a finding with the lines it is about, in colour or not. Ends without a line break.
#[must_use]
pub fn render_text(diagnostic: &Diagnostic, sources: &SourceMap, colours: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut report = vec![Group::with_title(title)];
    if let Some(primary) = &diagnostic.primary {
        let group = report.remove(0).element(snippet(primary, &diagnostic.secondary, sources));
        report.push(group);
    }
    if let (Some(help), Some(group)) = (&diagnostic.help, report.pop()) {
        report.push(group.element(Level::HELP.message(help.as_str())));
    }
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&report)
}

/// The lines around the labels of one source; labels in other sources are left to their own
/// findings.
fn snippet<'a>(
    primary: &'a Label,
    secondary: &'a [Label],
    sources: &'a SourceMap,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = primary.span.source;
    let text = sources.text(source);
    let here: Vec<&Label> = secondary.iter().filter(|label| label.span.source == source).collect();
    let first = here.iter().chain([&primary]).map(|label| label.span.start.offset).min();
    let last = here.iter().chain([&primary]).map(|label| label.span.end.offset).max();
    let (from, to) = window(text, first.unwrap_or(0) as usize, last.unwrap_or(0) as usize);
    let line = 1 + text[..from].bytes().filter(|byte| *byte == b'\n').count();
    let range = |label: &Label| {
        let start = (label.span.start.offset as usize).clamp(from, to) - from;
        let end = (label.span.end.offset as usize).clamp(from, to) - from;
        start..end.max(start)
    };
    let mut snippet = Snippet::source(&text[from..to])
        .line_start(line)
        .path(sources.name(source))
        .annotation(AnnotationKind::Primary.span(range(primary)).label(label(primary)));
    for other in here {
        let annotation = AnnotationKind::Context.span(range(other)).label(label(other));
        snippet = snippet.annotation(annotation);
    }
    snippet
}

fn label(label: &Label) -> Option<&str> {
    Some(label.text.as_str()).filter(|text| !text.is_empty())
}

/// The whole lines from one byte to another, cut where a line is longer than anyone reads.
fn window(text: &str, first: usize, last: usize) -> (usize, usize) {
    let (first, last) = (floor(text, first), floor(text, last.max(first)));
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    (
        floor(text, start.max(first.saturating_sub(LONGEST_LINE))),
        floor(text, end.min(last + LONGEST_LINE)),
    )
}

/// The nearest character border at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Position, Span};

    fn span(sources: &mut SourceMap, text: &str, word: &str) -> Span {
        let source = sources.add("ci.yml", text);
        let offset = text.find(word).unwrap();
        let place =
            |offset: usize| Position { offset: u32::try_from(offset).unwrap(), line: 1, column: 1 };
        Span { source, start: place(offset), end: place(offset + word.len()) }
    }

    #[test]
    fn shows_the_line_the_cause_and_the_next_step() {
        let mut sources = SourceMap::new();
        let span = span(&mut sources, "on: push\njobbs: {}\n", "jobbs");
        let finding = Diagnostic::error("gh/unknown-key", span, "there is no key `jobbs` here")
            .with_help("did you mean `jobs`?");
        insta::assert_snapshot!(render_text(&finding, &sources, false), @r"
        error[gh/unknown-key]: there is no key `jobbs` here
         --> ci.yml:2:1
          |
        2 | jobbs: {}
          | ^^^^^
          |
          = help: did you mean `jobs`?
        ");
    }

    #[test]
    fn a_huge_line_is_cut() {
        let mut sources = SourceMap::new();
        let text = format!("{}here{}", "ä".repeat(50_000), "b".repeat(50_000));
        let span = span(&mut sources, &text, "here");
        let finding = Diagnostic::error("gh/x", span, "wrong");
        assert!(render_text(&finding, &sources, false).len() < 4_000);
    }
}
