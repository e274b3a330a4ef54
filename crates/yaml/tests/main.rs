//! What the tree keeps of a text: positions, styles, tags, aliases, and where reading stops.

use std::fmt::Write as _;

use windlass_diagnostics::SourceId;
use windlass_yaml::{Content, Limits, NodeRef, parse};

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
fn tmp() {
    for text in [
        "a:\n  - [one]#, two, three ]\nb: 1\n",
        "a:\n  - [one, two,\n    three]\nb: 1\n",
        "a: {b: c}#x\nd: e\n",
        "a: 'x'#y\n",
        "r: |\n  one\n  two",
        "r: |+\n  one\n  two",
        "r: |\n  one\n\n  ",
        "r: >\n  one\n  two",
        "a: !!int x\nb: &c\n  - 1\nd: &e !!str f\ng: !!seq\n- h: *e\n",
    ] {
        println!("{}", outline(text));
    }
}
