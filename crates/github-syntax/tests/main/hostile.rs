//! Any input ends in a tree or an error, soon.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use windlass_diagnostics::{SourceId, SourceMap, render_text};
use windlass_github_syntax::workflow::Workflow;
use windlass_github_syntax::{Parsed, ProblemKind, parse_action, parse_workflow};

fn parse(text: &str) -> Parsed<Workflow> {
    parse_workflow(SourceId(0), "ci.yml", text)
}

fn within(limit: Duration, text: &str) -> Parsed<Workflow> {
    let started = Instant::now();
    let parsed = parse(text);
    assert!(started.elapsed() < limit, "{:?}", started.elapsed());
    parsed
}

#[test]
fn a_hundred_megabytes_are_refused_at_once() {
    let text = "a: bcdefgh\n".repeat(100 * 1024 * 1024 / 11);
    let parsed = within(Duration::from_secs(5), &text);
    assert!(matches!(parsed.problems[0].kind, ProblemKind::FileTooLarge { .. }));
}

#[test]
fn the_largest_file_is_read_in_time() {
    let mut text = String::from("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n");
    while text.len() < 1_000_000 {
        text.push_str("      - run: echo ${{ github.sha }} ${{ matrix.os }}\n");
    }
    let parsed = within(Duration::from_secs(20), &text);
    assert!(!parsed.has_errors(), "{:?}", parsed.problems.first());
}

#[test]
fn deep_nesting_is_refused() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000), format!("on: {}", "{a: ".repeat(200))] {
        assert!(within(Duration::from_secs(5), &text).has_errors());
    }
    let deep = format!("on: push\njobs: {}x{}", "[".repeat(60), "]".repeat(60));
    assert!(matches!(parse(&deep).problems[0].kind, ProblemKind::TooDeep { limit: 50 }));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let parsed = within(Duration::from_secs(2), &text);
    assert!(matches!(parsed.problems[0].kind, ProblemKind::TooManyValues { .. }));
}

#[test]
fn many_keys_many_jobs_and_long_chains_cost_what_their_length_is() {
    let mut keys = String::from("on: push\nenv:\n");
    (0..20_000).for_each(|key| writeln!(keys, "  K{key}: v").unwrap());
    assert!(within(Duration::from_secs(10), &keys).tree.is_some());
    let mut chain = String::from("on: push\njobs:\n  j0: {runs-on: x, steps: [{run: x}]}\n");
    for job in 1..5_000 {
        writeln!(chain, "  j{job}: {{runs-on: x, needs: j{}, steps: [{{run: x}}]}}", job - 1)
            .unwrap();
    }
    let parsed = within(Duration::from_secs(20), &chain);
    assert!(!parsed.has_errors(), "{:?}", parsed.problems.first());
}

#[test]
fn thousands_of_mistakes_are_told_soon() {
    let started = Instant::now();
    let mut needs = String::from("on: push\njobs:\n");
    for job in 0..3_000 {
        writeln!(needs, "  job{job}: {{runs-on: x, needs: jog{job}, stepps: [], steps: [{{shell: x}}, {{wait: bg}}]}}")
            .unwrap();
    }
    let parsed = parse(&needs);
    assert!(parsed.problems.len() >= 9_000, "{}", parsed.problems.len());
    assert!(parsed.diagnostics().len() >= 9_000);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn unclosed_expressions_do_not_multiply() {
    let text = format!("on: push\nname: '{}'\n", "${{ ".repeat(50_000));
    assert!(within(Duration::from_secs(5), &text).has_errors());
    let steps = format!("on: push\nname: \"{}\"\n", "${{ a }}".repeat(20_000));
    assert!(within(Duration::from_secs(10), &steps).has_errors());
}

/// Pieces that make likely and unlikely workflows.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        Just("on: push\n".to_owned()),
        Just("jobs:\n".to_owned()),
        Just("  a:\n".to_owned()),
        Just("    runs-on: x\n".to_owned()),
        Just("    steps:\n".to_owned()),
        Just("      - run: ".to_owned()),
        Just("      - uses: a/b@c\n".to_owned()),
        Just("    needs: a\n".to_owned()),
        Just("    if: ".to_owned()),
        Just("${{ ".to_owned()),
        Just(" }}".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("!!int ".to_owned()),
        Just("|\n".to_owned()),
        Just("'".to_owned()),
        Just("\n".to_owned()),
        Just("{".to_owned()),
        Just("]".to_owned()),
        Just("#ä".to_owned()),
        "\\PC{0,4}",
    ]
}

proptest! {
    #[test]
    fn any_text_can_be_read_and_its_problems_shown(
        text in prop_oneof![
            prop::collection::vec(fragment(), 0..40).prop_map(|parts| parts.concat()),
            "\\PC{0,80}",
            prop::collection::vec(any::<u8>(), 0..80)
                .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        ]
    ) {
        let mut sources = SourceMap::new();
        let source = sources.add("ci.yml", text.as_str());
        for diagnostic in parse_workflow(source, "ci.yml", &text).diagnostics() {
            prop_assert!(!render_text(&diagnostic, &sources, false).is_empty());
        }
        let _ = parse_action(source, "action.yml", &text);
    }

    #[test]
    fn a_tree_survives_the_journey(parts in prop::collection::vec(fragment(), 0..20)) {
        let text = format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}", parts.concat());
        if let Some(workflow) = parse(&text).tree {
            let travelled = serde_json::to_string(&workflow).unwrap();
            let arrived: Workflow = serde_json::from_str(&travelled).unwrap();
            prop_assert_eq!(serde_json::to_string(&arrived).unwrap(), travelled);
        }
    }
}
