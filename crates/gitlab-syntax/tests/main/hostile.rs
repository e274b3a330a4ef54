//! Input that is meant to hurt: nothing panics, nothing takes for ever, limits are told.

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::project::Project;

#[test]
fn ten_thousand_jobs_that_need_one_another_are_compiled_in_seconds() {
    let mut text = String::from("stages: [one]\n");
    for number in 0..10_000 {
        let _ = writeln!(text, "job{number}:\n  stage: one\n  script: echo {number}");
        if number > 0 {
            let _ = writeln!(text, "  needs: [job{}]", number - 1);
        }
        let _ = writeln!(text, "  rules: [{{if: $CI_COMMIT_BRANCH =~ /^main$/}}]");
    }
    let start = Instant::now();
    assert_eq!(Project::new(&text).pipeline().jobs.len(), 10_000);
    // Without optimisation; far from what a quadratic step would take.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_chain_of_extends_and_references_ends_at_its_limit() {
    let mut text = String::from(".j0: {script: [x]}\n");
    for level in 1..2000 {
        let _ = writeln!(text, ".j{level}: {{extends: .j{}}}", level - 1);
    }
    text.push_str("job: {extends: .j1999}\n");
    assert!(Project::new(&text).errors()[0].contains("through more than 11 levels"));

    let mut text = String::from(".j0: {script: [x]}\n");
    for level in 1..60 {
        let below = format!("!reference [.j{}, script]", level - 1);
        let _ = writeln!(text, ".j{level}: {{script: [{below}, {below}]}}");
    }
    text.push_str("job: {script: [!reference [.j59, script]]}\n");
    assert!(Project::new(&text).errors().iter().any(|error| error.contains("gl/reference")));
}

#[test]
fn a_matrix_and_includes_beyond_their_limit_are_told() {
    let values = (0..15).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    let text =
        format!("job: {{script: s, parallel: {{matrix: [{{A: [{values}], B: [{values}]}}]}}}}\n");
    assert!(Project::new(&text).errors()[0].contains("more than 200 combinations"));

    let mut project = Project::new("include: '*.yaml'\njob: {script: s}\n");
    for number in 0..151 {
        project = project.file(&format!("{number}.yaml"), "{}\n");
    }
    assert!(project.errors().iter().any(|error| error.contains("more than 150 files")));
}

#[test]
fn a_pattern_that_would_backtrack_does_not() {
    let long = "a".repeat(20_000);
    let text = format!(
        "job: {{script: s, rules: [{{if: '\"{long}!\" =~ /^(a+)+$/'}}]}}\nx: {{script: s}}\n"
    );
    let start = Instant::now();
    assert_eq!(Project::new(&text).jobs(), ["x"]);
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// Pieces that configurations are made of, put together without sense.
const PIECES: &[&str] = &[
    "job:",
    "\n",
    "  ",
    "script:",
    " [",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "extends: job",
    "needs: [job]",
    "rules:",
    "if: $A =~ /b",
    "include: .gitlab-ci.yml",
    "!reference [job, script]",
    "&a ",
    "*a",
    "<<: ",
    "parallel: {matrix: [{A: [1, 2]}]}",
    "$[[ inputs.x",
    " ]]",
    "spec: {inputs: {x: }}",
    "\n---\n",
    "default:",
    "image: x",
    "stages: ",
    "variables: {A: $A$B}",
    "when: manual",
    "'",
    "\"",
    "workflow: {rules: [{when: never}]}",
    "cache: {key: {files: [a]}}",
    "trigger: {include: x}",
    "retry: 9",
    "é",
    "\u{0}",
    "%A%",
    "services: [a, {name: b}]",
    "environment: {name: $A}",
];

proptest! {
    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let compiled = Project::new(&text).compile();
        if let Some(configuration) = compiled.configuration {
            prop_assert!(configuration.to_yaml().starts_with("---\n"));
        }
    }
}

#[test]
fn aliases_of_a_long_text_are_refused() {
    let long = "x".repeat(100_000);
    let aliases = vec!["*long"; 2_000].join(", ");
    let text = format!(".a: &long {long}\n.b: [{aliases}]\njob: {{script: s}}\n");
    assert!(Project::new(&text).errors()[0].contains("gl/too-large"));
}

#[test]
fn a_long_script_that_thousands_of_jobs_take_over_is_refused() {
    let long = "x".repeat(100_000);
    let mut text = format!(".base: {{script: [{long}]}}\n");
    for number in 0..5_000 {
        let _ = writeln!(text, "job{number}: {{extends: .base}}");
    }
    assert!(Project::new(&text).errors()[0].contains("gl/too-large"));
}

/// A file includes itself with a value that is twice as large, or deeper, each time.
#[test]
fn an_input_that_grows_with_every_include_is_refused() {
    for value in ["['$[[ inputs.x ]]', '$[[ inputs.x ]]']", "[[[[[[[['$[[ inputs.x ]]']]]]]]]]"] {
        let text = format!(
            "spec: {{inputs: {{x: {{type: array}}}}}}\n---\n\
             include: [{{local: a.yml, inputs: {{x: {value}}}}}]\n"
        );
        let main = "include: [{local: a.yml, inputs: {x: [y]}}]\njob: {script: s}\n";
        let errors = Project::new(main).file("a.yml", &text).errors();
        assert!(errors.iter().any(|error| error.contains("gl/input")), "{errors:?}");
    }
}
