//! How diagnostics look to people and machines.
#![allow(clippy::unwrap_used, reason = "tests")]

use windlass_diagnostics::{
    Diagnostic, Position, SourceId, SourceMap, Span, render_json, render_text,
};

fn span(sources: &SourceMap, source: SourceId, part: &str) -> Span {
    let text = sources.text(source);
    let start = text.find(part).unwrap();
    let position = |offset: usize| {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            offset: u32::try_from(offset).unwrap(),
            line: u32::try_from(before.matches('\n').count() + 1).unwrap(),
            column: u32::try_from(before[line_start..].chars().count() + 1).unwrap(),
        }
    };
    Span { source, start: position(start), end: position(start + part.len()) }
}

fn sample() -> (SourceMap, Diagnostic) {
    let mut sources = SourceMap::new();
    let source = sources.add("ci.yml", "jobs:\n  a:\n    runs-on: x\n    runs-on: yä\n");
    let diagnostic = Diagnostic::error(
        "gh/duplicate-key",
        span(&sources, source, "runs-on: yä"),
        "the key `runs-on` is there twice",
    )
    .with_label("again here")
    .with_secondary(span(&sources, source, "runs-on"), "first here")
    .with_help("remove one of them");
    (sources, diagnostic)
}

#[test]
fn text_shows_the_lines_and_the_next_step() {
    let (sources, diagnostic) = sample();
    insta::assert_snapshot!(render_text(&diagnostic, &sources, false), @r"
    error[gh/duplicate-key]: the key `runs-on` is there twice
     --> ci.yml:4:5
      |
    3 |     runs-on: x
      |     ------- first here
    4 |     runs-on: yä
      |     ^^^^^^^^^^^ again here
      |
      = help: remove one of them
    ");
    assert!(render_text(&diagnostic, &sources, true).contains("\u{1b}["));
}

#[test]
fn json_has_one_object_with_files_and_positions() {
    let (sources, diagnostic) = sample();
    insta::assert_snapshot!(render_json(&diagnostic, &sources).unwrap(), @r#"{"code":"gh/duplicate-key","severity":"error","message":"the key `runs-on` is there twice","help":"remove one of them","primary":{"file":"ci.yml","line":4,"column":5,"endLine":4,"endColumn":16,"offset":30,"endOffset":42,"label":"again here"},"secondary":[{"file":"ci.yml","line":3,"column":5,"endLine":3,"endColumn":12,"offset":15,"endOffset":22,"label":"first here"}]}"#);
}

#[test]
fn a_huge_line_is_cut_around_the_place() {
    let mut sources = SourceMap::new();
    let text = format!("{}here{}", "a".repeat(5_000_000), "b".repeat(5_000_000));
    let source = sources.add("huge.yml", text);
    let diagnostic = Diagnostic::error("x/y", span(&sources, source, "here"), "in the middle");
    let started = std::time::Instant::now();
    let text = render_text(&diagnostic, &sources, false);
    assert!(text.len() < 2_000, "{} bytes", text.len());
    assert!(text.contains("huge.yml:1:5000001"), "{text}");
    assert!(started.elapsed().as_secs() < 2);
}

#[test]
fn places_that_do_not_exist_do_no_harm() {
    let sources = SourceMap::new();
    let far = Position { offset: u32::MAX, line: 7, column: 9 };
    let span = Span { source: SourceId(3), start: far, end: Position::default() };
    let text = render_text(&Diagnostic::error("x/y", span, "a \u{1b}[31m b\nc"), &sources, false);
    insta::assert_snapshot!(text, @r"
    error[x/y]: a �[31m b c
    --> <unknown source>:7:9
    ");
}
