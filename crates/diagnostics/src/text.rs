//! Diagnostics for people: rustc's own layout, with the lines of the file.
//!
//! What is printed is bounded whatever the file holds: a place of several lines shows its first,
//! and of a long line only a window around the place.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet,
};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::fix::Fix;
use crate::source::{Position, SourceMap};

/// Characters of a line that are shown before and behind the start of a place.
const WINDOW_BEFORE: usize = 80;
const WINDOW_BEHIND: usize = 160;
/// How far apart places may be to be shown as one piece of the file, in lines.
const MOST_LINES: u32 = 40;

/// Renders one diagnostic, with terminal colours or without, and without a line break at its end.
#[must_use]
pub fn render_text(diagnostic: &Diagnostic, sources: &SourceMap, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let message = visible(&diagnostic.message);
    let title = level.primary_title(message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title);
    match together(diagnostic, sources) {
        Some(snippet) => group = group.element(snippet),
        None => {
            for (label, kind) in places(diagnostic) {
                group = group.elements(place(label, kind, sources));
            }
        }
    }
    let help = diagnostic.help.as_deref().map(visible);
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let mut report = vec![group];
    report.extend(diagnostic.fix.as_ref().and_then(|fix| suggestion(fix, sources)));
    renderer.decor_style(DecorStyle::Ascii).render(&report)
}

/// The edits of a fix as the lines would be, where they are near one another and no line is long.
fn suggestion<'a>(fix: &'a Fix, sources: &'a SourceMap) -> Option<Group<'a>> {
    let source = fix.edits.first()?.span.source;
    let text = sources.text(source);
    if fix.edits.iter().any(|edit| edit.span.source != source) {
        return None;
    }
    let first = fix.edits.iter().map(|edit| edit.span.start).min_by_key(by_offset)?;
    let last = fix.edits.iter().map(|edit| edit.span.end).max_by_key(by_offset)?;
    let (from, piece) = lines_between(text, first, last)?;
    let patches = fix.edits.iter().filter_map(|edit| {
        let start = (edit.span.start.offset as usize).checked_sub(from)?;
        let end = (edit.span.end.offset as usize).checked_sub(from)?;
        piece.get(start..end)?;
        Some(Patch::new(start..end, edit.replacement.as_str()))
    });
    let snippet = Snippet::source(piece).path(sources.name(source));
    let snippet = snippet.line_start(first.line as usize).patches(patches);
    Some(Level::HELP.secondary_title(visible(&fix.title)).element(snippet))
}

fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = (&Label, AnnotationKind)> + Clone {
    let primary = diagnostic.primary.iter().map(|label| (label, AnnotationKind::Primary));
    primary.chain(diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context)))
}

/// All places in one piece of the file, where they are near one another and no line is long.
fn together<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Option<Snippet<'a, Annotation<'a>>> {
    let source = diagnostic.primary.as_ref()?.span.source;
    let text = sources.text(source);
    let starts = places(diagnostic).map(|(label, _)| label.span.start);
    let (first, last) = (starts.clone().min_by_key(by_offset)?, starts.max_by_key(by_offset)?);
    if places(diagnostic).any(|(label, _)| label.span.source != source) {
        return None;
    }
    let (from, piece) = lines_between(text, first, last)?;
    let annotations = places(diagnostic).filter_map(|(label, kind)| {
        let start = label.span.start.offset as usize;
        let end = (label.span.end.offset as usize).clamp(start, end_of_line(text, start)?);
        Some(kind.span(start - from..end - from).label(words(label)))
    });
    let snippet = Snippet::source(piece).path(sources.name(source));
    Some(snippet.line_start(first.line as usize).annotations(annotations))
}

/// The whole lines from one position to another and where they begin, unless they are many or long.
fn lines_between(text: &str, first: Position, last: Position) -> Option<(usize, &str)> {
    if last.line.checked_sub(first.line)? > MOST_LINES {
        return None;
    }
    let from = text.get(..first.offset as usize)?.rfind('\n').map_or(0, |newline| newline + 1);
    let to = end_of_line(text, last.offset as usize)?;
    let piece = text.get(from..to)?;
    let is_short = piece.lines().all(|line| line.len() <= WINDOW_BEHIND);
    is_short.then_some((from, piece))
}

const fn by_offset(position: &Position) -> u32 {
    position.offset
}

fn end_of_line(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    Some(from + line.len())
}

fn words(label: &Label) -> Option<&str> {
    (!label.text.is_empty()).then_some(&*label.text)
}

/// One place by itself, the line cut where it is long.
fn place<'a>(label: &'a Label, kind: AnnotationKind, sources: &'a SourceMap) -> Vec<Element<'a>> {
    let start = label.span.start;
    let path = sources.name(label.span.source);
    let text = sources.text(label.span.source);
    let Some((line, range)) = window(text, start.offset as usize, label.span.end.offset as usize)
    else {
        let origin = Origin::path(path).line(start.line as usize);
        return vec![origin.char_column(start.column as usize).into()];
    };
    let is_cut = line.starts_with('…');
    let annotation = kind.span(range).label(words(label));
    let snippet = Snippet::source(line).line_start(start.line as usize).annotation(annotation);
    if is_cut {
        // The column within the cut line would be wrong.
        let origin = Origin::path(path).line(start.line as usize);
        return vec![origin.char_column(start.column as usize).into(), snippet.into()];
    }
    vec![snippet.path(path).into()]
}

/// The part of a place's first line that is shown, and where in it the place is.
fn window(text: &str, start: usize, end: usize) -> Option<(String, Range<usize>)> {
    let before = text.get(..start)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let behind = &text[start..];
    let line_end = start + behind.find('\n').unwrap_or(behind.len());
    let head: String = tail_characters(&text[line_start..start], WINDOW_BEFORE);
    let line_rest = text[start..line_end].trim_end_matches('\r');
    let rest: String = line_rest.chars().take(WINDOW_BEHIND).collect();
    let marked = end.saturating_sub(start).min(rest.len());
    let marked = (0..=marked).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
    let mut shown = String::new();
    if head.len() < start - line_start {
        shown.push('…');
    }
    shown.push_str(&head);
    let from = shown.len();
    shown.push_str(&rest);
    if rest.len() < line_rest.len() {
        shown.push('…');
    }
    Some((shown, from..from + marked))
}

fn tail_characters(text: &str, count: usize) -> String {
    let start = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    text[start..].to_owned()
}

/// Control characters as what they are called, so that a file cannot steer the terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => ' ',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}
