//! Failures: what runs after them, what they count, when they are tried again.

use super::*;

/// "CI/CD YAML syntax reference", `when`.
#[test]
fn after_a_failure_only_what_asks_for_it_runs() {
    let mut bench = Bench::of(
        "stages: [a, b]\n\
         bad: {stage: a, script: x}\n\
         usual: {stage: b, script: x}\n\
         mend: {stage: b, script: x, when: on_failure}\n\
         tidy: {stage: b, script: x, when: always}\n",
    );
    bench.fail("bad", 1);
    assert_eq!(bench.under_way(), ["mend", "tidy"]);
    assert_eq!(bench.word("usual"), "skipped");
    assert_eq!(bench.reason("usual"), "'bad' failed");
    assert_eq!(bench.reason("bad"), "exit code 1");
    bench.pass("mend");
    bench.pass("tidy");
    assert_eq!(bench.word(""), "failed");
}

#[test]
fn without_a_failure_what_waits_for_one_is_skipped() {
    let mut bench = Bench::of(
        "stages: [a, b, c]\n\
         good: {stage: a, script: x}\n\
         mend: {stage: b, script: x, when: on_failure}\n\
         after: {stage: c, script: x}\n\
         needing: {stage: c, script: x, needs: [mend]}\n",
    );
    bench.pass("good");
    assert_eq!(bench.word("mend"), "skipped");
    // A skipped job does not hold back later stages, but those that need it.
    assert_eq!(bench.under_way(), ["after"]);
    assert_eq!(bench.word("needing"), "skipped");
    bench.pass("after");
    assert_eq!(bench.word(""), "passed");
}

/// "CI/CD YAML syntax reference", `allow_failure` and `allow_failure:exit_codes`.
#[test]
fn an_allowed_failure_is_a_warning() {
    let mut bench = Bench::of(
        "stages: [a, b]\n\
         flaky: {stage: a, script: x, allow_failure: true}\n\
         codes: {stage: a, script: x, allow_failure: {exit_codes: [137, 255]}}\n\
         after: {stage: b, script: x}\n",
    );
    bench.fail("flaky", 1);
    bench.fail("codes", 255);
    assert_eq!(bench.under_way(), ["after"]);
    bench.pass("after");
    assert_eq!(bench.word("flaky"), "failed (allowed to fail)");
    assert_eq!(bench.word(""), "passed with warnings");
}

#[test]
fn another_exit_code_is_a_failure() {
    let mut bench = Bench::of("a: {script: x, allow_failure: {exit_codes: 137}}\n");
    bench.fail("a", 1);
    assert_eq!(bench.word(""), "failed");
}

/// "CI/CD YAML syntax reference", `retry`, `retry:when`, `retry:exit_codes`.
#[test]
fn a_failed_job_is_tried_again_as_often_and_when_it_says() {
    let mut bench = Bench::of(
        "twice: {script: x, retry: 2}\n\
         system: {script: x, retry: {max: 2, when: runner_system_failure}}\n\
         code: {script: x, retry: {max: 1, exit_codes: [7]}}\n",
    );
    bench.fail("system", 1);
    bench.fail("code", 7);
    bench.fail("code", 7);
    bench.fail("twice", 1);
    bench.fail("twice", 1);
    assert_eq!(bench.under_way(), ["twice"]);
    bench.pass("twice");
    assert_eq!(bench.word("twice"), "passed");
    assert_eq!(bench.word("system"), "failed");
    assert_eq!(bench.word("code"), "failed");
}

#[test]
fn a_job_whose_driver_broke_is_a_system_failure() {
    let mut bench = Bench::of("a: {script: x, retry: {max: 1, when: runner_system_failure}}\n");
    bench.settle("a", OperationResult::Lost { reason: "gone".into() });
    assert_eq!(bench.under_way(), ["a"]);
    bench.settle("a", OperationResult::Lost { reason: "gone".into() });
    assert_eq!(bench.reason("a"), "gone");
    assert_eq!(bench.word(""), "failed");
}
