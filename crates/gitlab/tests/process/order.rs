//! Stages and `needs`: who starts when.

use std::fmt::Write as _;
use std::time::Instant;

use super::*;

/// "CI/CD YAML syntax reference", `stages`, and `.pre`/`.post`.
#[test]
fn a_stage_starts_when_the_one_before_it_has_ended() {
    let mut bench = Bench::of(
        "stages: [build, test]\n\
         last: {stage: .post, script: x}\n\
         first: {stage: .pre, script: x}\n\
         b1: {stage: build, script: x}\n\
         b2: {stage: build, script: x}\n\
         t: {stage: test, script: x}\n",
    );
    assert_eq!(bench.under_way(), ["first"]);
    bench.pass("first");
    assert_eq!(bench.under_way(), ["b1", "b2"]);
    bench.pass("b2");
    assert_eq!(bench.under_way(), ["b1"]);
    bench.pass("b1");
    assert_eq!(bench.under_way(), ["t"]);
    bench.pass("t");
    bench.pass("last");
    assert_eq!(bench.word(""), "passed");
    assert_eq!(bench.word("build"), "passed");
}

/// "CI/CD YAML syntax reference", `needs`: a job starts as soon as those it needs have ended, and
/// with an empty list at once.
#[test]
fn needs_are_a_graph_and_not_waves() {
    let mut bench = Bench::of(
        "stages: [a, b, c]\n\
         slow: {stage: a, script: x}\n\
         quick: {stage: a, script: x}\n\
         b: {stage: b, script: x, needs: [quick]}\n\
         c: {stage: c, script: x, needs: [b]}\n\
         now: {stage: c, script: x, needs: []}\n\
         late: {stage: c, script: x}\n",
    );
    assert_eq!(bench.under_way(), ["now", "quick", "slow"]);
    bench.pass("quick");
    bench.pass("b");
    assert_eq!(bench.under_way(), ["c", "now", "slow"]);
    bench.pass("slow");
    assert_eq!(bench.under_way(), ["c", "late", "now"]);
}

/// "CI/CD YAML syntax reference", `needs:artifacts`, `dependencies`.
#[test]
fn artifacts_and_reported_variables_come_from_where_the_job_says() {
    let text = "stages: [a, b]\n\
         one: {stage: a, script: x}\n\
         two: {stage: a, script: x}\n\
         all: {stage: b, script: x}\n\
         some: {stage: b, script: x, dependencies: [two]}\n\
         none: {stage: b, script: x, dependencies: []}\n\
         needing: {stage: b, script: x, needs: [one, {job: two, artifacts: false}]}\n";
    let mut bench = Bench::of(text);
    for job in ["one", "two"] {
        let variable = windlass_gitlab_syntax::Variable::new(job);
        let dotenv = [(job.to_uppercase(), variable)].into_iter().collect();
        let report = JobReport { has_artifacts: true, dotenv, ..JobReport::default() };
        bench.end(job, Status::Succeeded, report);
    }
    let sources = |job: &str| {
        let order = bench.order(job);
        let variables = order.dotenv.iter().map(|(name, _)| name.to_owned());
        let names = order.artifacts_from.iter().map(|source| source.name.clone());
        names.chain(variables).collect::<Vec<_>>()
    };
    assert_eq!(sources("all"), ["one", "two", "ONE", "TWO"]);
    assert_eq!(sources("some"), ["two", "TWO"]);
    assert_eq!(sources("none"), Vec::<String>::new());
    assert_eq!(sources("needing"), ["one", "ONE"]);
}

#[test]
fn a_selection_runs_the_named_jobs_and_with_needs_those_before_them() {
    let text = "stages: [a, b, c]\n\
         a1: {stage: a, script: x}\n\
         a2: {stage: a, script: x}\n\
         b: {stage: b, script: x, needs: [a2]}\n\
         c: {stage: c, script: x, when: manual}\n";
    let selection = |jobs: &[&str], with_needs| Selection {
        jobs: jobs.iter().map(|job| (*job).to_owned()).collect(),
        with_needs,
        stage: None,
        ..Selection::default()
    };
    assert_eq!(Bench::with(text, selection(&["b"], false)).under_way(), ["b"]);
    assert_eq!(Bench::with(text, selection(&["b"], true)).under_way(), ["a2"]);
    assert_eq!(Bench::with(text, selection(&["c"], true)).under_way(), ["a1", "a2"]);
    // Who names a manual job has started it.
    assert_eq!(Bench::with(text, selection(&["c"], false)).under_way(), ["c"]);
}

#[test]
fn names_with_slashes_stay_apart() {
    let mut bench =
        Bench::of("stages: [a, a/b]\nb/c: {stage: a, script: x}\nc: {stage: a/b, script: x}\n");
    bench.pass("b%2Fc");
    bench.pass("c");
    assert_eq!(bench.word(""), "passed");
}

/// The cost of a fact follows what it changes.
#[test]
fn ten_thousand_jobs_take_no_quadratic_time() {
    let mut text = String::from("stages: [a, b]\n");
    for job in 0..5000 {
        let _ = writeln!(text, "a{job}: {{stage: a, script: x}}\nb{job}: {{stage: b, script: x}}");
    }
    let inputs = GitlabRunInputs { pipeline: pipeline(&text), ..GitlabRunInputs::default() };
    let inputs = inputs.into_run_inputs("many".into()).expect("inputs");
    let began = Instant::now();
    let mut process = GitlabProcess::default();
    let mut facts = std::collections::VecDeque::from([Fact::Created(Box::new(inputs))]);
    let mut ended = 0;
    while let Some(fact) = facts.pop_front() {
        for command in process.advance(&fact).expect("an answer") {
            match command {
                Command::Begin { id, .. } => {
                    let result = JobReport::default().into_result(Status::Succeeded);
                    facts.push_back(Fact::Settled { id, result: OperationResult::Job(result) });
                }
                Command::Conclude { .. } => ended += 1,
                _ => {}
            }
        }
    }
    assert_eq!(ended, 10_000 + 2 + 1);
    let took = began.elapsed();
    assert!(took.as_secs() < 15, "took {took:?}");
}
