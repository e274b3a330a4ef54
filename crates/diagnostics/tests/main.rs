//! How diagnostics look to people and machines.
#![allow(clippy::unwrap_used, reason = "tests")]

use windlass_diagnostics::{
    Diagnostic, Fix, Position, Rule, SarifLog, SarifRule, Severity, SourceId, SourceMap, Span,
    render_github, render_json, render_sarif, render_text,
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

fn mendable() -> (SourceMap, Diagnostic) {
    let mut sources = SourceMap::new();
    let source = sources.add("a b/ci:x.yml", "jobs:\n  a:\n    runs-in: ü\n");
    let at = span(&sources, source, "runs-in");
    let fix = Fix::safe("write `runs-on`", at, "runs-on");
    let diagnostic = Diagnostic::warning("gh/unknown-key", at, "no key `runs-in`").with_fix(fix);
    (sources, diagnostic)
}

#[test]
fn text_shows_what_a_fix_changes() {
    let (sources, diagnostic) = mendable();
    insta::assert_snapshot!(render_text(&diagnostic, &sources, false), @"
    warning[gh/unknown-key]: no key `runs-in`
     --> a b/ci:x.yml:3:5
      |
    3 |     runs-in: ü
      |     ^^^^^^^
      |
    help: write `runs-on`
      |
    3 -     runs-in: ü
    3 +     runs-on: ü
      |
    ");
}

#[test]
fn json_carries_the_edits_of_a_fix() {
    let (sources, diagnostic) = mendable();
    let line = render_json(&diagnostic, &sources).unwrap();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    insta::assert_snapshot!(json["fix"], @r#"{"title":"write `runs-on`","safe":true,"edits":[{"file":"a b/ci:x.yml","line":3,"column":5,"endLine":3,"endColumn":12,"offset":15,"endOffset":22,"replacement":"runs-on"}]}"#);
}

#[test]
fn github_gets_one_command() {
    let (sources, diagnostic) = sample();
    insta::assert_snapshot!(render_github(&diagnostic, &sources), @"::error file=ci.yml,line=4,endLine=4,col=5,endColumn=16,title=gh/duplicate-key::the key `runs-on` is there twice%0Ahelp: remove one of them");
}

#[test]
fn sarif_names_rules_places_and_edits() {
    let rule = Rule {
        code: "gh/unknown-key",
        severity: Severity::Error,
        summary: "a key that is not known",
    };
    let rule =
        SarifRule { rule, page: "# gh/unknown-key\n\nA key.\n\nIt is\nignored.\n\nFound:".into() };
    let mut log = SarifLog::begin(Vec::new(), "1.2.3", [rule]).unwrap();
    for (sources, diagnostic) in [mendable(), sample()] {
        log.add(&render_sarif(&diagnostic, &sources)).unwrap();
    }
    let log: serde_json::Value = serde_json::from_slice(&log.end().unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    insta::assert_snapshot!(run["tool"], @r##"{"driver":{"name":"windlass","version":"1.2.3","rules":[{"id":"gh/unknown-key","shortDescription":{"text":"a key that is not known"},"fullDescription":{"text":"It is ignored."},"defaultConfiguration":{"level":"error"},"help":{"text":"# gh/unknown-key\n\nA key.\n\nIt is\nignored.\n\nFound:","markdown":"# gh/unknown-key\n\nA key.\n\nIt is\nignored.\n\nFound:"}}]}}"##);
    insta::assert_snapshot!(run["results"][0], @r#"{"ruleId":"gh/unknown-key","level":"warning","message":{"text":"no key `runs-in`"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b/ci%3Ax.yml"},"region":{"startLine":3,"startColumn":5,"endLine":3,"endColumn":12,"byteOffset":15,"byteLength":7}}}],"partialFingerprints":{"windlass/v1":"24093d099dd1b51ab9f3df80b1515185"},"fixes":[{"description":{"text":"write `runs-on`"},"artifactChanges":[{"artifactLocation":{"uri":"a%20b/ci%3Ax.yml"},"replacements":[{"deletedRegion":{"startLine":3,"startColumn":5,"endLine":3,"endColumn":12,"byteOffset":15,"byteLength":7},"insertedContent":{"text":"runs-on"}}]}]}]}"#);
    let other = &run["results"][1];
    assert_eq!(other["level"], "error");
    insta::assert_snapshot!(other["relatedLocations"], @r#"[{"physicalLocation":{"artifactLocation":{"uri":"ci.yml"},"region":{"startLine":3,"startColumn":5,"endLine":3,"endColumn":12,"byteOffset":15,"byteLength":7}},"message":{"text":"first here"}}]"#);
}

#[test]
fn a_fingerprint_survives_lines_above() {
    let log_of = |text: &str| {
        let mut sources = SourceMap::new();
        let source = sources.add("ci.yml", text);
        let finding = Diagnostic::error("x/y", span(&sources, source, "here"), "m");
        let mut log = SarifLog::begin(Vec::new(), "1", []).unwrap();
        log.add(&render_sarif(&finding, &sources)).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&log.end().unwrap()).unwrap();
        log["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    assert_eq!(log_of("a: here\n"), log_of("b: 1\n\n  a: here\n"));
    assert_ne!(log_of("a: here\n"), log_of("a: here too\n"));
}
