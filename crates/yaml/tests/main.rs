//! What the tree keeps of a text: positions, styles, tags, aliases, and where reading stops.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use proptest::prelude::*;
use windlass_diagnostics::SourceId;
use windlass_yaml::{Content, Limits, NodeRef, YamlError, parse, parse_with_loose_comments};

/// One line a node: `line:column-line:column kind text`.
fn outline(text: &str) -> String {
    match parse(SourceId(0), text, &Limits::default()) {
        Ok(documents) => {
            let mut out = String::new();
            for document in &documents {
                write_node(document.root(), 0, &mut out);
            }
            out
        }
        Err(error) => format!(
            "{error} at {:?}",
            error.span().map(|span| (span.start.line, span.start.column))
        ),
    }
}

fn write_node(node: NodeRef<'_, '_>, level: usize, out: &mut String) {
    let span = node.span();
    let place =
        format!("{}:{}-{}:{}", span.start.line, span.start.column, span.end.line, span.end.column);
    let kind = match &node.node.content {
        Content::Scalar { text, style } => format!("{style:?} {text:?}"),
        Content::Sequence(_) => "list".to_owned(),
        Content::Mapping(_) => "mapping".to_owned(),
        Content::Alias { .. } => "alias".to_owned(),
    };
    let tag = node.node.tag.as_ref().map(|tag| format!(" {}", tag.0)).unwrap_or_default();
    writeln!(out, "{}{place} {kind}{tag}", "  ".repeat(level)).unwrap();
    for item in node.items() {
        write_node(item, level + 1, out);
    }
    for (key, value) in node.pairs() {
        write_node(key, level + 1, out);
        write_node(value, level + 2, out);
    }
}

