//! `list`, `graph`, `completions`, `man`, `--help`, `--version`, `--json`.

use crate::stage::Stage;

const GRAPH: &str = "name: Build & <test>\non: [push]\njobs:\n  build: {runs-on: x, steps: [{run: 'true'}]}\n  \
    test: {name: 'The \"tests\"', needs: build, runs-on: x, steps: [{run: 'true'}]}\n  \
    lint: {runs-on: x, steps: [{run: 'true'}]}\n  ship: {needs: [test, lint], runs-on: x, steps: [{run: 'true'}]}\n";

#[test]
fn workflows_are_listed() {
    let stage = Stage::new(GRAPH);
    stage.windlass(&["list"]).expect(0).tells(&[
        "ci.yml",
        "Build & <test>",
        "push",
        "build, test, lint, ship",
    ]);
    let json = stage.windlass(&["list", "--json"]).expect(0);
    let list: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(list[0]["jobs"][3], "ship");
}

#[test]
fn a_graph_has_three_forms() {
    let stage = Stage::new(GRAPH);
    stage.windlass(&["graph"]).expect(0).tells(&["build", "ship"]);
    stage.windlass(&["graph", "--format", "mermaid"]).expect(0).tells(&["flowchart", "-->"]);
    let svg = stage.windlass(&["graph", "ci.yml", "--format", "svg"]).expect(0);
    svg.tells(&["<svg", "</svg>", "&lt;test&gt;"]).conceals(&["<test>"]);
    stage.windlass(&["graph", "--format", "png"]).expect(2).complains(&["png"]);
    stage.write(".github/workflows/two.yml", GRAPH);
    stage.windlass(&["graph"]).expect(2).complains(&["which workflow", "two.yml"]);
}

#[test]
fn the_program_describes_itself() {
    let stage = Stage::new(GRAPH);
    for shell in ["bash", "zsh", "fish"] {
        stage.windlass(&["completions", shell]).expect(0).tells(&["windlass"]);
    }
    stage.windlass(&["man"]).expect(0).tells(&[".TH windlass"]);
    stage.windlass(&["--version"]).expect(0).tells(&["windlass 0."]);
    stage.windlass(&["reference", "exit-codes"]).expect(0).tells(&["| 130 |"]);
    for command in [&["--help"][..], &["run", "--help"], &["runs", "--help"], &["help", "graph"]] {
        stage.windlass(command).expect(0).tells(&["Usage: windlass"]);
    }
    stage.windlass(&["rum"]).expect(2).complains(&["run"]);
    stage.windlass(&["run", "--jobs", "a"]).expect(2).complains(&["--job"]);
}

#[test]
fn every_line_of_json_is_an_event_of_the_schema() {
    let stage = Stage::new(GRAPH);
    let run = stage.windlass(&["run", "--json"]).expect(0);
    let mut last = 0;
    for line in run.out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["schema"], 1);
        if let Some(seq) = line["seq"].as_u64() {
            assert_eq!(seq, last + 1);
            last = seq;
        }
    }
    assert!(last > 10);
    assert!(run.err.is_empty(), "{}", run.err);
}
