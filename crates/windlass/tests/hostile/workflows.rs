//! Workflow files that are wrong, enormous or malicious.

use std::time::Duration;

use crate::stage::Stage;

#[test]
fn malformed_yaml_is_refused_with_its_place() {
    let stage = Stage::new("on: push\njobs:\n  a:\n    steps:\n      - run: \"unclosed\n");
    let run = stage.windlass(&["run"]).expect(2);
    run.complains(&["not valid YAML", ".github/workflows/ci.yml:5:14", "help:"]);
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_within_seconds() {
    let stage = Stage::new("on: push\njobs:\n");
    let text = format!("on: push\njobs:\n{}", "  a: {runs-on: x, steps: [{run: x}]}\n".repeat(2_700_000));
    stage.write(".github/workflows/ci.yml", text);
    let run = stage.windlass(&["run"]).expect(2).complains(&["more than 1048576 characters"]);
    assert!(run.took < Duration::from_secs(5), "{:?}", run.took);
}