#[test]
fn block_values_start_at_their_first_dash_or_key() {
    let text = "on: push\njobs:\n  a:\n    steps:\n    - run: x # hi\n      y:\n    - z\n    list:\n        - 1\n        - \"ä\": !!int 'b'\nz: {a: [1, 2], b}\nblock: |\n  one\n  two\nlast:\n";
    insta::assert_snapshot!(outline(text), @r#"
    1:1-15:6 mapping
      1:1-1:3 Plain "on"
        1:5-1:9 Plain "push"
      2:1-2:5 Plain "jobs"
        3:3-10:25 mapping
          3:3-3:4 Plain "a"
            4:5-10:25 mapping
              4:5-4:10 Plain "steps"
                5:5-7:8 list
                  5:7-6:9 mapping
                    5:7-5:10 Plain "run"
                      5:12-5:13 Plain "x"
                    6:7-6:8 Plain "y"
                      6:9-6:9 Plain ""
                  7:7-7:8 Plain "z"
              8:5-8:9 Plain "list"
                9:9-10:25 list
                  9:11-9:12 Plain "1"
                  10:11-10:25 mapping
                    10:11-10:14 DoubleQuoted "ä"
                      10:16-10:25 SingleQuoted "b" tag:yaml.org,2002:int
      11:1-11:2 Plain "z"
        11:4-11:18 mapping
          11:5-11:6 Plain "a"
            11:8-11:14 list
              11:9-11:10 Plain "1"
              11:12-11:13 Plain "2"
          11:16-11:17 Plain "b"
            11:17-11:18 Plain ""
      12:1-12:6 Plain "block"
        12:8-15:1 Literal "one\ntwo\n"
      15:1-15:5 Plain "last"
        15:6-15:6 Plain ""
    "#);
}

#[test]
fn tags_and_anchors_belong_to_their_value() {
    insta::assert_snapshot!(outline("a: !!int x\nb: &c\n  - 1\ng: !!seq\n- h: *c\n"), @r#"
    1:1-5:8 mapping
      1:1-1:2 Plain "a"
        1:4-1:11 Plain "x" tag:yaml.org,2002:int
      2:1-2:2 Plain "b"
        2:4-3:6 list
          3:5-3:6 Plain "1"
      4:1-4:2 Plain "g"
        4:4-5:8 list tag:yaml.org,2002:seq
          5:3-5:8 mapping
            5:3-5:4 Plain "h"
              5:6-5:8 alias
    "#);
}

#[test]
fn a_block_without_a_last_line_break_gets_none() {
    for (text, value) in [
        ("r: |\n  one\n  two", "one\ntwo"),
        ("r: |+\n  one\n  two", "one\ntwo"),
        ("r: |\n  one\n\n  ", "one\n"),
        ("r: >\n  one\n  two", "one two"),
        ("r: |\n  one\n", "one\n"),
        ("r: |-\n  one\n", "one"),
        ("r: |+\n  one\n\n", "one\n\n"),
    ] {
        let documents = parse(SourceId(0), text, &Limits::default()).unwrap();
        let (_, block) = documents[0].root().pairs().next().unwrap();
        assert_eq!(block.as_str(), Some(value), "{text:?}");
    }
}

#[test]
fn comments_without_a_space_are_read_where_the_dialect_wants_it() {
    let text = "a: [one]#, two\nb: 'x'#y\nc: d#e\n";
    assert!(parse(SourceId(0), text, &Limits::default()).is_err());
    let documents = parse_with_loose_comments(SourceId(0), text, &Limits::default()).unwrap();
    let values: Vec<_> = documents[0].root().pairs().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, [None, Some("x"), Some("d#e")]);
}

#[test]
fn deep_and_large_texts_end_in_an_error() {
    let limits = Limits::default();
    let flow = "[".repeat(10_000);
    assert!(matches!(parse(SourceId(0), &flow, &limits), Err(YamlError::Syntax { .. })));
    let block = "- ".repeat(10_000);
    let error = parse(SourceId(0), &block, &limits).unwrap_err();
    assert!(matches!(error, YamlError::TooDeep { limit: 500, .. }), "{error}");
    let deep: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(matches!(parse(SourceId(0), &deep, &limits), Err(YamlError::TooDeep { .. })));
    let large = "a: b\n".repeat(3 * 1024 * 1024);
    assert!(matches!(parse(SourceId(0), &large, &limits), Err(YamlError::TooLarge { .. })));
    let many = Limits { nodes: 10, ..limits };
    let error = parse(SourceId(0), "[1,2,3,4,5,6,7,8,9,10,11]", &many).unwrap_err();
    assert!(matches!(error, YamlError::TooManyNodes { .. }), "{error}");
}

#[test]
fn an_alias_bomb_costs_what_its_text_costs() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let documents = parse(SourceId(0), &text, &Limits::default()).unwrap();
    assert_eq!(documents[0].root().node.expanded, u64::MAX);
    assert_eq!(documents[0].root().node.height, 31);
}

#[test]
fn an_alias_cannot_contain_itself() {
    let error = parse(SourceId(0), "a: &a [*a]\n", &Limits::default()).unwrap_err();
    assert!(matches!(error, YamlError::RecursiveAlias { .. }), "{error}");
    assert!(parse(SourceId(0), "a: *missing\n", &Limits::default()).is_err());
}

#[test]
fn anchors_without_an_alias_are_listed() {
    let text = "a: &used 1\nb: &unused [*used]\nc: &used 2\n";
    let documents = parse(SourceId(0), text, &Limits::default()).unwrap();
    let lines: Vec<u32> =
        documents[0].unused_anchors().map(|node| node.span().start.line).collect();
    assert_eq!(lines, [2, 3]);
}

proptest! {
    #[test]
    fn any_text_gives_trees_with_places_inside_it_or_an_error(text in "\\PC{0,60}|[-:?\\[\\]{}#&*!|>'\"%@`, a\n\t\u{feff}ä]{0,80}") {
        if let Ok(documents) = parse_with_loose_comments(SourceId(0), &text, &Limits::default()) {
            for document in &documents {
                check_places(document.root(), &text);
            }
        }
    }
}

fn check_places(node: NodeRef<'_, '_>, text: &str) {
    let span = node.span();
    let part = text.get(span.start.offset as usize..span.end.offset as usize);
    assert!(part.is_some(), "{span:?} in {text:?}");
    assert!(span.start.line >= 1 && span.start.column >= 1, "{span:?}");
    node.items().for_each(|item| check_places(item, text));
    for (key, value) in node.pairs() {
        check_places(key, text);
        check_places(value, text);
    }
}
